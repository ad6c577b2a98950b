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
        var found = Measure(bench.Cancellation);
        double Of(string name) => (double)found[name]!;
        foreach (var (what, value, limit) in new[]
        {
            ("empty .NET program, start to end", empty, double.NaN), ("kernel_info answered after", Of("info"), 0.25), ("first cell, sent at once", Of("first"), 0.45),
            ("first cell after 2 idle seconds", Of("idle"), 0.040), ("later cells", Of("later"), 0.030), ("interrupt of a loop, slowest", Of("loop"), 0.1),
            ("interrupt of a wait, slowest", Of("wait"), 1.2), ("completion, documentation, slowest", Of("assist"), 0.15),
        })
            bench.Log.WriteLine(FormattableString.Invariant($"  {what,-36} {value * 1000,8:N0} ms   {value / empty,6:0.00} empty starts") + (double.IsNaN(limit) ? "" : $"   target {limit * 1000:N0} ms"));
        bench.Log.WriteLine($"  {"dead kernels, lost variables",-36} {Of("dead"),8:N0} of {Of("interrupts"):N0} interrupts");
        bench.Log.WriteLine($"  {"resident after " + $"{Of("cells"):N0} cells",-36} {Of("resident"),8:N0} MiB   target 450 MiB");
        return [];
    }

    static JsonObject Measure(CancellationToken cancellation)
    {
        var printed = Output(Python, [Home.At("bench", "kernel.py"), .. new[] { Rounds, Cells, Interrupts }.Select(number => number.ToString()), Home.At("mimkit"), "kernel", "run"], cancellation);
        return JsonNode.Parse(printed.Trim().Split('\n')[^1])!.AsObject();
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
                Output(Environment.ProcessPath!, [Path.Combine(folder, "empty.dll")], cancellation);
                times.Add(watch.Elapsed.TotalSeconds);
            }
            return times.Order().ElementAt(Rounds / 2);
        }
        finally { Directory.Delete(folder, recursive: true); }
    }

    static string Output(string program, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var stop = cancellation.Register(() => process.Kill(entireProcessTree: true));
        var error = process.StandardError.ReadToEndAsync(cancellation);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        cancellation.ThrowIfCancellationRequested();
        return process.ExitCode == 0 ? output : throw new PeerException($"{program} {string.Join(' ', arguments)} ended with code {process.ExitCode}:\n{error.Result}");
    }
}
