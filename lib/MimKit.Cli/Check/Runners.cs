using MimKit.Cli.Check.Sections;
using MimKit.Torch;

namespace MimKit.Cli.Check;

/// <summary>Computes what a case stores, from its inputs and settings alone, and hands it to <paramref name="found"/>.</summary>
delegate void Runner(ReferenceCase stored, Findings found);

/// <summary>Which runner a kind of case has.</summary>
static class Runners
{
    static readonly Dictionary<string, Runner> ByKind = new(
    [
        .. Layers.Runners, .. Blocks.Runners, .. Optimisers.Runners, .. Schedules.Runners, .. Mae.Runners, .. Cluster.Runners, .. TokenClasses.Runners, .. Neighbours.Runners, .. WeightFiles.Runners,
        .. BeitParts.Runners, .. Beit.Runners, .. Masks.Runners, .. Dtm.Runners,
        .. Mixes.Runners, .. Quantisers.Runners, .. Distillation.Runners,
        .. PositionTables.Runners, .. BeitClasses.Runners, .. ParameterSettings.Runners, .. FineTuning.Runners, .. SmallTrainings.Runners,
    ]);

    /// <summary>Runs one case. Whatever goes wrong in it is its result.</summary>
    public static CaseResult Run(ReferenceCase stored)
    {
        if (!ByKind.TryGetValue(stored.Kind, out var run)) return new(stored, Outcome.NoRunner, null, null, $"nothing here computes the kind '{stored.Kind}'");
        using var scope = torch.NewDisposeScope();
        var found = new Findings(stored);
        try
        {
            run(stored, found);
            return found.Result();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return new(stored, Outcome.Fail, null, null, e.Message.ReplaceLineEndings(" "));
        }
    }
}
