using MimKit.Data;
using MimKit.Runtime;
using MimKit.Training;

namespace MimKit;

/// <summary>One way to treat a codebook.</summary>
/// <param name="Name">what it has or lacks</param>
/// <param name="Config">the whole record</param>
public sealed record SurvivalArm(string Name, VqKdConfig Config);

/// <summary>Use of a codebook while it is trained, measured over windows of steps.</summary>
/// <param name="Name">of the arm</param>
/// <param name="Codes">K</param>
/// <param name="Steps">last step of every window</param>
/// <param name="Used">codes that got at least one vector in the window</param>
/// <param name="Perplexity">exp of the entropy of the codes' shares in the window</param>
public sealed record SurvivalCurve(string Name, int Codes, IReadOnlyList<double> Steps, IReadOnlyList<double> Used, IReadOnlyList<double> Perplexity)
{
    public override string ToString() => FormattableString.Invariant($"{Name}: {Used[^1]:F0} of {Codes} codes in use after {Steps[^1]:F0} steps, perplexity {Perplexity[^1]:F1}");
}

/// <summary>
/// What keeps a codebook alive? BEiT v2 names four things: codes of low dimension, unit length, a moving average instead of a loss, a k-means start
/// (METHODS 2.2). Each is taken away in turn, from the same weights, on the same images in the same order.
/// </summary>
public static class CodebookSurvival
{
    private static readonly (string Name, Func<VqKdConfig, VqKdConfig> Without)[] Choices =
    [
        ("low dimension", config => config with { CodeWidth = config.Encoder.Width }),
        ("unit length", config => config with { UnitCodes = false }),
        ("moving average", config => config with { MovingCodes = false }),
        ("k-means start", config => config with { StartImages = 0 }),
    ];

    /// <summary>All four; each of them taken away; none.</summary>
    /// <param name="all">with all four</param>
    public static IReadOnlyList<SurvivalArm> Arms(VqKdConfig all) =>
    [
        new("all four", Stripped(all)),
        .. Choices.Select(choice => new SurvivalArm($"without {choice.Name}", choice.Without(Stripped(all)))),
        new("none of the four", Choices.Aggregate(Stripped(all), (config, choice) => choice.Without(config))),
    ];

    /// <summary>All sixteen combinations, named by what they have.</summary>
    /// <param name="all">with all four</param>
    public static IReadOnlyList<SurvivalArm> Grid(VqKdConfig all) =>
    [
        .. Enumerable.Range(0, 1 << Choices.Length).Select(has =>
        {
            var (kept, gone) = (Choices.Where((_, i) => (has >> i & 1) == 1), Choices.Where((_, i) => (has >> i & 1) == 0));
            return new SurvivalArm(has == 0 ? "none" : string.Join(", ", kept.Select(choice => choice.Name)), gone.Aggregate(Stripped(all), (config, choice) => choice.Without(config)));
        }),
    ];

    /// <summary>Trains every arm for a number of steps.</summary>
    /// <param name="arms">of <see cref="Arms"/> or <see cref="Grid"/></param>
    /// <param name="teacher">whose features are decoded</param>
    /// <param name="train">the images</param>
    /// <param name="steps">of every arm</param>
    /// <param name="window">steps that use is counted over</param>
    /// <param name="seed">of weights and order</param>
    public static IReadOnlyList<SurvivalCurve> Run(IReadOnlyList<SurvivalArm> arms, Teacher teacher, ImageSet train, int steps = 400, int window = 20, ulong seed = 0) =>
        [.. arms.Select(arm => Run(arm, teacher, train, steps, window, seed))];

    private static SurvivalCurve Run(SurvivalArm arm, Teacher teacher, ImageSet train, int steps, int window, ulong seed)
    {
        var perEpoch = train.Count / Math.Max(1, arm.Config.BatchSize);
        if (perEpoch < 1 || window < 1 || steps < window)
            throw new ArgumentException($"{steps} steps in windows of {window}, batches of {arm.Config.BatchSize} from {train.Count} images: there is no whole window. Take more images or steps.");
        var epochs = (steps + perEpoch - 1) / perEpoch;
        var config = arm.Config with { Epochs = epochs, WarmupEpochs = Math.Min(arm.Config.WarmupEpochs, 0.1 * epochs) };
        var images = train.Take(Math.Min(train.Count, (steps + epochs - 1) / epochs * config.BatchSize));
        using var subject = new Watched(config.Build(teacher, images, seed), window);
        new Trainer(subject, images, config.Plan(seed)) { Output = TextWriter.Null }.Run();
        return new(arm.Name, arm.Config.Codes, subject.Steps, subject.Used, subject.Perplexity);
    }

    // deaths are what is looked for: no restart, and no stop at a collapse
    private static VqKdConfig Stripped(VqKdConfig config) => config with { RestartDeadCodes = false, CollapseFloor = 0 };

    /// <summary>A VQ-KD in training whose use is read at the end of every window.</summary>
    private sealed class Watched(VqKd subject, int window) : ITrainable, IDisposable
    {
        private readonly Tensor _window = zeros([subject.Target.Size], int64).DetachFromDisposeScope();   // [K] counts of this window
        private readonly Tensor _before = zeros([subject.Target.Size], int64).DetachFromDisposeScope();   // [K] the subject's before this step
        private int _step, _epoch;

        public List<double> Steps { get; } = [];
        public List<double> Used { get; } = [];
        public List<double> Perplexity { get; } = [];

        public object Config => subject.Config;
        public nn.Module Network => subject.Network;
        public Tensor Step(Batch batch, Draw draw)
        {
            if (draw.Epoch != _epoch) _before.zero_();                             // the subject starts to count again
            else _before.copy_(Counts);
            _epoch = draw.Epoch;
            return subject.Step(batch, draw);
        }

        public void AfterStep()
        {
            _window.add_(Counts).sub_(_before);
            if (++_step % window != 0) return;
            var use = CodebookUse.Measure(_window, epoch: 0);
            Steps.Add(_step);
            Used.Add(use.Used);
            Perplexity.Add(use.Perplexity);
            _window.zero_();
        }

        private Tensor Counts => subject.Target.Network.Quantizer.Counts;

        public void Dispose()
        {
            _window.Dispose();
            _before.Dispose();
            subject.Dispose();
        }
    }
}
