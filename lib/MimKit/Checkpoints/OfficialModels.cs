using System.Globalization;
using MimKit.Models;
using MimKit.Runtime;

namespace MimKit;

/// <summary>Builds the model that a file of weights is of, its shape read from the tensors' shapes, and loads it.</summary>
public static class OfficialModels
{
    private const int HeadWidth = 64;                                              // of every released model here

    /// <summary>The transformer's shape as the tensors tell it.</summary>
    /// <param name="weights">the file</param>
    /// <param name="prefix">before its names: "encoder." of a tokenizer</param>
    /// <param name="heads">attention heads; null: those of the position bias tables, else width / 64</param>
    public static VitConfig Config(this OfficialWeights weights, string prefix = "", int? heads = null)
    {
        var (width, patch) = ((int)weights.Shape(prefix + "cls_token")[2], weights.Shape(prefix + "patch_embed.proj.weight"));
        var table = weights.Names.FirstOrDefault(name => name.StartsWith(prefix, StringComparison.Ordinal) && name.EndsWith("relative_position_bias_table", StringComparison.Ordinal));
        var side = table is not null ? RelativePositionResize.SideOf(weights.Shape(table)[0])
            : weights.Has(prefix + "pos_embed") ? (int)Math.Sqrt(weights.Shape(prefix + "pos_embed")[1] - 1) : null;
        return new VitConfig
        {
            Width = width, Blocks = Count(weights, prefix + "blocks."), PatchSize = (int)patch[2], Channels = (int)patch[1],
            Heads = heads ?? (table is not null ? (int)weights.Shape(table)[1] : Math.Max(1, width / HeadWidth)),
            MlpRatio = weights.Shape(prefix + "blocks.0.mlp.fc1.weight")[0] / (double)width,
            ImageSize = (side ?? throw new InvalidDataException($"{weights.Path} tells no square grid of patches.")) * (int)patch[2],
        };
    }

    /// <summary>BEiT v2 as pre-trained, with its head over codes.</summary>
    /// <param name="weights">of <see cref="WeightFamily.BeitPretrained"/></param>
    /// <param name="precision">dtype of activations</param>
    /// <param name="aggregationFrom">which block's patches aggregation takes, which the file does not say; null: the one that three more follow, as released (9 of 12, 21 of 24)</param>
    /// <param name="heads">attention heads, where no table of relative positions tells; null: width / 64</param>
    public static BeitVit Beit(this OfficialWeights weights, Precision precision = Precision.Float32, int? aggregationFrom = null, int? heads = null)
    {
        Expect(weights, WeightFamily.BeitPretrained);
        using var scope = torch.NewDisposeScope();
        var (config, blocks) = (weights.Config(heads: heads), Count(weights, "cls_pt_layers."));
        var aggregation = blocks == 0 ? null : new PatchAggregation(aggregationFrom ?? Math.Max(1, config.Blocks - 3), blocks, SharedHead: !weights.Has("cls_pt_lm_head.weight"));
        return Loaded(weights, new BeitVit(config, Parts(weights), (int)weights.Shape("lm_head.weight")[0], aggregation, precision, seed: 0));
    }

    /// <summary>BEiT v2 as a classifier: a fine-tuned file as it is, or a pre-trained one with a new head, ready for fine-tuning.</summary>
    /// <param name="weights">of <see cref="WeightFamily.BeitFineTuned"/> or <see cref="WeightFamily.BeitPretrained"/></param>
    /// <param name="classes">of a new head; null: the file's</param>
    /// <param name="imageSize">pixels a side; position tables are resized to it; null: the file's</param>
    /// <param name="precision">dtype of activations</param>
    /// <param name="seed">of the values that the file does not have</param>
    public static BeitClassifier BeitClassifier(this OfficialWeights weights, int? classes = null, int? imageSize = null, Precision precision = Precision.Float32, ulong seed = 0)
    {
        var tuned = weights.Family == WeightFamily.BeitFineTuned;
        if (!tuned) Expect(weights, WeightFamily.BeitPretrained);
        if (classes is null && !tuned) throw new ArgumentException($"{weights.Path} has no head over classes: say how many there are.");
        using var scope = torch.NewDisposeScope();
        var config = weights.Config();
        var parts = Models.BeitClassifier.Parts with { LayerScale = Parts(weights).LayerScale, Positions = weights.Has("pos_embed") };
        var pooling = tuned && !weights.Has("fc_norm.weight") ? Pooling.ClassToken : Pooling.MeanPatches;
        var model = new BeitClassifier(config with { ImageSize = imageSize ?? config.ImageSize }, parts, classes ?? (int)weights.Shape("head.weight")[0], pooling, precision, seed);
        return Loaded(weights, model, tuned && classes is null ? [] : tuned ? ["head."] : ["head.", "fc_norm."], addShared: true);
    }

    /// <summary>A ViT with learned positions: DINO, DeiT, timm; its classes' head is left out.</summary>
    /// <param name="weights">of <see cref="WeightFamily.Vit"/></param>
    /// <param name="heads">attention heads, which no tensor tells; null: width / 64</param>
    /// <param name="precision">dtype of activations</param>
    public static LearnedVit Vit(this OfficialWeights weights, int? heads = null, Precision precision = Precision.Float32)
    {
        Expect(weights, WeightFamily.Vit);
        using var scope = torch.NewDisposeScope();
        return Loaded(weights, new LearnedVit(weights.Config(heads: heads), precision, seed: 0));
    }

    /// <summary>MAE or ClusterMIM in pre-training: encoder, decoder and head.</summary>
    /// <param name="weights">of <see cref="WeightFamily.MaePretrained"/></param>
    /// <param name="heads">of the encoder; null: width / 64</param>
    /// <param name="decoderHeads">of the decoder; null: 16 as released (8 where it is 256 wide or less)</param>
    /// <param name="precision">dtype of activations</param>
    public static MaskedAutoencoder Mae(this OfficialWeights weights, int? heads = null, int? decoderHeads = null, Precision precision = Precision.Float32)
    {
        Expect(weights, WeightFamily.MaePretrained);
        using var scope = torch.NewDisposeScope();
        var width = (int)weights.Shape("decoder_embed.weight")[0];
        var decoder = new DecoderConfig(width, Count(weights, "decoder_blocks."), decoderHeads ?? (width <= DecoderConfig.Small.Width ? DecoderConfig.Small.Heads : DecoderConfig.Base.Heads));
        return Loaded(weights, new MaskedAutoencoder(weights.Config(heads: heads), decoder, (int)weights.Shape("decoder_pred.weight")[0], precision, seed: 0));
    }

    /// <summary>BEiT v2's tokenizer with its decoder, frozen.</summary>
    /// <param name="weights">of <see cref="WeightFamily.VqKd"/></param>
    /// <param name="given">the scale of the views that it will be given</param>
    /// <param name="heads">attention heads, which no tensor tells; null: width / 64</param>
    /// <param name="precision">dtype of activations</param>
    public static VqKdTarget Tokenizer(this OfficialWeights weights, InputScale given, int? heads = null, Precision precision = Precision.Float32)
    {
        Expect(weights, WeightFamily.VqKd);
        using var scope = torch.NewDisposeScope();
        var (codes, features) = (weights.Shape("quantize.embedding.weight"), (int)weights.Shape("decode_task_layer.2.weight")[0]);
        var quantizer = new VectorQuantizer((int)codes[0], (int)codes[1], new VqKdConfig().Decay, seed: 0);
        var network = new VqKdNetwork(weights.Config("encoder.", heads), weights.Config("decoder.", heads), quantizer, features, precision, seed: 0);
        return new(Loaded(weights, network, ["quantize.counts"]), given);          // the kit's own count of the batch
    }

    /// <summary>The frozen encoder of any pre-trained file but CLIP's, as a network: MAE's too, whose encoder differs from other transformers only in how its positions came about.</summary>
    /// <param name="weights">the file; not needed afterwards</param>
    /// <param name="heads">attention heads, where no tensor tells; null: width / 64</param>
    /// <param name="precision">dtype of activations</param>
    /// <returns>a network that is the caller's to dispose</returns>
    public static IEncoder EncoderNetwork(this OfficialWeights weights, int? heads = null, Precision precision = Precision.Float32)
    {
        switch (weights.Family)
        {
            case WeightFamily.BeitPretrained: return weights.Beit(precision, heads: heads);
            case WeightFamily.Vit or WeightFamily.MaePretrained:
                using (torch.NewDisposeScope()) return Loaded(weights, new LearnedVit(weights.Config(heads: heads), precision, seed: 0));
            default: throw new ArgumentException($"{weights.Path} holds weights of {weights.Family}, of which no encoder is built here.");
        }
    }

    /// <summary>The frozen encoder of any file but CLIP's: images [B, C, H, W] float32 to the mean of their patches after the final norm, [B, D] float32.</summary>
    /// <param name="weights">the file; not needed afterwards</param>
    /// <param name="heads">attention heads, where no tensor tells; null: width / 64</param>
    public static Func<Tensor, Tensor> Encoder(this OfficialWeights weights, int? heads = null)
    {
        if (weights.Family == WeightFamily.BeitFineTuned)
        {
            var tuned = weights.BeitClassifier();
            return images => tuned.Features(images).to(float32);
        }
        var network = weights.EncoderNetwork(heads);
        return images => MeanPatches(network.Tokens(images));

        static Tensor MeanPatches(Tensor tokens) => tokens.narrow(1, 1, tokens.size(1) - 1).to(float32).mean([1]);
    }

    private static T Loaded<T>(OfficialWeights weights, T model, string[]? mayMiss = null, bool addShared = false) where T : torch.nn.Module
    {
        weights.LoadInto(model, mayMiss, addShared);
        model.eval();
        return model;
    }

    private static BeitParts Parts(OfficialWeights weights) => new()
    {
        LayerScale = weights.Has("blocks.0.gamma_1") ? new BeitParts().LayerScale : 0, SharedBias = weights.Has("rel_pos_bias.relative_position_bias_table"),
        BlockBias = weights.Has("blocks.0.attn.relative_position_bias_table"), Positions = weights.Has("pos_embed"), QueryValueBias = weights.Has("blocks.0.attn.q_bias"),
    };

    private static int Count(OfficialWeights weights, string list) =>
        weights.Names.Where(name => name.StartsWith(list, StringComparison.Ordinal)).Select(name => 1 + int.Parse(name[list.Length..].Split('.')[0], CultureInfo.InvariantCulture)).DefaultIfEmpty().Max();

    private static void Expect(OfficialWeights weights, WeightFamily wanted)
    {
        if (weights.Family != wanted) throw new ArgumentException($"{weights.Path} holds weights of {weights.Family}; {wanted} is wanted here.");
    }
}
