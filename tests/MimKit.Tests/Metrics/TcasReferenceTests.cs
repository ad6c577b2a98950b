using MimKit.Metrics;
using MimKit.Runtime;
using MimKit.Torch;

namespace MimKit.Tests.Metrics;

public class TcasReferenceTests
{
    [Theory]
    [InlineData("tcas_hand")]
    [InlineData("tcas_random")]
    [InlineData("tcas_mixture")]
    [InlineData("tcas_uniform")]
    [InlineData("tcas_class_pure")]
    [InlineData("tcas_single_token")]
    [InlineData("tcas_missing_class")]
    public void Counts_and_value_equal_the_stored_case(string name)
    {
        using var scope = torch.NewDisposeScope();
        var stored = Safetensors.Load(Path.Combine(Folder(), name + ".safetensors"));
        var (images, positions) = (stored["token_ids"].shape[0], stored["token_ids"].shape[1]);
        var (tokens, classes) = (stored["cooccurrence"].shape[0], stored["cooccurrence"].shape[1]);
        var counts = new TokenCounts((int)positions, (int)tokens, (int)classes);
        counts.Add(stored["token_ids"].ToArray<long>(), Array.ConvertAll(stored["labels"].ToArray<long>(), label => (int)label));

        Assert.Equal(images, counts.Images);
        Assert.Equal(stored["cooccurrence"].ToArray<double>(), counts.Pooled().Cast<long>().Select(n => (double)n));
        var result = Tcas.Compute(counts);
        Assert.Equal(stored["tcas"].ToArray<double>()[0], result.Plain, 1e-12);
        Assert.Equal(stored["mean_offdiagonal_cosine"].ToArray<double>()[0], result.Statistics.MeanOffDiagonalCosine, 1e-12);
    }

    private static string Folder()
    {
        var at = AppContext.BaseDirectory;
        while (!Directory.Exists(Path.Combine(at, "tests", "reference"))) at = Path.GetDirectoryName(at.TrimEnd('/'))!;
        return Path.Combine(at, "tests", "reference");
    }
}
