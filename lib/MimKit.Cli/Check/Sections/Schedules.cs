using System.Text.Json;
using MimKit.Training;

namespace MimKit.Cli.Check.Sections;

/// <summary>Numbers that change over a run.</summary>
static class Schedules
{
    public static Dictionary<string, Runner> Runners { get; } = new() { ["cosine_schedule"] = Cosine, ["dino_schedule"] = Cosine, ["half_cosine_lr"] = HalfCosine };

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

    static double Number(JsonElement call, string name, double? otherwise = null) =>
        call.TryGetProperty(name, out var value) ? value.GetDouble() : otherwise ?? throw new InvalidDataException($"the call has no setting '{name}'");
}
