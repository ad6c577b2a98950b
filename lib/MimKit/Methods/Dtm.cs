// Morphing Tokens Draw Strong Masked Image Models.
// Taekyung Kim, Byeongho Heo, Dongyoon Han. ICLR 2025, arXiv 2401.00254.
//
// The student regresses a teacher's features on all patches, hidden or not; before they are compared, similar target tokens are morphed into one, at a
// granularity that changes every step. Values: METHODS 4.

using MimKit.Models;

namespace MimKit.Methods;

// Quirks of the released code (naver-ai/dtm @322df2e): those of matching and schedule stand in DynamicMorphing.cs, behind its Fidelity.AsReleased. Its losses
// divide by a group's size + 1e-6, which is below rounding here. Each of its processes draws its own granularity; ours share the step's.

/// <summary>DTM pre-training (Kim et al., ICLR 2025, arXiv 2401.00254). Defaults: ViT-B/16, cosine distance, two drawn granularities.</summary>
public sealed record DtmConfig : MaskTokenConfig
{
    public DtmConfig() => Parts = new() { BlockBias = true };                      // a shared position bias and one of each block

    /// <summary>The run folder of a trained teacher, opened by the command line; <see cref="Build"/> is given the features themselves.</summary>
    public string Teacher { get; init; } = "";

    /// <summary>All patches; only the hidden ones is an ablation.</summary>
    public Positions Positions { get; init; } = Positions.All;
    public Morphing Morphing { get; init; } = new DynamicMorphing();

    /// <summary>The code's default is <see cref="SmoothL1"/> with β 2; its published command leaves it open.</summary>
    public Objective Objective { get; init; } = new Cosine();

    public static DtmConfig Tiny16 { get; } = new() { Encoder = VitConfig.Tiny16 };
    public static DtmConfig Small16 { get; } = new() { Encoder = VitConfig.Small16 };
    public static DtmConfig Base16 { get; } = new();
    public static DtmConfig Large16 { get; } = new() { Encoder = VitConfig.Large16 };

    /// <summary>28×28 grey images, at most 4 rounds (METHODS 5.3): ours, since no paper has one.</summary>
    public static DtmConfig Mini28 { get; } = Mini(new DtmConfig()) with { LearningRate = 2.8e-3, Morphing = new DynamicMorphing { MostRounds = 4 } };   // 1e-3 at batch 256

    /// <summary>The control that asks whether it is distillation alone: nothing is hidden.</summary>
    public DtmConfig Unmasked() => this with { Masking = new NoMasking() };

    /// <summary>The method: regress the teacher's features, morphed.</summary>
    /// <param name="teacher">gives vectors; must outlive the method</param>
    /// <param name="seed">of the starting weights</param>
    public Method Build(Target teacher, ulong seed)
    {
        using var scope = NewDisposeScope();
        return new(this, Views, Masking, Predictor(teacher.Size, seed), new Term(Output.Mim, teacher, Positions, Morphing, Objective));
    }

    // 1.5e-3 at batch 2048, by the square root
    protected override double PeakRate => LearningRate * Math.Sqrt(BatchSize / 2048.0);
}
