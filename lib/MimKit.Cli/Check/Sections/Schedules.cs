using System.Text.Json;
using MimKit.Torch;
using MimKit.Torch.Modules;
using MimKit.Training;
using static MimKit.Torch.torch;
using static MimKit.Torch.torch.optim.lr_scheduler;

namespace MimKit.Cli.Check.Sections;

/// <summary>Numbers that change over a run.</summary>
static class Schedules
{
    public static Dictionary<string, Runner> Runners { get; } = new() { ["cosine_schedule"] = Cosine, ["dino_schedule"] = Cosine, ["half_cosine_lr"] = HalfCosine, ["lr_schedulers"] = Schedulers };

    static void Cosine(ReferenceCase stored, Findings found)
    {
        var calls = stored.Config.GetProperty("calls").EnumerateArray().ToArray();
        for (var call = 0; call < calls.Length; call++)
        {
            var perEpoch = (long)Number(calls[call], "niter_per_ep");
            var iterations = (long)Number(calls[call], "epochs") * perEpoch;
            var warmup = (long)Number(calls[call], "warmup_epochs", 0) * perEpoch;
            if (warmup > 0 && Number(calls[call], "warmup_steps", -1) is > 0 and var steps) warmup = (long)steps;
            found.Compare($"schedule_{call}", [.. Enumerable.Range(0, (int)iterations).Select(iteration => Schedule.Cosine(iteration, iterations, warmup,
                Number(calls[call], "start_warmup_value", 0), Number(calls[call], "base_value"), Number(calls[call], "final_value")))]);
        }
    }

    static void HalfCosine(ReferenceCase stored, Findings found)
    {
        var args = stored.Config.GetProperty("args");
        var rates = stored["epoch"].ToArray<float>().Select(epoch => Schedule.HalfCosine(epoch,
            Number(args, "lr"), Number(args, "min_lr"), Number(args, "warmup_epochs"), Number(args, "epochs"))).ToArray();

        found.Compare("lr", rates);
        found.Compare("lr_of_group_with_scale_half", [.. rates.Select(rate => rate * 0.5)]);
    }

    static void Schedulers(ReferenceCase stored, Findings found)
    {
        var calls = stored.Config.GetProperty("calls").EnumerateArray().ToArray();
        for (var i = 0; i < calls.Length; i++)
        {
            using var weight = zeros(1);
            using var optimizer = optim.SGD([new Parameter(weight)], stored.Number("lr"));
            var scheduler = Make(calls[i].GetProperty("scheduler").GetString()!, optimizer, new(calls[i].GetProperty("arguments")));
            var rates = new double[stored.Integer("steps")];
            foreach (ref var rate in rates.AsSpan())
            {
                rate = scheduler.get_last_lr().Single();
                scheduler.step();
            }
            found.Compare($"lr_{i}", rates);
        }
    }

    static optim.LRScheduler Make(string name, optim.Optimizer optimizer, Arguments a) => name switch
    {
        "StepLR" => StepLR(optimizer, (int)a.Long("step_size"), a.Double("gamma")),
        "MultiStepLR" => MultiStepLR(optimizer, [.. a.Longs("milestones")!.Select(milestone => (int)milestone)], a.Double("gamma")),
        "ExponentialLR" => ExponentialLR(optimizer, a.Double("gamma")),
        "ConstantLR" => ConstantLR(optimizer, a.Double("factor"), (int)a.Long("total_iters")),
        "LinearLR" => LinearLR(optimizer, a.Double("start_factor"), a.Double("end_factor"), (int)a.Long("total_iters")),
        "CosineAnnealingLR" => CosineAnnealingLR(optimizer, a.Double("T_max"), a.Double("eta_min")),
        "PolynomialLR" => PolynomialLR(optimizer, (int)a.Long("total_iters"), a.Double("power")),
        "OneCycleLR" => OneCycleLR(optimizer, a.Double("max_lr"), (int)a.Long("total_steps")),
        "LambdaLR" => LambdaLR(optimizer, epoch => 1.0 / (1 + epoch)),
        "warm-up then cosine" => SequentialLR(optimizer, [LinearLR(optimizer, 0.1, total_iters: 4), CosineAnnealingLR(optimizer, 8)], [4]),
        "chained" => ChainedLR(optimizer, [ConstantLR(optimizer, 0.5, 3), ExponentialLR(optimizer, 0.8)]),
        _ => throw new NotSupportedException($"there is no scheduler '{name}'"),
    };

    static double Number(JsonElement call, string name, double? otherwise = null) =>
        call.TryGetProperty(name, out var value) ? value.GetDouble() : otherwise ?? throw new InvalidDataException($"the call has no setting '{name}'");
}
