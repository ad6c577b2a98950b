using MimKit.Models;
using MimKit.Runtime;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Checkpoints;

public sealed class CheckpointsTests : IDisposable
{
    private static readonly VitConfig Tiny = new() { Width = 16, Blocks = 2, Heads = 2, PatchSize = 4, ImageSize = 16, MlpRatio = 2 };

    private readonly string _folder = Directory.CreateTempSubdirectory("mimkit-weights-").FullName;
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_pickled_pretraining_file_becomes_its_model()
    {
        using var weights = MimKit.Checkpoints.Load(Reference("ckpt_zip_nested.pth"));
        Assert.Equal(WeightFamily.BeitPretrained, weights.Family);
        Assert.Equal(["rel_pos_bias.relative_position_index"], weights.LeftOut);

        using var model = weights.Beit();
        var stored = Safetensors.Load(Reference("ckpt_nested.expected.safetensors"));
        Assert.Equal(new VitConfig { Width = 16, Blocks = 2, Heads = 2, PatchSize = 8, ImageSize = 16, MlpRatio = 2 }, model.Config);
        Assert.NotNull(model.Aggregation);
        foreach (var (name, tensor) in model.state_dict()) AssertSame(stored["model/" + name], tensor);
    }

    [Fact]
    public void Fine_tuning_at_another_size_starts_from_the_shared_table_in_every_block()
    {
        using var pretrained = new BeitVit(Tiny, new BeitParts(), outputs: 6, new PatchAggregation(1, 1), Precision.Float32, seed: 1);
        pretrained.state_dict()["rel_pos_bias.relative_position_bias_table"].detach().uniform_(-1, 1);
        using var weights = Saved("pretrained.safetensors", pretrained.state_dict());
        using var model = weights.BeitClassifier(classes: 3, imageSize: 24);
        var resized = new RelativePositionResize(4, 6).Apply(weights.Read("rel_pos_bias.relative_position_bias_table"));
        var state = model.state_dict();
        Assert.Equal([124L, 2], resized.shape);
        for (var block = 0; block < 2; block++) AssertSame(resized, state[$"blocks.{block}.attn.relative_position_bias_table"]);
        AssertSame(weights.Read("blocks.1.mlp.fc2.weight"), state["blocks.1.mlp.fc2.weight"]);

        var report = weights.LoadInto(model, mayMiss: ["head.", "fc_norm."]);
        Assert.Equal(["fc_norm.weight", "fc_norm.bias", "head.weight", "head.bias"], report.Missing);
        Assert.Contains("blocks.0.attn.relative_position_bias_table from rel_pos_bias.relative_position_bias_table", report.Adapted);
        Assert.Contains("blocks.0.attn.relative_position_bias_table resized from [52, 2] to [124, 2]", report.Adapted);
        Assert.Contains("mask_token", report.Unexpected);
        Assert.DoesNotContain("rel_pos_bias.relative_position_bias_table", report.Unexpected);
        Assert.Equal([2L, 3], model.forward(randn(2, 3, 24, 24)).shape);
    }

    [Fact]
    public void A_window_too_small_for_a_spline_is_refused()
    {
        using var weights = MimKit.Checkpoints.Load(Reference("ckpt_zip_nested.pth"));
        Assert.Contains("2×2 patches cannot be resized to 3×3", Assert.Throws<ArgumentException>(() => weights.BeitClassifier(classes: 3, imageSize: 24)).Message);
    }

    [Fact]
    public void A_fine_tuned_file_gives_the_logits_it_was_saved_with()
    {
        using var original = new BeitClassifier(Tiny, BeitClassifier.Parts, classes: 5, Pooling.MeanPatches, Precision.Float32, seed: 3);
        foreach (var parameter in original.parameters()) parameter.detach().uniform_(-0.5, 0.5);
        using var weights = Saved("tuned.safetensors", original.state_dict().ToDictionary(tensor => "module." + tensor.Key, tensor => tensor.Value));
        Assert.Equal(WeightFamily.BeitFineTuned, weights.Family);

        using var model = weights.BeitClassifier();
        var x = randn(2, 3, 16, 16);
        Assert.Equal(original.forward(x).ToArray<float>(), model.forward(x).ToArray<float>());
    }

    [Fact]
    public void A_file_of_both_tables_adds_the_shared_one_to_the_blocks_own()
    {
        using var dtm = new BeitVit(Tiny, new BeitParts { BlockBias = true }, outputs: 6, aggregation: null, Precision.Float32, seed: 1);
        foreach (var (name, parameter) in dtm.named_parameters())
            if (name.EndsWith("bias_table", StringComparison.Ordinal)) parameter.detach().uniform_(-1, 1);
        using var weights = Saved("dtm.safetensors", dtm.state_dict());
        using var model = weights.BeitClassifier(classes: 2);
        var sum = weights.Read("blocks.1.attn.relative_position_bias_table") + weights.Read("rel_pos_bias.relative_position_bias_table");
        AssertSame(sum, model.state_dict()["blocks.1.attn.relative_position_bias_table"]);
    }

    [Fact]
    public void MAE_loads_with_its_decoder_and_its_encoder_alone_resizes_positions()
    {
        using var original = new MaskedAutoencoder(Tiny, new DecoderConfig(8, 1, 2), outputs: 48, Precision.Float32, seed: 1);
        using var weights = Saved("mae.safetensors", original.state_dict());
        Assert.Equal(WeightFamily.MaePretrained, weights.Family);
        using var model = weights.Mae(heads: 2, decoderHeads: 2);
        var x = randn(1, 3, 16, 16);
        Assert.Equal(original.Encode(x).ToArray<float>(), model.Encode(x).ToArray<float>());

        using var larger = new LearnedVit(Tiny with { ImageSize = 24 }, Precision.Float32, seed: 2);
        var report = weights.LoadInto(larger);
        Assert.Equal(["pos_embed resized from [1, 17, 16] to [1, 37, 16]"], report.Adapted);
        Assert.Contains("decoder_embed.weight", report.Unexpected);
    }

    [Fact]
    public void ClusterMIM_loads_as_MAE_with_its_head_over_clusters_and_without_its_tokenizer()
    {
        using var original = new MaskedAutoencoder(Tiny, new DecoderConfig(8, 1, 2), outputs: 50, Precision.Float32, seed: 1);
        var released = original.state_dict().ToDictionary(tensor => "model." + tensor.Key, tensor => tensor.Value);
        released["model.tokenizer.blocks.0.attn.qkv.weight"] = zeros(3, 1);        // a sub-module of the released class, saved with it
        using var weights = Saved("clustermim.safetensors", released);
        Assert.Equal(WeightFamily.MaePretrained, weights.Family);
        Assert.Equal(["tokenizer.blocks.0.attn.qkv.weight"], weights.LeftOut);
        using var model = weights.Mae(heads: 2, decoderHeads: 2);
        Assert.Equal(50, model.Outputs);
        AssertSame(original.state_dict()["decoder_pred.weight"], model.state_dict()["decoder_pred.weight"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("model.")]
    [InlineData("module.")]
    [InlineData("state_dict.")]
    public void Weights_are_found_below_the_level_that_each_loader_of_the_releases_knows(string level)
    {
        using var original = new BeitVit(Tiny, new BeitParts { LayerScale = 0.1 }, outputs: 6, new PatchAggregation(1, 1), Precision.Float32, seed: 4);
        using var weights = Saved("beit.safetensors", original.state_dict().ToDictionary(tensor => level + tensor.Key, tensor => tensor.Value));
        using var model = weights.Beit();
        foreach (var (name, tensor) in original.state_dict()) AssertSame(tensor, model.state_dict()[name]);
    }

    [Fact]
    public void A_tokenizer_gives_the_codes_it_was_saved_with()
    {
        var config = new VqKdConfig { Encoder = Tiny, DecoderBlocks = 1, Codes = 12, CodeWidth = 4 };
        using var original = new VqKdNetwork(config.Encoder, config.Decoder, new(config.Codes, config.CodeWidth, config.Decay, seed: 1), featureWidth: 8, Precision.Float32, seed: 1);
        foreach (var tensor in original.state_dict().Values)
            if (tensor.dtype == float32) tensor.detach().uniform_(-1, 1);
        var released = original.state_dict();
        released.Remove("quantize.counts");                                        // the kit's own; released files have others that nothing reads
        released["quantize.embedding.embed_avg"] = zeros(12, 4);
        released["teacher_model.proj"] = zeros(2);
        using var weights = Saved("vqkd.safetensors", released);
        Assert.Equal(WeightFamily.VqKd, weights.Family);
        Assert.Equal(["teacher_model.proj"], weights.LeftOut);

        var target = weights.Tokenizer(InputScale.MinusOneToOne, heads: 2);
        var x = randn(2, 3, 16, 16);
        Assert.Equal(new VqKdTarget(original, InputScale.MinusOneToOne).Of(x).Values.ToArray<long>(), target.Of(x).Values.ToArray<long>());
        Assert.Equal(8, target.Network.ToFeature(target.Network.DecoderFeatures(zeros(1, 16, 4))).size(2));
    }

    [Fact]
    public void DINO_gives_the_teachers_backbone_without_its_wrappers()
    {
        using var weights = MimKit.Checkpoints.Load(Sample("dino.pth"));
        Assert.Equal(WeightFamily.Vit, weights.Family);
        using var file = new TorchFile(Sample("dino.pth"));
        using var model = weights.Vit(heads: 2);
        AssertSame(file.Read("teacher/module.backbone.pos_embed"), model.state_dict()["pos_embed"]);
        Assert.Equal(new VitConfig { Width = 8, Blocks = 1, Heads = 2, PatchSize = 4, ImageSize = 8 }, model.Config);
    }

    [Fact]
    public void CLIPs_archive_gives_its_image_encoder_in_timms_names()
    {
        using var weights = MimKit.Checkpoints.Load(Sample("clip.pt"));
        Assert.Equal(WeightFamily.Clip, weights.Family);
        string[] block = ["norm1", "norm2", "attn.qkv", "attn.proj", "mlp.fc1", "mlp.fc2"];
        string[] expected = ["cls_token", "pos_embed", "patch_embed.proj.weight", "norm_pre.weight", "norm_pre.bias", "norm.weight", "norm.bias", "head.weight",
            .. block.SelectMany(part => new[] { $"blocks.0.{part}.weight", $"blocks.0.{part}.bias" })];
        Assert.Equal(expected.Order(StringComparer.Ordinal), weights.Names.Order(StringComparer.Ordinal));
        foreach (var name in weights.Names) Assert.Equal(weights.Shape(name), weights.Read(name).shape);
        Assert.Equal([1L, 5, 8], weights.Shape("pos_embed"));
        Assert.Equal([0f, 3, 6, 9, 12, 15, 18, 21], weights.Read("head.weight").to(float32)[0].ToArray<float>());
        Assert.Contains("logit_scale", weights.LeftOut);
    }

    [Fact]
    public void What_does_not_fit_is_listed_and_nothing_is_changed()
    {
        using var weights = MimKit.Checkpoints.Load(Sample("dino.pth"));
        using var model = new LearnedVit(new VitConfig { Width = 16, Blocks = 2, Heads = 2, PatchSize = 4, ImageSize = 8 }, Precision.Float32, seed: 1);
        var before = model.state_dict()["cls_token"].ToArray<float>();
        var error = Assert.Throws<ArgumentException>(() => weights.LoadInto(model));
        Assert.Contains("12 missing: blocks.1.norm1.weight", error.Message);
        Assert.Contains("cls_token: here [1, 1, 16], in the file [1, 1, 8]", error.Message);
        Assert.Equal(before, model.state_dict()["cls_token"].ToArray<float>());
        Assert.Contains("holds weights of Vit; BeitPretrained is wanted", Assert.Throws<ArgumentException>(() => weights.Beit()).Message);
    }

    [Fact]
    public void A_file_that_is_not_there_says_where_it_can_be_had()
    {
        var error = Assert.Throws<FileNotFoundException>(() => MimKit.Checkpoints.Load("beitv2_base_patch16_224_pt1k.pth"));
        Assert.Contains("https://github.com/addf400/files/releases/download/BEiT-v2/beitv2_base_patch16_224_pt1k.pth", error.Message);
        Assert.All(MimKit.Checkpoints.Folders, folder => Assert.Contains(folder, error.Message));
    }

    [Fact]
    public void A_name_with_a_checksum_is_held_against_the_file()
    {
        File.Copy(Sample("dino.pth"), Path.Combine(_folder, "dino-00000000.pth"));
        var error = Assert.Throws<InvalidDataException>(() => MimKit.Checkpoints.Load(Path.Combine(_folder, "dino-00000000.pth")));
        var own = error.Message.Split("starts with ")[1][..8];
        File.Move(Path.Combine(_folder, "dino-00000000.pth"), Path.Combine(_folder, $"dino-{own}.pth"));
        MimKit.Checkpoints.Load(Path.Combine(_folder, $"dino-{own}.pth")).Dispose();
    }

    [Fact]
    public void Unknown_names_are_shown()
    {
        var error = Assert.Throws<InvalidDataException>(() => Saved("other.safetensors", new() { ["conv1.weight"] = ones(1) }));
        Assert.Contains("It has: conv1.weight", error.Message);
    }

    private OfficialWeights Saved(string name, Dictionary<string, Tensor> state)
    {
        var path = Path.Combine(_folder, name);
        Safetensors.Save(path, state);
        return MimKit.Checkpoints.Load(path);
    }

    private static void AssertSame(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        Assert.Equal(expected.to(float64).ToArray<double>(), actual.to(float64).ToArray<double>());
    }

    private static string Sample(string name) => Above(Path.Combine("tests", "MimKit.Tests", "Checkpoints", "Samples", name));
    private static string Reference(string name) => Above(Path.Combine("tests", "reference", name));

    private static string Above(string name)
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (Path.Combine(folder, name) is var path && File.Exists(path)) return path;
        throw new FileNotFoundException($"{name} lies in no folder above {AppContext.BaseDirectory}.");
    }
}
