// Zero-Shot Text-to-Image Generation (DALL-E).
// Aditya Ramesh, Mikhail Pavlov, Gabriel Goh, Scott Gray, Chelsea Voss, Alec Radford, Mark Chen, Ilya Sutskever. ICML 2021, arXiv 2102.12092.
//
// The tokenizer of the first BEiT: an autoencoder of pixels whose middle is one of K codes a patch, drawn by Gumbel-softmax while it is trained.

using MimKit.Data;
using MimKit.Models;
using MimKit.Runtime;
using MimKit.Training;

namespace MimKit;

// Differences from the paper: pixels are compared by squared error (there a logit-Laplace likelihood); temperature and the weight of the
// Kullback-Leibler term move once an epoch (there every step); everything is float32.

/// <summary>A discrete variational autoencoder (Ramesh et al., ICML 2021, arXiv 2102.12092, section 2.1 and appendix A). Defaults: the released DALL-E encoder's shape.</summary>
public sealed record DvaeConfig
{
    public int ImageSize { get; init; } = 112;
    public int Channels { get; init; } = 3;
    /// <summary>Pixels of a patch's side, a power of 2: the resolution is halved log2 of it times.</summary>
    public int PatchSize { get; init; } = 8;
    /// <summary>Channels of the first group; each further group has twice as many.</summary>
    public int Hidden { get; init; } = 256;
    public int BlocksPerGroup { get; init; } = 2;
    /// <summary>Channels after the decoder's first convolution.</summary>
    public int DecoderInput { get; init; } = 128;
    /// <summary>K.</summary>
    public int Codes { get; init; } = 8192;

    /// <summary>Of the Gumbel-softmax at the first epoch.</summary>
    public double Temperature { get; init; } = 1;
    /// <summary>At the last epoch, along half a cosine.</summary>
    public double FinalTemperature { get; init; } = 1.0 / 16;
    /// <summary>Weight of the divergence from the uniform prior at the last epoch, in nats a patch over pixels a patch; it grows from 0.</summary>
    public double Divergence { get; init; } = 6.6;

    public int Epochs { get; init; } = 100;
    public int BatchSize { get; init; } = 512;
    public double LearningRate { get; init; } = 1e-4;
    public double WarmupEpochs { get; init; } = 2;
    public double WeightDecay { get; init; } = 1e-4;

    /// <summary>The released DALL-E encoder: 8192 codes, patches of 8 pixels.</summary>
    public static DvaeConfig Dalle { get; } = new();

    /// <summary>28×28 grey images, patches of 4 pixels: ours, since no paper has one.</summary>
    public static DvaeConfig Mini28 { get; } = new()
    {
        ImageSize = 28, Channels = 1, PatchSize = 4, Hidden = 32, BlocksPerGroup = 1, DecoderInput = 32, Codes = 256, Divergence = 0.05,
        Epochs = 5, BatchSize = 64, LearningRate = 2e-3, WarmupEpochs = 0.3,
    };

    /// <summary>The patches.</summary>
    public PatchGrid Grid() => ImageSize % PatchSize == 0 && int.IsPow2(PatchSize)
        ? new(ImageSize / PatchSize, ImageSize / PatchSize, PatchSize, Channels)
        : throw new ArgumentException($"PatchSize is {PatchSize} and ImageSize {ImageSize}; the patch must be a power of 2 that divides the image.");

    /// <summary>The trainable.</summary>
    /// <param name="data">the images' data set, for their scale</param>
    /// <param name="seed">of the starting weights</param>
    public Dvae Build(DataManifest data, ulong seed)
    {
        using var scope = NewDisposeScope();
        return new(this, InputScale.Of(data), seed);
    }

    /// <summary>How it is trained.</summary>
    /// <param name="seed">of order and noise</param>
    public TrainingPlan Plan(ulong seed) => new()
    {
        Epochs = Epochs, BatchSize = BatchSize, LearningRate = LearningRate, WarmupEpochs = WarmupEpochs, WeightDecay = WeightDecay, Beta1 = 0.9, Beta2 = 0.999, Seed = seed,
    };
}

/// <summary>Encoder and decoder of a dVAE; the encoder's names are those of DALL-E's release below <c>encoder.</c></summary>
public sealed class DvaeNetwork : nn.Module
{
    private const double PixelFloor = 0.1;                                         // DALL-E keeps pixels off 0 and 1

    private readonly DalleStack _encoder, _decoder;

    /// <param name="config">the shape</param>
    /// <param name="seed">of the starting weights</param>
    public DvaeNetwork(DvaeConfig config, ulong seed) : base(nameof(DvaeNetwork))
    {
        (Grid, Codes) = (config.Grid(), config.Codes);
        var widths = Enumerable.Range(0, int.Log2(config.PatchSize) + 1).Select(group => config.Hidden << group).ToArray();
        register_module("encoder", _encoder = new(config.Channels, config.Hidden, widths, config.BlocksPerGroup, Codes, decodes: false));
        register_module("decoder", _decoder = new(Codes, config.DecoderInput, [.. widths.Reverse()], config.BlocksPerGroup, config.Channels, decodes: true));
        _encoder.Start(seed);
        _decoder.Start(seed + 1);
    }

    public PatchGrid Grid { get; }

    /// <summary>K.</summary>
    public int Codes { get; }

    /// <summary>Logits of the codes, [B, K, Rows, Columns].</summary>
    /// <param name="pixels">[B, C, H, W] on the scale 0 to 1</param>
    public Tensor Encode(Tensor pixels) => _encoder.forward(Mapped(pixels));

    /// <summary>Pixels of codes, [B, C, H, W], on the mapped scale.</summary>
    /// <param name="codes">[B, K, Rows, Columns], one-hot or soft</param>
    public Tensor Decode(Tensor codes) => _decoder.forward(codes);

    /// <summary>0 … 1 to 0.1 … 0.9, as DALL-E's <c>map_pixels</c>.</summary>
    public static Tensor Mapped(Tensor pixels) => pixels * (1 - 2 * PixelFloor) + PixelFloor;

    /// <summary>Back again, cut off at 0 and 1.</summary>
    public static Tensor Unmapped(Tensor mapped) => ((mapped - PixelFloor) / (1 - 2 * PixelFloor)).clamp(0, 1);

    /// <summary>Gives the encoder DALL-E's released weights.</summary>
    /// <param name="weights">state of the released encoder by its own names (<c>blocks.input.w</c>, …); its pickle of a whole module is refused by readers, save its state_dict once</param>
    public void LoadEncoder(IReadOnlyDictionary<string, Tensor> weights) => _encoder.load_state_dict(weights.ToDictionary());
}

/// <summary>Trains a dVAE: squared error of pixels plus the divergence of the codes' distribution from the uniform one.</summary>
public sealed class Dvae : ITrainable, IDisposable
{
    private readonly DvaeConfig _config;
    private readonly InputScale _given;
    private readonly DvaeNetwork _network;

    internal Dvae(DvaeConfig config, InputScale given, ulong seed) => (_config, _given, _network) = (config, given, new(config, seed));

    public object Config => _config;
    public nn.Module Network => _network;

    /// <summary>The tokenizer itself.</summary>
    public DvaeTarget Target => new(_network, _given);

    public Tensor Step(Batch batch, Draw draw)
    {
        var progress = _config.Epochs > 1 ? Math.Min(1, (double)draw.Epoch / (_config.Epochs - 1)) : 1;
        var temperature = Schedule.Cosine((long)(progress * 1000), 1000, 0, 0, _config.Temperature, _config.FinalTemperature);
        var pixels = InputScale.ZeroToOne.From(batch.Images, _given, _config.Channels);
        var logits = _network.Encode(pixels);                                      // [B, K, r, c]
        var soft = (logits + Gumbel(draw, logits)).div(temperature).softmax(1);
        var error = (_network.Decode(soft) - DvaeNetwork.Mapped(pixels)).square().mean();
        return error + Divergence(logits) * (progress * _config.Divergence / _network.Grid.PatchValues);
    }

    public void Dispose() => _network.Dispose();

    /// <summary>KL of the codes' distribution from the uniform one, nats a patch, averaged.</summary>
    /// <param name="logits">[B, K, r, c]</param>
    public static Tensor Divergence(Tensor logits)
    {
        var log = logits.log_softmax(1);
        return (log.exp() * log).sum(1L).mean() + Math.Log(logits.size(1));
    }

    private static Tensor Gumbel(Draw draw, Tensor like)
    {
        var perImage = (int)(like.numel() / like.size(0));
        using var scope = NewDisposeScope();
        var u = tensor(draw.Uniform(Purpose.Noise, perImage), like.shape).clamp_(min: 1e-7);
        return u.log().neg().log().neg().to(like.device).MoveToOuterDisposeScope();
    }
}

/// <summary>The likeliest code of every patch: a dVAE as a tokenizer.</summary>
/// <param name="network">frozen; disposed by its owner</param>
/// <param name="given">the scale of the views</param>
public sealed class DvaeTarget(DvaeNetwork network, InputScale given) : Target, ICodebook
{
    public override PatchGrid Grid => network.Grid;
    public override int Size => network.Codes;

    public override TargetValues Of(Tensor view)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var pixels = InputScale.ZeroToOne.From(view, given, Grid.Channels);
        return new(network.Encode(pixels).argmax(1).flatten(1).MoveToOuterDisposeScope());   // [B, N]
    }

    public (Tensor Ids, Tensor Distance) Nearest(Tensor view)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var (likelihood, ids) = network.Encode(InputScale.ZeroToOne.From(view, given, Grid.Channels)).log_softmax(1).max(1);   // [B, Rows, Columns]
        return (ids.flatten(1).MoveToOuterDisposeScope(), likelihood.neg().flatten(1).MoveToOuterDisposeScope());
    }

    /// <summary>The pixels that codes stand for, on the scale 0 to 1.</summary>
    /// <param name="ids">[B, N] int64</param>
    /// <returns>[B, C, H, W] float32</returns>
    public Tensor Decode(Tensor ids)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var codes = nn.functional.one_hot(ids, Size).to(float32).transpose(1, 2).reshape(ids.size(0), Size, Grid.Rows, Grid.Columns);
        return DvaeNetwork.Unmapped(network.Decode(codes)).MoveToOuterDisposeScope();
    }

    public override string ToString() => $"dVAE codes, {Size}";
}
