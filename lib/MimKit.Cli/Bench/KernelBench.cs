using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace MimKit.Cli.Bench;

/// <summary>What the Jupyter kernel costs: start-up, interrupts, memory; beside the start of an empty .NET program, so that another machine can be judged.</summary>
static class KernelBench
{
    const int Rounds = 5, Cells = 2000, Interrupts = 200;
    const string Python = "/usr/bin/python3";

    /// <summary>Prints its lines by itself: there is no peer to compare with.</summary>
    public static IEnumerable<BenchResult> Run(BenchRun bench)
    {
        var empty = EmptyProgram(bench.Cancellation);
        bench.Log.WriteLine(Line("empty .NET program, start to end", empty, empty));
        foreach (var found in Measure(bench.Cancellation))
            foreach (var (name, value) in found)
                if (Said(name, (double)value!, found, empty) is { } line) bench.Log.WriteLine(line);
        return [];
    }

    static string? Said(string name, double value, JsonObject found, double empty) => name switch
    {
        "info" => Line("kernel_info answered after", value, empty, 0.25),
        "first" => Line("first cell, sent at once", value, empty, 0.45),
        "idle" => Line("first cell after 2 idle seconds", value, empty, 0.040),
        "later" => Line("later cells", value, empty, 0.030),
        "assist" => Line("completion, documentation, slowest", value, empty, 0.15),
        "loop" => Line("interrupt of a loop, slowest", value, empty, 0.1),
        "wait" => Line("interrupt of a wait, slowest", value, empty, 1.2),
        "dead" => $"  {"dead kernels, lost variables",-36} {value,8:N0} of {found["interrupts"]} interrupts",
        "resident" => $"  {$"resident after {found["cells"]} cells",-36} {value,8:N0} MiB   target 450 MiB",
        _ => null,
    };

    static string Line(string what, double value, double empty, double limit = double.NaN) =>
        FormattableString.Invariant($"  {what,-36} {value * 1000,8:N0} ms   {value / empty,6:0.00} empty starts") + (double.IsNaN(limit) ? "" : $"   target {limit * 1000:N0} ms");

    // one object a measurement, as each ends: all of them take some minutes
    static IEnumerable<JsonObject> Measure(CancellationToken cancellation)
    {
        using var process = Started(Python, [Home.At("bench", "kernel.py"), .. new[] { Rounds, Cells, Interrupts }.Select(number => number.ToString()), Home.At("mimkit"), "kernel", "run"]);
        using var stop = cancellation.Register(() => process.Kill(entireProcessTree: true));
        var error = process.StandardError.ReadToEndAsync(cancellation);
        while (process.StandardOutput.ReadLine() is { } line)
            if (line.StartsWith('{')) yield return JsonNode.Parse(line)!.AsObject();
        process.WaitForExit();
        cancellation.ThrowIfCancellationRequested();
        if (process.ExitCode != 0) throw new PeerException($"{Python} bench/kernel.py ended with code {process.ExitCode}:\n{error.Result}");
    }

    static double EmptyProgram(CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("empty-").FullName;
        try
        {
            var compilation = CSharpCompilation.Create("empty", [CSharpSyntaxTree.ParseText("static class Program { static void Main() { } }")],
                [MetadataReference.CreateFromFile(typeof(object).Assembly.Location)]);
            compilation.Emit(Path.Combine(folder, "empty.dll"));
            File.Copy(Path.ChangeExtension(typeof(KernelBench).Assembly.Location, ".runtimeconfig.json"), Path.Combine(folder, "empty.runtimeconfig.json"));
            var times = new List<double>();
            for (var i = 0; i < Rounds; i++)
            {
                var watch = Stopwatch.StartNew();
                using var process = Started(Environment.ProcessPath!, [Path.Combine(folder, "empty.dll")]);
                process.WaitForExit();
                cancellation.ThrowIfCancellationRequested();
                times.Add(watch.Elapsed.TotalSeconds);
            }
            return times.Order().ElementAt(Rounds / 2);
        }
        finally { Directory.Delete(folder, recursive: true); }
    }

    static Process Started(string program, IEnumerable<string> arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
}
