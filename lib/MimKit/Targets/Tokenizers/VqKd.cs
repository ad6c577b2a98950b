// BEiT v2: Masked Image Modeling with Vector-Quantized Visual Tokenizers.
// Zhiliang Peng, Li Dong, Hangbo Bao, Qixiang Ye, Furu Wei. 2022, arXiv 2208.06366. Section 3.1: the tokenizer.
//
// An autoencoder whose middle is a code a patch and whose output is a teacher's feature: what the codes must know is what the teacher sees.
// Values: METHODS 2.1 to 2.3. Not a masked method: a trainable that makes a target.

using System.Text.Json.Serialization;
using MimKit.Data;
using MimKit.Models;
using MimKit.Runtime;
using MimKit.Training;

namespace MimKit;

// Quirks of the released code (microsoft/unilm @768a3c8, beit2), behind Fidelity.AsReleased:
//   the codebook starts by k-means on the first batch alone, from random rows. Ours starts on many batches.
// Both follow the code where the paper's equation 2 differs: the moving average stands in for the codebook loss, and the commitment is a mean
// over the code's width, not a sum. The cosine here has a floor under its norms; the released one divides by zero at a zero feature.

/// <summary>VQ-KD (Peng et al., 2022, arXiv 2208.06366). Defaults: ViT-B/16, 8192 codes of width 32.</summary>
public sealed record VqKdConfig
{
    public VitConfig Encoder { get; init; } = VitConfig.Base16;
    /// <summary>Blocks of the decoder, which is as wide as the encoder: 3 by default, 1 in two of the released tokenizers.</summary>
    public int DecoderBlocks { get; init; } = 3;
    public int Codes { get; init; } = 8192;
    public int CodeWidth { get; init; } = 32;
    public double Decay { get; init; } = 0.99;
    public double Commitment { get; init; } = 1;                                   // beta
    public Views Views { get; init; } = new CropFlip(MinScale: 0.08);

    /// <summary>Run folder of the teacher: what <c>mimkit tokenizer train</c> opens, and the record of what was used.</summary>
    public string Teacher { get; init; } = "runs/dino-fashion-mnist-seed0";

    /// <summary>Vectors and codes have unit length; false is for seeing what that is worth.</summary>
    public bool UnitCodes { get; init; } = true;
    /// <summary>Codes follow the mean of their vectors; false: a codebook loss moves them, as in VQ-VAE.</summary>
    public bool MovingCodes { get; init; } = true;

    /// <summary>Images that the k-means start reads; as released: one batch. 0: codes start as random directions.</summary>
    public int StartImages { get; init; } = 4096;
    public int StartRounds { get; init; } = 10;
    /// <summary>Moves codes that nothing fell into during an epoch onto vectors of the next batch. BEiT v2 does not.</summary>
    public bool RestartDeadCodes { get; init; }
    /// <summary>Training stops where an epoch used fewer codes than this share of them.</summary>
    public double CollapseFloor { get; init; } = 0.02;

    public int Epochs { get; init; } = 100;
    public int BatchSize { get; init; } = 512;
    /// <summary>At batch 128; the rate is this · batch / 128.</summary>
    public double BaseLearningRate { get; init; } = 5e-5;
    public double MinLearningRate { get; init; } = 1e-5;
    public double WarmupEpochs { get; init; } = 10;
    public double WeightDecay { get; init; } = 1e-4;
    public double Beta2 { get; init; } = 0.99;
    public Precision Precision { get; init; } = Precisions.Best;
    public Fidelity Follow { get; init; } = Fidelity.Paper;

    public static VqKdConfig Base16 { get; } = new();

    /// <summary>28×28 grey images, 256 codes of width 16 (METHODS 5.3): ours, since no paper has one.</summary>
    public static VqKdConfig Mini28 { get; } = new()
    {
        Encoder = new() { Width = 128, Blocks = 3, Heads = 4, PatchSize = 4, ImageSize = 28, Channels = 1 }, DecoderBlocks = 1, Codes = 256, CodeWidth = 16,
        Views = Views.Plain, Epochs = 1, BatchSize = 64, BaseLearningRate = 1e-3, WarmupEpochs = 0.3, StartImages = 2048,
    };

    /// <summary>The decoder's shape: one token a patch, its pixels are the code.</summary>
    [JsonIgnore] public VitConfig Decoder => Encoder with { Blocks = DecoderBlocks, PatchSize = 1, ImageSize = Encoder.ImageSize / Encoder.PatchSize, Channels = CodeWidth };

    /// <summary>The codebook before it is started.</summary>
    internal VectorQuantizer Quantizer(ulong seed) => new(Codes, CodeWidth, Decay, seed, UnitCodes, learnt: !MovingCodes);

    /// <summary>The trainable, its codebook started by k-means on the encoder's vectors of <paramref name="train"/>.</summary>
    /// <param name="teacher">whose features are decoded; must outlive the trainable</param>
    /// <param name="train">the images</param>
    /// <param name="seed">of the starting weights and of k-means</param>
    public VqKd Build(Teacher teacher, ImageSet train, ulong seed)
    {
        using var scope = NewDisposeScope();
        var subject = new VqKd(this, teacher, InputScale.Of(train.Manifest), train.Name, seed);
        if (StartImages > 0) subject.StartCodes(train, Follow == Fidelity.AsReleased ? Math.Min(BatchSize, train.Count) : Math.Min(StartImages, train.Count), seed);
        return subject;
    }

    /// <summary>How it is trained.</summary>
    /// <param name="seed">of order and views</param>
    public TrainingPlan Plan(ulong seed) => new()
    {
        Epochs = Epochs, BatchSize = BatchSize, LearningRate = BaseLearningRate * BatchSize / 128, MinLearningRate = MinLearningRate,
        WarmupEpochs = WarmupEpochs, Schedule = ScheduleForm.Iteration, WeightDecay = WeightDecay, DecayTokens = false, Beta2 = Beta2, Beta1 = 0.9, Seed = seed,
    };
}

/// <summary>Most codes are out of use: training on would waste the time. The message says what to change.</summary>
public sealed class CodebookCollapsedException(string message) : Exception(message);

/// <summary>Use of the codebook in one epoch of training.</summary>
/// <param name="Epoch">from 0</param>
/// <param name="Used">codes that got at least one vector</param>
/// <param name="Perplexity">exp of the entropy of the codes' shares</param>
public sealed record CodebookUse(int Epoch, int Used, double Perplexity)
{
    /// <param name="done">[Epochs, 2] used codes and perplexity of the epochs that are over</param>
    /// <param name="epoch">[1] the epoch that is being counted</param>
    /// <param name="counts">[K] its counts so far</param>
    internal static IReadOnlyList<CodebookUse> Of(Tensor done, Tensor epoch, Tensor counts)
    {
        var (current, rows) = ((int)epoch.item<long>(), done.ToArray<float>());
        return [.. Enumerable.Range(0, current).Select(e => new CodebookUse(e, (int)rows[2 * e], rows[2 * e + 1])), Measure(counts, current)];
    }

    /// <param name="counts">[K] int64</param>
    /// <param name="epoch">they are of</param>
    internal static CodebookUse Measure(Tensor counts, int epoch)
    {
        var n = counts.ToArray<long>();
        var total = (double)n.Sum();
        var entropy = n.Where(count => count > 0).Sum(count => -count / total * Math.Log(count / total));
        return new(epoch, n.Count(count => count > 0), total == 0 ? 0 : Math.Exp(entropy));
    }
}

/// <summary>Trains a VQ-KD tokenizer: cosine distance of decoded to teacher features, plus the commitment.</summary>
public sealed class VqKd : ITrainable, IDisposable
{
    private const int PointsPerBatch = 256;                                        // images at a time when the codebook is started
    private const int CheckEvery = 100, VectorsPerCode = 50;                       // a collapse within an epoch is seen after so many steps, once so many vectors were counted

    private readonly VqKdConfig _config;
    private readonly Teacher _teacher;
    private readonly InputScale _given;
    private readonly VqKdNetwork _network;
    private IProcessGroup? _ranks;
    private readonly Tensor _use, _epoch;                                          // [Epochs, 2] used and perplexity; [1] the epoch that is being counted

    internal VqKd(VqKdConfig config, Teacher teacher, InputScale given, string madeOn, ulong seed)
    {
        var (own, other) = (config.Encoder.Grid(), teacher.Grid);
        if ((own.Rows, own.Columns) != (other.Rows, other.Columns))
            throw new ArgumentException($"The tokenizer has {own}, the teacher ({teacher.Name}) {other}. Take a teacher of the same grid, or another PatchSize.");
        (_config, _teacher, _given) = (config, teacher, given);
        _network = new(config.Encoder, config.Decoder, config.Quantizer(seed), teacher.Width, config.Precision, seed);
        MadeOn = madeOn;
        _network.register_buffer("use", _use = zeros(config.Epochs, 2));
        _network.register_buffer("use_epoch", _epoch = zeros([1], int64));
    }

    public object Config => _config;
    public nn.Module Network => _network;

    /// <summary>The tokenizer itself, to be looked at or used while it is trained.</summary>
    public VqKdTarget Target => new(_network, _given) { MadeOn = MadeOn };

    private string MadeOn { get; }

    public Tensor Step(Batch batch, Draw draw)
    {
        var views = _config.Views.Draw(batch, draw);
        var vectors = Vectors(views.Student);                                      // [B, N, c]
        if (_network.training && is_grad_enabled()) CountEpoch(vectors.detach(), draw);
        var quantised = _network.Quantizer.Quantise(vectors.flatten(0, 1));
        var decoded = _network.ToFeature(_network.DecoderFeatures(quantised.Codes.reshape(vectors.shape)));                                 // [B, N, Dt]
        var loss = CosineDistance(decoded, _teacher.Patches(views.Target, _given)) + quantised.Commitment * _config.Commitment;
        return quantised.CodebookLoss is { } codebook ? loss + codebook : loss;
    }

    /// <summary>Counts and sums of the codebook are taken over all ranks, so that it moves as it would with one.</summary>
    public void JoinRanks(IProcessGroup ranks)
    {
        _ranks = ranks;
        _network.Quantizer.AllReduce = tensor => ranks.AllReduce(tensor)();
    }

    /// <summary>Codes in use and perplexity of every epoch so far, the unfinished one included.</summary>
    public IReadOnlyList<CodebookUse> Use() => CodebookUse.Of(_use, _epoch, _network.Quantizer.Counts);

    /// <summary>Starts the codebook by spherical k-means over the encoder's vectors.</summary>
    internal void StartCodes(ImageSet train, int images, ulong seed)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var patches = images * _network.Grid.Count;
        if (patches < _config.Codes)
            throw new ArgumentException($"{_config.Codes} codes cannot start from the {patches} patches of {images} images. Set StartImages to at least {_config.Codes / _network.Grid.Count + 1}, or fewer Codes.");
        var places = new Draw(seed, 0, [0]).Permutation(Purpose.KMeans, train.Count)[..images];
        var vectors = cat([.. places.Chunk(PointsPerBatch).Select(chunk => Vectors(Batch.Of(train, chunk).Images).flatten(0, 1))]);   // [n, c]
        var points = _network.Quantizer.Comparable(vectors);
        var rows = new Draw(seed, 1, [0]).Permutation(Purpose.KMeans, (int)points.size(0))[.._config.Codes];
        var start = _config.Follow == Fidelity.AsReleased ? points.index_select(0, tensor(rows)) : KMeansStart.Centres(points, _config.Codes, seed);
        var fit = new Lloyd { Spherical = _config.UnitCodes, RelocateEmpty = _config.Follow == Fidelity.Paper, Rounds = _config.StartRounds }.Fit(() => [points], start);
        _network.Quantizer.StartFrom(fit.Centres);
    }

    /// <summary>The mean over patches of 1 − cos.</summary>
    /// <param name="decoded">[B, N, D] float32</param>
    /// <param name="features">[B, N, D] float32</param>
    public static Tensor CosineDistance(Tensor decoded, Tensor features) =>
        1 - (nn.functional.normalize(decoded, dim: -1) * nn.functional.normalize(features, dim: -1)).sum(-1L).mean();

    public void Dispose() => _network.Dispose();

    public override string ToString() => $"VQ-KD, {_config.Codes} codes of width {_config.CodeWidth}, taught by {_teacher.Name}";

    private Tensor Vectors(Tensor images) => _network.ToCode(_network.Features(InputScale.MinusOneToOne.From(images, _given, _config.Encoder.Channels)));

    // an epoch's statistics end with the first step of the next; a collapse is looked for there and on the way
    private void CountEpoch(Tensor vectors, Draw draw)
    {
        var counted = (int)_epoch.item<long>();
        if (counted == draw.Epoch)
        {
            if (draw.Step > 0 && draw.Step % CheckEvery == 0 && _network.Quantizer.Counts.sum().item<long>() >= (long)VectorsPerCode * _config.Codes)
                Watch(CodebookUse.Measure(_network.Quantizer.Counts, counted));
            return;
        }
        var use = CodebookUse.Measure(_network.Quantizer.Counts, counted);
        Watch(use);
        using (no_grad()) _use[counted].copy_(tensor([use.Used, (float)use.Perplexity]));
        if (_config.RestartDeadCodes) _network.Quantizer.RestartDead(vectors.flatten(0, 1), draw.Seed + (ulong)draw.Epoch);
        if (_config.RestartDeadCodes) _ranks?.CopyFromFirst([_network.Quantizer.Stored]);      // from the first rank's vectors
        _network.Quantizer.ResetCounts();
        _epoch.fill_(draw.Epoch);
    }

    private void Watch(CodebookUse use)
    {
        var floor = (int)(_config.CollapseFloor * _config.Codes);
        if (use.Used > floor) return;
        throw new CodebookCollapsedException($"Epoch {use.Epoch}: {use.Used} of {_config.Codes} codes in use (floor {floor}), perplexity {use.Perplexity:F1}.\n" +
            "  usual causes: the learning rate is too high; the codebook started on one batch (Follow = AsReleased); codes are too wide; the teacher's features hardly differ.\n" +
            $"  try: a third of BaseLearningRate ({_config.BaseLearningRate:G3} now), StartImages ({_config.StartImages} now) x 4, CodeWidth 16 or 32 ({_config.CodeWidth} now), or RestartDeadCodes = true.");
    }
}
