using MimKit.Models;
using MimKit.Runtime;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Cli.Check.Sections;

/// <summary>ClusterMIM: clusters of patches, and the network that predicts them.</summary>
static class Cluster
{
    public static Dictionary<string, Runner> Runners { get; } = new() { ["clustermim"] = Model, ["assign"] = Assign, ["pixel_tokens"] = PixelTokens, ["minibatch"] = MiniBatch, ["lloyd"] = FullKMeans };

    static void Model(ReferenceCase stored, Findings found)
    {
        var centres = stored["centres"];
        using var network = Mae.Network(stored, (int)centres.size(0));
        stored.LoadInto(network);
        var mask = Mae.MaskOf(stored);
        var target = new GivenTokens(stored["tokens"], centres, network.Grid, ByDot(stored.Config.GetProperty("model")));
        var term = new Term(Output.Mim, target, Positions.Masked, Morphing.None, new CrossEntropy(stored.Number("smoothing")));

        var outputs = new MaePredictor(network).Predict(stored["x"], mask);
        var ids = target.Of(stored["x"]);
        var loss = term.Loss(outputs, ids, mask, new(0, 0, [0]));
        loss.backward();

        found.Compare("targets", ids.Values);
        found.Compare("mask", mask.Hidden.to(float32));
        found.Compare("pred", outputs[Output.Mim].At(null));
        found.Compare("loss", loss);
        found.CompareGradients(network);
    }

    static void Assign(ReferenceCase stored, Findings found) =>
        found.Compare("ids", Nearest(stored["tokens"], stored["centres"], ByDot(stored.Config)));

    static void PixelTokens(ReferenceCase stored, Findings found)
    {
        var (x, patch) = (stored["x"], stored.Integer("patch"));
        var grid = new PatchGrid((int)x.size(2) / patch, (int)x.size(3) / patch, patch, (int)x.size(1));
        Compare("", grid.Cut(x).flatten(0, 1));
        Compare("_normalised", new PixelTarget(grid).Of(x).Values.flatten(0, 1));

        void Compare(string which, Tensor patches)
        {
            var (ids, distance2) = Fused.NearestCentre(patches, stored["centres" + which]);
            found.Compare("patches" + which, patches);
            found.Compare("ids" + which, ids);
            found.Compare("squared_distance" + which, distance2);
        }
    }

    static void MiniBatch(ReferenceCase stored, Findings found)
    {
        var kmeans = new MiniBatchKMeans((int)stored["init_centres"].size(0), seed: 0);
        kmeans.StartFrom(stored["init_centres"]);
        for (var i = 1; i <= stored["data"].size(0); i++)
        {
            kmeans.PartialFit(stored["data"][i - 1]);
            found.Compare($"centres_{i}", kmeans.Centres());
            found.Compare($"counts_{i}", kmeans.Counts);
        }
    }

    static void FullKMeans(ReferenceCase stored, Findings found)
    {
        foreach (var rounds in stored.Numbers("iterations").Select(number => (int)number))
        {
            var data = stored["data"];
            var fit = new Lloyd { Rounds = rounds }.Fit(() => [data], stored["init_centres"]);
            found.Compare($"centres_{rounds}", fit.Centres);
            found.Compare($"labels_{rounds}", Fused.NearestCentre(data, fit.Centres).Ids);
            found.Compare($"inertia_{rounds}", [fit.Inertia]);
            found.Compare($"iterations_run_{rounds}", [fit.Rounds]);
        }
    }

    static bool ByDot(System.Text.Json.JsonElement config) => config.GetProperty("token_normalize").GetBoolean();

    static Tensor Nearest(Tensor tokens, Tensor centres, bool byDot)              // [B, N, D], [K, D] to [B, N]
    {
        var points = tokens.flatten(0, 1);
        var ids = byDot ? ClusterTarget.LargestDot(points, centres) : Fused.NearestCentre(points, centres).Ids;
        return ids.reshape(tokens.size(0), tokens.size(1));
    }

    /// <summary>The case stores a tokenizer's features; the assignment is the kit's.</summary>
    sealed class GivenTokens(Tensor tokens, Tensor centres, PatchGrid grid, bool byDot) : Target
    {
        public override PatchGrid Grid => grid;
        public override int Size => (int)centres.size(0);
        public override TargetValues Of(Tensor view) => new(Nearest(tokens, centres, byDot));
    }
}
