// Emerging Properties in Self-Supervised Vision Transformers.
// Mathilde Caron, Hugo Touvron, Ishan Misra, Hervé Jégou, Julien Mairal, Piotr Bojanowski, Armand Joulin. ICCV 2021, arXiv 2104.14294.
//
// A student sees all crops of an image, its moving average (the teacher) the two large ones; the student predicts the teacher's distribution
// over K prototypes. Not a masked method: a trainable that makes a target. Values: METHODS 5.2.

using MimKit.Data;
using MimKit.Models;
using MimKit.Runtime;
using MimKit.Training;

namespace MimKit;

// Differences from facebookresearch/dino @7c446df: gradients are clipped by their global norm (there each tensor by its own); no drop path
// (0.1 there); crops are recoloured by contrast and brightness only (MultiCrop).

/// <summary>DINO (Caron et al., ICCV 2021, arXiv 2104.14294). Defaults: the released ones for ViT-S/16.</summary>
public sealed record DinoConfig
{
    public VitConfig Encoder { get; init; } = VitConfig.Small16;
    public MultiCrop Crops { get; init; } = new();

    public int HeadHidden { get; init; } = 2048;
    public int Bottleneck { get; init; } = 256;
    /// <summary>K, prototypes.</summary>
    public int Outputs { get; init; } = 65536;

    public double StudentTemperature { get; init; } = 0.1;
    public double TeacherTemperature { get; init; } = 0.04;                        // 0.07 in the long recipes
    public double WarmupTeacherTemperature { get; init; } = 0.04;
    public int WarmupTemperatureEpochs { get; init; }
    public Centring Centring { get; init; } = Centring.MovingMean;
    public double CentreMomentum { get; init; } = 0.9;
    /// <summary>Share of itself that the teacher keeps at the first step; a cosine takes it to 1 at the last.</summary>
    public double TeacherMomentum { get; init; } = 0.996;
    /// <summary>Epochs without a gradient for the head's last layer.</summary>
    public int FreezeLastLayerEpochs { get; init; } = 1;

    public int Epochs { get; init; } = 100;
    public int BatchSize { get; init; } = 256;
    /// <summary>At batch 256; the rate is this · batch / 256.</summary>
    public double BaseLearningRate { get; init; } = 5e-4;
    public double MinLearningRate { get; init; } = 1e-6;
    public double WarmupEpochs { get; init; } = 10;
    public double WeightDecay { get; init; } = 0.04;
    /// <summary>Where a cosine takes the decay.</summary>
    public double FinalWeightDecay { get; init; } = 0.4;
    public double ClipNorm { get; init; } = 3;
    public Precision Precision { get; init; } = Precisions.Best;

    public static DinoConfig Small16 { get; } = new();
    public static DinoConfig Base16 { get; } = new() { Encoder = VitConfig.Base16 };

    /// <summary>
    /// 28×28 grey images: ours, since no paper has one. Crops keep about the images' own resolution (20 pixels of side at 0.5 to 1 of the area,
    /// 12 pixels at 0.2 to 0.5), which costs half of METHODS 5.2's 28 and 16 pixels and shows patches at about the scale they are used at.
    /// Nothing is mirrored: every shoe of Fashion-MNIST points left.
    /// </summary>
    public static DinoConfig Mini28 { get; } = new()
    {
        Encoder = new() { Width = 128, Blocks = 3, Heads = 4, PatchSize = 4, ImageSize = 28, Channels = 1 },
        Crops = new() { GlobalScaleFrom = 0.5, GlobalScaleTo = 1, GlobalSize = 20, LocalScaleFrom = 0.2, LocalScaleTo = 0.5, LocalCrops = 4, LocalSize = 12, Flip = false },
        HeadHidden = 512, Bottleneck = 128, Outputs = 512, Centring = Centring.SinkhornKnopp, TeacherMomentum = 0.99, FreezeLastLayerEpochs = 0,
        Epochs = 6, BatchSize = 64, BaseLearningRate = 4e-3, WarmupEpochs = 0.5, FinalWeightDecay = 0.04,
    };

    /// <summary>The trainable.</summary>
    /// <param name="images">training images: with the batch size they say how many steps the teacher's momentum has to reach 1</param>
    /// <param name="seed">of the starting weights</param>
    public Dino Build(int images, ulong seed)
    {
        using var scope = NewDisposeScope();
        return new(this, (long)Epochs * (images / BatchSize), seed);
    }

    /// <summary>How it is trained.</summary>
    /// <param name="seed">of order and crops</param>
    public TrainingPlan Plan(ulong seed) => new()
    {
        Epochs = Epochs, BatchSize = BatchSize, LearningRate = BaseLearningRate * BatchSize / 256, MinLearningRate = MinLearningRate,
        WarmupEpochs = WarmupEpochs, Schedule = ScheduleForm.Iteration, WeightDecay = WeightDecay, FinalWeightDecay = FinalWeightDecay,
        Beta2 = 0.999, ClipNorm = ClipNorm, Seed = seed,
    };
}

/// <summary>Self-distillation: student, teacher, centre. B images, K prototypes.</summary>
public sealed class Dino : ITrainable, IDisposable
{
    private readonly DinoConfig _config;
    private readonly long _totalSteps;
    private readonly Branch _student, _teacher;
    private readonly Tensor _centre, _steps;
    private IProcessGroup? _ranks;

    internal Dino(DinoConfig config, long totalSteps, ulong seed)
    {
        (_config, _totalSteps) = (config, totalSteps);
        (_student, _teacher) = (new Branch(config, seed), new Branch(config, seed));              // the same start
        foreach (var parameter in _teacher.parameters()) parameter.requires_grad = false;
        Network = new ModuleGroup(nameof(Dino));
        Network.register_module("student", _student);
        Network.register_module("teacher", _teacher);
        Network.register_buffer("centre", _centre = zeros(1, config.Outputs));
        Network.register_buffer("steps", _steps = zeros([1], int64));
    }

    public object Config => _config;
    public nn.Module Network { get; }

    /// <summary>The teacher's encoder: what the training is for.</summary>
    public LearnedVit Teacher => _teacher.Backbone;

    public Tensor Step(Batch batch, Draw draw)
    {
        var global = cat([.. Enumerable.Range(0, DinoLoss.GlobalCrops).Select(crop => _config.Crops.Draw(batch, draw, crop))]);   // [2 B, C, S, S]
        var tokens = new List<Tensor> { _student.ClassTokens(global) };            // crops of one size go through together
        var local = Enumerable.Range(DinoLoss.GlobalCrops, _config.Crops.LocalCrops).Select(crop => _config.Crops.Draw(batch, draw, crop)).ToArray();
        if (local.Length > 0) tokens.Add(_student.ClassTokens(cat(local)));
        _student.Head.FreezeLastLayer = draw.Epoch < _config.FreezeLastLayerEpochs;
        var student = _student.Head.call(cat(tokens));                          // [crops · B, K]

        Tensor teacher;                                                            // [2 B, K]
        using (no_grad()) teacher = _teacher.Head.call(_teacher.ClassTokens(global));
        var temperature = DinoLoss.TeacherTemperature(draw.Epoch, _config.WarmupTeacherTemperature, _config.TeacherTemperature, _config.WarmupTemperatureEpochs);
        var crops = DinoLoss.GlobalCrops + local.Length;
        if (_config.Centring == Centring.SinkhornKnopp) return DinoLoss.Loss(student, DinoLoss.Balanced(teacher, temperature), crops, _config.StudentTemperature);
        var loss = DinoLoss.Loss(student, teacher, _centre, crops, _config.StudentTemperature, temperature);
        if (is_grad_enabled()) DinoLoss.MoveCentreInPlace(_centre, OverRanks(teacher), _config.CentreMomentum);
        return loss;
    }

    /// <exception cref="ArgumentException">Sinkhorn-Knopp balances a whole batch, which no rank has.</exception>
    public void JoinRanks(IProcessGroup ranks) => _ranks = _config.Centring == Centring.MovingMean ? ranks
        : throw new ArgumentException("Centring.SinkhornKnopp balances the assignments of a whole batch and is not divided over processes. Train in one process, or set Centring to MovingMean.");

    // the mean of what all ranks put out; each counts by its rows
    private Tensor OverRanks(Tensor teacher)
    {
        if (_ranks is null) return teacher;
        using var off = no_grad();
        var sum = cat([teacher.sum([0L]), full([1], (double)teacher.size(0))]);     // [K + 1]
        _ranks.SumInPlace([sum]);
        return sum.narrow(0, 0, _config.Outputs).div(sum.narrow(0, _config.Outputs, 1)).unsqueeze(0);   // [1, K]
    }

    /// <summary>The teacher follows the student; the share it keeps grows to 1 along a cosine.</summary>
    public void AfterStep()
    {
        var step = _steps.item<long>();
        var momentum = Schedule.Cosine(Math.Min(step, _totalSteps), Math.Max(1, _totalSteps), 0, 0, _config.TeacherMomentum, 1);
        Gradients.MovingAverage(_teacher.parameters(), _student.parameters(), momentum);
        _steps.fill_(step + 1);
    }

    public void Dispose() => Network.Dispose();

    public override string ToString() => $"DINO, {_config.Encoder.Blocks} blocks of width {_config.Encoder.Width} on {Teacher.Grid}, {_config.Outputs:N0} prototypes";

    /// <summary>An encoder and its head.</summary>
    private sealed class Branch : nn.Module
    {
        public Branch(DinoConfig config, ulong seed) : base(nameof(Branch))
        {
            register_module("backbone", Backbone = new LearnedVit(config.Encoder, config.Precision, seed));
            register_module("head", Head = new DinoHead(config.Encoder.Width, config.HeadHidden, config.Bottleneck, config.Outputs, seed));
        }

        public LearnedVit Backbone { get; }
        public DinoHead Head { get; }

        public Tensor ClassTokens(Tensor images) => Backbone.Encode(images).select(1, 0).contiguous();   // [n, D]
    }
}
