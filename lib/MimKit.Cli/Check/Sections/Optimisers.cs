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
    public static Dictionary<string, Runner> Runners { get; } = new() { ["adamw"] = AdamW, ["lars"] = Lars, ["optimiser"] = Named, ["grad_norm_clip"] = Clip, ["ema"] = Average };

    // config: betas, eps, and for every parameter its decay and its factor on the learning rate
    static void AdamW(ReferenceCase stored, Findings found)
    {
        var (decay, scale, betas) = (stored.Numbers("weight_decay"), stored.Numbers("lr_scale"), stored.Numbers("betas"));
        using var optimizer = Follow(stored, found, (p, i) => new AdamW.ParamGroup([p], 0, betas[0], betas[1], stored.Number("eps"), decay[i]), optim.AdamW, (step, i) => Rate(stored, step) * scale[i]);
        CompareMoments(stored, found, optimizer, "exp_avg", "exp_avg_sq");
    }

    static void Lars(ReferenceCase stored, Findings found)
    {
        using var optimizer = Follow(stored, found, (p, _) => new Lars.ParamGroup([p], 0, stored.Number("weight_decay"), stored.Number("momentum"), stored.Number("trust_coefficient")), groups => new Lars(groups), (step, _) => Rate(stored, step));
        CompareMoments(stored, found, optimizer, "momentum");
    }

    // config: PyTorch's class and arguments
    static void Named(ReferenceCase stored, Findings found)
    {
        var (name, a) = (stored.Config.GetProperty("optimiser").GetString(), new Arguments(stored.Config.GetProperty("arguments")));
        var (decay, flat, betas) = (a.Double("weight_decay", name == "AdamW" ? 0.01 : 0), a.Bool("maximize", false), a.Doubles("betas") ?? [0.9, 0.999]);
        Func<int, int, double> rate = (_, _) => stored.Number("lr");
        using optim.Optimizer optimizer = name switch
        {
            "SGD" => Follow(stored, found, (p, _) => new SGD.ParamGroup([p], 0, a.Double("momentum", 0), a.Double("dampening", 0), decay, a.Bool("nesterov", false), flat), optim.SGD, rate),
            "Adam" => Follow(stored, found, (p, _) => new Adam.ParamGroup([p], 0, betas[0], betas[1], a.Double("eps", 1e-8), decay, a.Bool("amsgrad", false), flat), optim.Adam, rate),
            "AdamW" => Follow(stored, found, (p, _) => new AdamW.ParamGroup([p], 0, betas[0], betas[1], a.Double("eps", 1e-8), decay, a.Bool("amsgrad", false), flat), optim.AdamW, rate),
            _ => throw new NotSupportedException($"there is no optimiser '{name}'"),
        };
    }

    /// <summary>Gives the stored gradients one after the other and compares every parameter's path.</summary>
    static optim.Optimizer Follow<TGroup>(ReferenceCase stored, Findings found, Func<Parameter, int, TGroup> group, Func<IEnumerable<TGroup>, optim.Optimizer> make, Func<int, int, double> rate) where TGroup : ParamGroup
    {
        var parameters = Enumerable.Range(0, stored.Integer("n")).Select(i => new Parameter(stored[$"p_{i}"].clone())).ToArray();
        var optimizer = make(parameters.Select(group));
        var paths = parameters.Select(_ => new List<Tensor>()).ToArray();
        for (var step = 0; step < stored.Integer("steps"); step++)
        {
            for (var i = 0; i < parameters.Length; i++)
            {
                optimizer.ParamGroups[i].LearningRate = rate(step, i);
                parameters[i].grad = stored[$"grad_{i}"][step].clone();
            }
            optimizer.step();
            for (var i = 0; i < parameters.Length; i++) paths[i].Add(parameters[i].detach().clone());
        }
        for (var i = 0; i < parameters.Length; i++) found.Compare($"traj_{i}", stack(paths[i]));
        return optimizer;
    }

    static void CompareMoments(ReferenceCase stored, Findings found, optim.Optimizer optimizer, params string[] names)
    {
        var state = optimizer.state_dict();
        for (var i = 0; i < optimizer.ParamGroups.Count; i++)
            foreach (var name in names) found.Compare($"{name}_{i}", state[$"{i}.{(name == "momentum" ? "mu" : name)}"]);
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

        found.Compare("total_norm", Gradients.Clip(parameters, stored.Number("max_norm")).squeeze());
        for (var i = 0; i < parameters.Length; i++) found.Compare($"clipped_{i}", parameters[i].grad);
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
