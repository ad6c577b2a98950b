using System.Text.Json;
using MimKit.Runtime;
using MimKit.Torch;
using MimKit.Torch.Modules;
using MimKit.Training;
using static MimKit.Torch.torch;

namespace MimKit.Cli.Check.Sections;

/// <summary>Optimisers, clipping and averages, step by step.</summary>
static class Optimisers
{
    public static Dictionary<string, Runner> Runners { get; } = new() { ["adamw"] = AdamW, ["grad_norm_clip"] = Clip, ["ema"] = Average };

    static void AdamW(ReferenceCase stored, Findings found)
    {
        var (decay, scale, betas) = (stored.Numbers("weight_decay"), stored.Numbers("lr_scale"), stored.Numbers("betas"));
        var parameters = Enumerable.Range(0, stored.Integer("n")).Select(i => new Parameter(stored[$"p_{i}"].clone())).ToArray();
        using var optimizer = optim.AdamW(parameters.Select((p, i) => new AdamW.ParamGroup([p], 0, betas[0], betas[1], stored.Number("eps"), decay[i])));

        var paths = parameters.Select(_ => new List<Tensor>()).ToArray();
        for (var step = 0; step < stored.Integer("steps"); step++)
        {
            var rate = Rate(stored, step);
            for (var i = 0; i < parameters.Length; i++)
            {
                optimizer.ParamGroups[i].LearningRate = rate * scale[i];
                parameters[i].grad = stored[$"grad_{i}"][step].clone();
            }
            optimizer.step();
            for (var i = 0; i < parameters.Length; i++) paths[i].Add(parameters[i].detach().clone());
        }

        for (var i = 0; i < parameters.Length; i++)
        {
            found.Compare($"traj_{i}", stack(paths[i]));
            found.Compare($"exp_avg_{i}", optimizer.State()[$"{i}.exp_avg"]);
            found.Compare($"exp_avg_sq_{i}", optimizer.State()[$"{i}.exp_avg_sq"]);
        }
    }

    static double Rate(ReferenceCase stored, int step) =>
        stored.Config.GetProperty("lr_per_step") is { ValueKind: JsonValueKind.Array } rates ? rates[step].GetDouble() : stored.Number("lr");

    static void Clip(ReferenceCase stored, Findings found)
    {
        var parameters = Enumerable.Range(0, stored.Integer("n")).Select(i =>
        {
            var p = new Parameter(zeros_like(stored[$"grad_{i}"]));
            p.grad = stored[$"grad_{i}"].clone();
            return p;
        }).ToArray();

        var factor = ParameterGroups.ClipScale(parameters, stored.Number("max_norm"));

        found.Compare("total_norm", Gradients.Norm(parameters).squeeze());
        for (var i = 0; i < parameters.Length; i++) found.Compare($"clipped_{i}", stored[$"grad_{i}"] * factor);
    }

    static void Average(ReferenceCase stored, Findings found)
    {
        string[] names = ["w", "b"];
        var averages = names.Select(name => stored[$"{name}_0"].clone()).ToArray();
        for (var step = 1; step <= stored.Integer("steps"); step++)
        {
            Gradients.MovingAverage(averages, names.Select(name => stored[$"{name}_{step}"]), stored.Number("decay"));
            for (var i = 0; i < names.Length; i++) found.Compare($"ema_{names[i]}_{step}", averages[i]);
        }
    }
}
