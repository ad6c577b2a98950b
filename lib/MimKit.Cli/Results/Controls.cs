using MimKit.Ablations;
using MimKit.Data;
using MimKit.Evaluation;
using static MimKit.Torch.torch;

namespace MimKit.Cli.Results;

/// <summary>What a method has to beat, measured as methods are and kept in cells as theirs are.</summary>
sealed class Controls(ArmRunner runner)
{
    const int WidestInput = 4096;                                                  // of a probe on vectors; wider ones are averaged over patches

    readonly DataSplits _data = runner.Trials.Data;

    /// <summary>What stands in a cell's digest for a control.</summary>
    sealed record Control(string Name, string LearntFrom);

    public IReadOnlyList<Cell>? RawPixels() => Kept("raw pixels", [], () => Trials.Control(FrozenEncoder.OfRawPixels(_data)));

    public IReadOnlyList<Cell>? RandomEncoder() => Kept("random encoder", [], () =>
    {
        using var method = Build(new("", "mae"));
        return Trials.Control(FrozenEncoder.Evaluate(images => method.Encode(images), _data));
    });

    public IReadOnlyList<Cell>? Teacher() => Kept("teacher", ["DINO"], () =>
    {
        using var teacher = Trained.Dino(runner.Shared.Folder("DINO"));
        var scale = InputScale.Of(_data.Train.Manifest);
        return Trials.Control(FrozenEncoder.Evaluate(images => teacher.Pooled(images, scale), _data));
    });

    /// <summary>A linear layer on what a method predicts: codes as one-hots at each place, vectors side by side where that is not too wide.</summary>
    public IReadOnlyList<Cell>? OwnTarget(ResultsRow row) => Kept($"target: {row.Target}", row.Arm.LearnsFrom, () =>
    {
        using var scope = NewDisposeScope();
        using var method = Build(row.Arm);
        var target = method.Terms[0].Target;
        return Trials.Control(target.Of(Batch.Of(_data.Val, [0]).Images).Values.ndim == 2
            ? LinearProbe.Fit(Tokens(_data.Train), Tokens(_data.Val), Tokens(_data.Test))
            : LinearProbe.Fit(Vectors(_data.Train), Vectors(_data.Val), Vectors(_data.Test)));

        TokenSet Tokens(ImageSet set) => Features.Tokens(images => target.Of(images).Values, target.Size, set);
        FeatureSet Vectors(ImageSet set) => Features.Extract(images =>
        {
            var values = target.Of(images).Values;                                 // [B, N, D]
            return values.size(1) * values.size(2) <= WidestInput ? values.flatten(1) : values.mean([1]);
        }, set);
    });

    // one cell; null while another process measures it
    IReadOnlyList<Cell>? Kept(string name, IEnumerable<string> learntFrom, Func<Outcome> measure) =>
        runner.Trials.Store.TryComplete([(new Control(name, string.Join(' ', learntFrom.Select(runner.Shared.Folder))), 0UL)], (_, _) => measure());

    Method Build(NamedArm arm) => (Method)runner.Of(arm, 0).Build(_data.Train);
}
