using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Targets;

// hand-computed numbers: METHODS 6.3
public class VectorQuantizerTests
{
    private const float Half = 0.70710678f;

    private static VectorQuantizer Four()
    {
        var quantizer = new VectorQuantizer(4, 2, decay: 0.99, seed: 0);
        quantizer.StartFrom(tensor([1f, 0, 0, 1, -1, 0, Half, Half], [4, 2]));
        return quantizer;
    }

    private static Tensor Six() => tensor([2f, 0, 0.1f, 3, -1, -1e-9f, 3, 2, -1, 1, 0, -1], [6, 2]);

    [Fact]
    public void Vectors_go_to_the_nearest_code_and_ties_to_the_first()
    {
        using var scope = NewDisposeScope();
        using var quantizer = Four();
        quantizer.eval();
        var quantised = quantizer.Quantise(Six());

        Assert.Equal([0, 1, 2, 3, 1, 0], quantised.Ids.ToArray<long>());
        Assert.Equal(0.2188113, quantised.Commitment.item<float>(), 5);
        Assert.Equal([1f, 0, 0, 1, -1, 0, Half, Half], quantizer.Codes.ToArray<float>());           // nothing moves in evaluation
        Assert.Equal(0, quantizer.Counts.sum().item<long>());
    }

    [Fact]
    public void Training_moves_the_codes_by_their_average_alone()
    {
        using var scope = NewDisposeScope();
        using var quantizer = Four();
        quantizer.Quantise(Six());

        float[] expected = [0.999975f, -0.007092f, -0.003675f, 0.999993f, -1, 0, 0.708492f, 0.705718f];
        foreach (var (wanted, found) in expected.Zip(quantizer.Codes.ToArray<float>())) Assert.Equal(wanted, found, 2e-6f);
        Assert.Equal([2, 2, 1, 1], quantizer.Counts.ToArray<long>());
        Assert.Equal([0.02f, 0.02f, 0.01f, 0.01f], quantizer.ClusterSize.ToArray<float>().Select(size => MathF.Round(size, 6)));
    }

    [Fact]
    public void The_gradient_passes_through_the_normalisation()
    {
        using var scope = NewDisposeScope();
        using var quantizer = Four();
        var z = tensor([3f, 4], [1, 2]).requires_grad_();
        (quantizer.Quantise(z).Codes * tensor([1f, 2], [1, 2])).sum().backward();

        Assert.Equal([-0.064f, 0.048f], z.grad!.ToArray<float>().Select(g => MathF.Round(g, 5)));
    }

    [Fact]
    public void Sums_over_ranks_equal_one_rank_with_all_vectors()
    {
        using var scope = NewDisposeScope();
        using var whole = Four();
        using var part = Four();
        whole.Quantise(cat([Six(), Six()]));
        part.AllReduce = sums => sums.mul_(2);                                     // another rank with the same vectors
        part.Quantise(Six());

        Assert.True(whole.Codes.allclose(part.Codes, rtol: 1e-6));
        Assert.Equal(whole.Counts.ToArray<long>(), part.Counts.ToArray<long>());
    }

    [Fact]
    public void Dead_codes_restart_on_vectors_of_the_batch_and_living_ones_stay()
    {
        using var scope = NewDisposeScope();
        using var quantizer = new VectorQuantizer(3, 2, decay: 0.99, seed: 0);
        quantizer.StartFrom(tensor([1f, 0, 0, 1, -1, 0], [3, 2]));
        quantizer.CountUse(tensor([0L, 0]));
        var moved = quantizer.RestartDead(tensor([0f, -5], [1, 2]), seed: 1);

        Assert.Equal(1, moved);                                                    // one vector cannot restart two codes
        Assert.Equal([1f, 0, 0, -1, -1, 0], quantizer.Codes.ToArray<float>());
    }

    [Theory]
    [InlineData(0, 4, 0.99, "at least 1 code")]
    [InlineData(4, 4, 1.0, "between 0 and 1")]
    public void Impossible_codebooks_are_refused(int codes, int width, double decay, string because) =>
        Assert.Contains(because, Assert.Throws<ArgumentException>(() => new VectorQuantizer(codes, width, decay, 0)).Message);
}
