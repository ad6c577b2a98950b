using MimKit.Models;
using MimKit.Runtime;
using MimKit.Torch;
using static MimKit.Torch.torch;
using F = MimKit.Torch.torch.nn.functional;

namespace MimKit.Tests.Models;

/// <summary>BEiT's network beside the golden numbers and tables of METHODS 6.4 and 6.8; the stored cases are run by MimKit.Cli.Tests.</summary>
public class BeitTests
{
    private static readonly VitConfig Tiny = new() { Width = 12, Blocks = 3, Heads = 3, PatchSize = 16, ImageSize = 64 };

    [Fact]
    public void The_golden_network_gives_the_golden_logits_losses_and_gradient_norms()
    {
        using var scope = NewDisposeScope();
        using var network = new BeitVit(Tiny, new BeitParts(), 11, new PatchAggregation(2, 1), Precision.Float32, seed: 0);
        Golden.Fill(network);
        Assert.Equal(69, network.named_parameters().Count());
        var labels = torch.tensor(new long[] { 3, 7, 0, 10, 5, 1 });

        var tokens = network.Encode(Golden.Image(), Golden.Hidden());
        var (first, second) = (network.Head(Golden.AtHidden(tokens.Last)), network.AggregationHead(Golden.AtHidden(tokens.Aggregated!)));
        var (loss1, loss2) = (F.cross_entropy(first, labels), F.cross_entropy(second, labels));
        (loss1 + loss2).backward();

        Golden.AssertNear([2.16487360, 2.43783087, -1.95688517, -.21635641, -1.53306458, .51593002, 1.36324966, -1.69844616, 1.66858531, -1.85754391, .38519155], first[0]);
        Golden.AssertNear([2.10394588, 2.44701752, -2.03435793, -.20301989, -1.40501250, .67051139, 1.30794864, -1.73219104, 1.71007930, -1.80579539, .38533445], first[5]);
        Golden.AssertNear([1.17266082, .96404399, -2.10470477, -.47029447, .73945562, 1.31994851, 1.50403302, -1.90625847, 1.09645233, -.94334754, 3.33937119], second[0]);
        Assert.Equal(7.667910497, first.sum().item<double>(), 1e-3);
        Assert.Equal(28.564179476, second.sum().item<double>(), 1e-3);
        Assert.Equal(2.9547930590, loss1.item<double>(), 3e-5);
        Assert.Equal(3.2297012504, loss2.item<double>(), 3e-5);
        foreach (var (name, norm) in new (string, double)[]
        {
            ("cls_token", .17465040863), ("mask_token", 1.3000866322), ("rel_pos_bias.relative_position_bias_table", .17784238399), ("blocks.0.attn.qkv.weight", 1.0289743423),
            ("blocks.2.gamma_2", .30064213444), ("cls_pt_layers.0.mlp.fc2.weight", .63850626069), ("patch_embed.proj.weight", .79903992882), ("lm_head.weight", 2.8476434203),
        })
            Assert.Equal(norm, Golden.Gradient(network, name).norm().item<double>(), norm * 2e-4);
    }

    [Fact]
    public void Rows_of_the_position_table_are_those_of_the_released_code()
    {
        using var scope = NewDisposeScope();
        Assert.Equal([11, 9, 9, 9, 9, 10, 4, 3, 1, 0, 10, 5, 4, 2, 1, 10, 7, 6, 4, 3, 10, 8, 7, 5, 4], RelativePositionBias.Index(2, 2).ToArray<long>());
        var rows = RelativePositionBias.Index(2, 3).ToArray<long>().Chunk(7).ToArray();
        Assert.Equal([16, 7, 6, 5, 2, 1, 0], rows[1]);
        Assert.Equal([16, 9, 8, 7, 4, 3, 2], rows[3]);
        Assert.Equal([16, 14, 13, 12, 9, 8, 7], rows[6]);
        var large = RelativePositionBias.Index(14, 14);
        Assert.Equal((732, 14_270_119L), (RelativePositionBias.TableRows(14, 14), large.sum().item<long>()));
        Assert.Equal((728, 0), (large[196, 1].item<long>(), large[1, 196].item<long>()));
    }

    [Fact]
    public void Stochastic_depth_acts_in_training_only_and_keeps_the_expectation()
    {
        using var scope = NewDisposeScope();
        using var network = new BeitVit(Tiny, new BeitParts { DropPath = 0.5 }, 4, null, Precision.Float32, seed: 1);
        var (images, draw) = (Golden.Image().expand(2, -1, -1, -1).contiguous(), new Draw(3, 0, [0, 1]));
        var whole = network.Encode(images).Last;

        Assert.False(network.Encode(images, null, draw).Last.equal(whole));
        Assert.True(network.Encode(images, null, draw).Last.equal(network.Encode(images, null, draw).Last));          // a function of the draw
        network.eval();
        Assert.True(network.Encode(images, null, draw).Last.equal(whole));

        var factors = new StochasticDepth(new Draw(1, 0, [.. Enumerable.Range(0, 20_000).Select(i => (long)i)]).Uniform(Purpose.DropPath, 1), 20_000).Next(0.3)!;
        Assert.Equal(1, factors.mean().item<double>(), 0.03);
        Assert.Equal([0, 1 / 0.7f], factors.ToArray<float>().Distinct().Order());
    }

    [Fact]
    public void What_the_patches_of_an_early_block_know_passes_through_the_class_token()
    {
        using var scope = NewDisposeScope();
        using var network = new BeitVit(Tiny, new BeitParts(), 4, new PatchAggregation(1, 2, SharedHead: false), Precision.Float32, seed: 1);
        network.AggregationHead(network.Encode(Golden.Image(), Golden.Hidden()).Aggregated!).sum().backward();

        foreach (var used in new[] { "blocks.2.mlp.fc2.weight", "cls_pt_layers.1.attn.qkv.weight", "cls_pt_lm_head.weight" }) Assert.True(Golden.Gradient(network, used).norm().item<double>() > 0, used);
        Assert.Null(network.named_parameters().Single(p => p.name == "lm_head.weight").parameter.grad);
    }

    [Fact]
    public void Aggregation_that_does_not_fit_is_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => new BeitVit(Tiny, new BeitParts(), 4, new PatchAggregation(4), Precision.Float32, 0)).Message;
        Assert.Contains("block 4", error);
        Assert.Contains("1 to 3", error);
    }

    [Fact]
    public void Attention_weights_are_those_that_the_encoder_uses()
    {
        using var scope = NewDisposeScope();
        using var network = new BeitVit(Tiny, new BeitParts { BlockBias = true }, 4, null, Precision.Float32, seed: 1);
        Golden.Fill(network);
        var weights = network.AttentionWeights(Golden.Image(), block: 2);

        Assert.Equal([1, 3, 17, 17], weights.shape);
        Assert.True(weights.sum(3).allclose(ones(1, 3, 17), 1e-5, 1e-5));
        Assert.False(weights.equal(network.AttentionWeights(Golden.Image(), block: 3)));
        Assert.Contains("1 to 3", Assert.Throws<ArgumentException>(() => network.AttentionWeights(Golden.Image(), block: 4)).Message);
    }
}

/// <summary>The rule that fills the golden models, and their image and mask (METHODS 6.8).</summary>
internal static class Golden
{
    private static readonly bool[] Mask = [true, true, false, false, true, true, false, false, false, false, false, true, false, false, false, true];

    public static void Fill(nn.Module network)
    {
        using var off = no_grad();
        foreach (var (named, j) in network.named_parameters().OrderBy(named => named.name, StringComparer.Ordinal).Select((named, j) => (named, (uint)j)))
        {
            var start = named.name.Contains("norm", StringComparison.Ordinal) && named.name.EndsWith("weight", StringComparison.Ordinal) ? 1 : named.name.Contains("gamma_", StringComparison.Ordinal) ? 0.5 : 0;
            var values = new float[named.parameter.numel()];
            for (uint i = 0; i < values.Length; i++)
            {
                var h = unchecked(i * 2654435761u + j * 40503u + 12345u);
                h ^= h >> 15;
                h = unchecked(h * 2246822519u);
                h ^= h >> 13;
                values[i] = (float)(start + h / 4294967296.0 - 0.5);
            }
            named.parameter.copy_(torch.tensor(values, named.parameter.shape));
        }
    }

    public static Tensor Image()
    {
        var values = from c in Enumerable.Range(0, 3) from y in Enumerable.Range(0, 64) from x in Enumerable.Range(0, 64) select (float)(Math.Sin(0.9 * c + 0.21 * y) * Math.Cos(0.17 * x * (1 + c)));
        return torch.tensor([.. values], [1, 3, 64, 64]);
    }

    public static Tensor Hidden() => torch.tensor(Mask).unsqueeze(0);

    public static Tensor AtHidden(Tensor tokens) => tokens.narrow(1, 1, 16)[TensorIndex.Tensor(Hidden())];

    public static Tensor Gradient(nn.Module network, string name) => network.named_parameters().Single(p => p.name == name).parameter.grad!;

    public static void AssertNear(double[] expected, Tensor actual)
    {
        var values = actual.detach().to(float64).ToArray<double>();
        Assert.Equal(expected.Length, values.Length);
        for (var i = 0; i < values.Length; i++) Assert.Equal(expected[i], values[i], 5e-5);
    }
}
