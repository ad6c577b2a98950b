using MimKit.Methods;
using MimKit.Models;
using MimKit.Runtime;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Models;

public class ModelSummaryTests
{
    // Every block has the same parameters: those of two short networks tell those of a deep one, without its memory.
    private static long Parameters(Func<int, nn.Module> network, int blocks)
    {
        long With(int count)
        {
            using var built = network(count);
            return built.parameters().Where(parameter => parameter.requires_grad).Sum(parameter => parameter.numel());
        }
        var (one, two) = (With(1), With(2));
        return one + (blocks - 1) * (two - one);
    }

    private static long Parameters(VitConfig shape, BeitParts parts, int outputs, int aggregationBlocks = 0) =>
        Parameters(blocks => new BeitVit(shape with { Blocks = blocks }, parts, outputs, null, Precision.Float32, seed: 0), shape.Blocks + aggregationBlocks);

    [Fact]
    public void Fine_tuned_models_have_86_530_984_and_304_430_568_parameters()
    {
        long Of(VitConfig shape) => Parameters(blocks => new BeitClassifier(shape with { Blocks = blocks }, BeitClassifier.Parts, 1000, Pooling.MeanPatches, Precision.Float32, seed: 0), shape.Blocks);
        Assert.Equal(86_530_984, Of(VitConfig.Base16));
        Assert.Equal(304_430_568, Of(VitConfig.Large16));
    }

    [Fact]
    public void The_tokenizer_has_109_361_696_parameters_of_which_532_480_are_the_codebooks_and_are_not_trained()
    {
        var config = VqKdConfig.Base16;
        var trained = Parameters(blocks => new VqKdNetwork(config.Encoder with { Blocks = blocks }, config.Decoder with { Blocks = 1 }, new(config.Codes, config.CodeWidth, config.Decay, seed: 0), 512, Precision.Float32, seed: 0),
            config.Encoder.Blocks + config.DecoderBlocks - 1);                     // blocks of both are alike
        Assert.Equal(108_829_216, trained);
        Assert.Equal(109_361_696, trained + 2 * config.Codes * config.CodeWidth + config.Codes);     // codes, the released file's unused averages of them, and their counts
    }

    [Fact]
    public void Beit_v2_base_has_106_143_056_parameters() =>
        Assert.Equal(106_143_056, Parameters(BeitV2Config.Base16.Encoder, BeitV2Config.Base16.Parts, 8192, BeitV2Config.Base16.Aggregation!.Blocks));

    [Fact]
    public void Beit_v2_large_has_336_728_512_parameters() =>
        Assert.Equal(336_728_512, Parameters(BeitV2Config.Large16.Encoder, BeitV2Config.Large16.Parts, 8192, BeitV2Config.Large16.Aggregation!.Blocks));

    [Fact]
    public void Dtm_students_have_21_849_224_and_86_165_264_and_303_943_104_parameters()
    {
        Assert.Equal(21_849_224, Parameters(DtmConfig.Small16.Encoder, DtmConfig.Small16.Parts, 512));
        Assert.Equal(86_165_264, Parameters(DtmConfig.Base16.Encoder, DtmConfig.Base16.Parts, 512));
        Assert.Equal(303_943_104, Parameters(DtmConfig.Large16.Encoder, DtmConfig.Large16.Parts, 512));
    }

    [Fact]
    public void A_summary_counts_every_parameter_and_the_arithmetic_of_every_weight()
    {
        using var network = new BeitVit(VitConfig.Mini28, new(), 100, new(4), Precision.Float32, seed: 0);
        var summary = ModelSummary.Of(network, network.Grid);

        Assert.Equal(network.parameters().Sum(p => p.numel()), summary.Parameters);
        var block = summary.Parts.Single(part => part.Name == "blocks.3");
        Assert.Equal("[B, 50, 192]", block.Output);
        Assert.Equal(2.0 * 50 * 12 * 192 * 192 + 4.0 * 50 * 50 * 192, block.Flops);   // 12 D² weights, and attention
        Assert.Equal(2.0 * 49 * 16 * 192, summary.Parts.Single(part => part.Name == "patch_embed").Flops);
        Assert.Equal(2, summary.Parts.Count(part => part.Name.StartsWith("cls_pt_layers", StringComparison.Ordinal)));
        Assert.Contains("lm_head", summary.ToString());
    }

    [Fact]
    public void A_sparse_encoder_costs_what_it_sees()
    {
        using var network = new MaskedAutoencoder(VitConfig.Mini28, DecoderConfig.Mini28, 16, Precision.Float32, seed: 0);
        var (all, sparse) = (ModelSummary.Of(network, network.Grid), ModelSummary.Of(network, network.Grid, visible: 12));
        Assert.True(sparse.Flops < all.Flops / 2);
        Assert.Equal(all.Parameters, sparse.Parameters);
        Assert.Equal("[B, 13, 192]", sparse.Parts.Single(part => part.Name == "blocks.0").Output);
    }
}
