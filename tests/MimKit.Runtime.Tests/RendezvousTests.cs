namespace MimKit.Runtime.Tests;

public class RendezvousTests
{
    static Rendezvous? Of(string variables)
    {
        var all = variables.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
        return Rendezvous.From(all.GetValueOrDefault);
    }

    [Theory]
    [InlineData("RANK=3 WORLD_SIZE=8 LOCAL_RANK=1", 3, 8, 1)]
    [InlineData("SLURM_PROCID=3 SLURM_NTASKS=8 SLURM_LOCALID=1", 3, 8, 1)]
    [InlineData("OMPI_COMM_WORLD_RANK=3 OMPI_COMM_WORLD_SIZE=8 OMPI_COMM_WORLD_LOCAL_RANK=1", 3, 8, 1)]
    [InlineData("PMI_RANK=3 PMI_SIZE=8", 3, 8, 3)]
    [InlineData("RANK=3 WORLD_SIZE=4 SLURM_PROCID=0 SLURM_NTASKS=2", 3, 4, 3)]      // torchrun under Slurm: torchrun's count
    public void Every_launchers_variables_say_who_this_is(string variables, int rank, int size, int local)
    {
        var place = Of(variables + " MASTER_ADDR=node1 MASTER_PORT=29500")!;
        Assert.Equal((rank, size, local, "node1", 29500, ""), (place.Rank, place.Size, place.LocalRank, place.Address, place.Port, place.Network));
    }

    [Theory]
    [InlineData("")]
    [InlineData("SLURM_PROCID=0 SLURM_NTASKS=4")]               // an allocation alone starts no group
    [InlineData("MASTER_ADDR=node1 MASTER_PORT=29500 RANK=0 WORLD_SIZE=1")]
    public void One_process_meets_nobody(string variables) => Assert.Null(Of(variables));

    [Fact]
    public void Under_torchrun_its_agent_keeps_the_meeting_point_and_every_attempt_has_its_own_words()
    {
        var place = Of("RANK=0 WORLD_SIZE=2 MASTER_ADDR=127.0.0.1 MASTER_PORT=29500 TORCHELASTIC_USE_AGENT_STORE=True TORCHELASTIC_RESTART_COUNT=2")!;
        Assert.False(place.IsServer);
        Assert.Equal("mimkit/attempt_2", place.Prefix);
    }
}
