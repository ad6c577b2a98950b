// data2vec: A General Framework for Self-supervised Learning in Speech, Vision and Language.
// Alexei Baevski, Wei-Ning Hsu, Qiantong Xu, Arun Babu, Jiatao Gu, Michael Auli. ICML 2022, arXiv 2202.03555.
//
// The target is the student's own moving average, which sees the whole image. data2vec-like: the numbers below are ours where no source was read.

using MimKit.Models;

namespace MimKit.Methods;

/// <summary>
/// A student that predicts the tokens of its own moving average at hidden patches (as data2vec, Baevski et al., ICML 2022, arXiv 2202.03555). Defaults: ViT-B/16.
/// </summary>
public sealed record Data2VecConfig : MaskTokenConfig
{
    /// <summary>The target is the mean of the outputs of this many last blocks, each standardised.</summary>
    public int AveragedBlocks { get; init; } = 6;
    /// <summary>Of the moving average, a step.</summary>
    public double Decay { get; init; } = 0.9998;
    public Objective Objective { get; init; } = new SmoothL1();

    public static Data2VecConfig Tiny16 { get; } = new() { Encoder = VitConfig.Tiny16 };
    public static Data2VecConfig Small16 { get; } = new() { Encoder = VitConfig.Small16 };
    public static Data2VecConfig Base16 { get; } = new();
    public static Data2VecConfig Large16 { get; } = new() { Encoder = VitConfig.Large16 };

    /// <summary>28×28 grey images (METHODS 5.3): ours, since no paper has one.</summary>
    public static Data2VecConfig Mini28 { get; } = Mini(new Data2VecConfig()) with { AveragedBlocks = 3, Decay = 0.996 };

    /// <summary>The method: predict what the moving average makes of every hidden patch.</summary>
    /// <param name="seed">of the starting weights; the moving average starts from the same</param>
    public Method Build(ulong seed)
    {
        using var scope = NewDisposeScope();
        var average = new BeitVit(Encoder, Parts, Encoder.Width, null, Precision, seed);
        average.eval();
        return new(this, Views, Masking, Predictor(Encoder.Width, seed),
            new Term(Output.Mim, new MovingAverageTarget(average, AveragedBlocks, Decay), Positions.Masked, Morphing.None, Objective));
    }
}
