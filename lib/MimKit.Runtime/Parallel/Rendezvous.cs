using System.Globalization;

namespace MimKit.Runtime;

/// <summary>
/// Who this process is among those that train together and where they meet: PyTorch's <c>env://</c> variables, as torchrun and our own
/// <c>--processes</c> set them, or what Slurm and MPI launchers call the same things.
/// </summary>
/// <param name="Rank">This process, from 0.</param>
/// <param name="Size">Processes in all (<c>WORLD_SIZE</c>).</param>
/// <param name="LocalRank">This process among those of its machine, from 0.</param>
/// <param name="Address">Where rank 0 listens (<c>MASTER_ADDR</c>).</param>
/// <param name="Port"><c>MASTER_PORT</c>.</param>
public sealed record Rendezvous(int Rank, int Size, int LocalRank, string Address, int Port)
{
    static readonly string[] Ranks = ["RANK", "SLURM_PROCID", "OMPI_COMM_WORLD_RANK", "PMI_RANK"],
        Sizes = ["WORLD_SIZE", "SLURM_NTASKS", "OMPI_COMM_WORLD_SIZE", "PMI_SIZE"],
        LocalRanks = ["LOCAL_RANK", "SLURM_LOCALID", "OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID"];

    /// <summary>How long a call waits for the others before it takes them for lost; <c>MIMKIT_RANK_TIMEOUT</c> in seconds, 600 unless set.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The network interface or address to talk over (<c>GLOO_SOCKET_IFNAME</c>); empty: that of this machine's name.</summary>
    public string Network { get; init; } = "";

    /// <summary>Whether this process keeps the meeting point: rank 0, unless torchrun's agent does.</summary>
    public bool IsServer { get; init; } = Rank == 0;

    /// <summary>Before every key at the meeting point: torchrun starts the same ranks again at the same place.</summary>
    public string Prefix { get; init; } = "mimkit";

    /// <summary>What the environment says; null for a process of its own: there is no <c>MASTER_ADDR</c>, or one process in all.</summary>
    /// <exception cref="ArgumentException">A variable is missing or is no number in its range.</exception>
    public static Rendezvous? FromEnvironment() => From(Environment.GetEnvironmentVariable);

    internal static Rendezvous? From(Func<string, string?> variable)
    {
        if (variable("MASTER_ADDR") is not { Length: > 0 } address) return null;
        var size = Number(variable, Sizes, 1, int.MaxValue);
        if (size == 1) return null;
        var rank = Number(variable, Ranks, 0, size - 1);
        var agent = variable("TORCHELASTIC_USE_AGENT_STORE") == "True";
        return new(rank, size, LocalRanks.Any(name => variable(name) is { Length: > 0 }) ? Number(variable, LocalRanks, 0, size - 1) : rank, address, Number(variable, ["MASTER_PORT"], 1, 65535))
        {
            Timeout = variable("MIMKIT_RANK_TIMEOUT") is { Length: > 0 } ? TimeSpan.FromSeconds(Number(variable, ["MIMKIT_RANK_TIMEOUT"], 1, int.MaxValue / 1000)) : TimeSpan.FromMinutes(10),
            Network = variable("GLOO_SOCKET_IFNAME") ?? (address.StartsWith("127.", StringComparison.Ordinal) || address == "localhost" ? "127.0.0.1" : ""),
            IsServer = rank == 0 && !agent,
            Prefix = agent ? $"mimkit/attempt_{variable("TORCHELASTIC_RESTART_COUNT")}" : "mimkit",
        };
    }

    static int Number(Func<string, string?> variable, string[] names, int least, int most)
    {
        foreach (var name in names)
        {
            if (variable(name) is not { Length: > 0 } text) continue;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return number;
            throw new ArgumentException($"{name} is '{text}'; wanted a whole number from {least} to {most}. torchrun, srun and mpirun set it; by hand, set RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT.");
        }
        throw new ArgumentException($"MASTER_ADDR is set, so this process is one of several, but {string.Join(", ", names)} {(names.Length > 1 ? "are all" : "is")} missing.\n" +
            "  to do: set it (RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT belong together), or unset MASTER_ADDR to train in one process.");
    }
}
