using System.CommandLine;
using System.Globalization;
using MimKit.Cli.Bench;
using MimKit.Reports;
using MimKit.Runtime;
using static MimKit.Torch.torch;

namespace MimKit.Cli.Commands;

/// <summary><c>mimkit bench</c>: ours beside PyTorch, in the same call, in turns.</summary>
static class BenchCommand
{
    public static Command Create(TextWriter output)
    {
        var only = new Option<string?>("--only") { HelpName = "NAME", Description = $"One or more of, with commas: {string.Join(", ", Benches.All.Select(bench => bench.Name))}." };
        var csv = new Option<FileInfo?>("--csv") { HelpName = "FILE", Description = "Appends the numbers to a file, one line each." };
        var command = new Command("bench", "Measures operators and training steps beside PyTorch (python3-torch of the distribution).") { only, csv };
        command.SetAction(parsed => Run(parsed.GetValue(only), parsed.GetValue(csv), output));
        return command;
    }

    static int Run(string? only, FileInfo? csv, TextWriter output)
    {
        var chosen = Benches.All.Where(bench => only is null || only.Split(',').Contains(bench.Name)).ToList();
        if (chosen.Count == 0)
            throw new ArgumentException($"there is no bench '{only}'.\n  there are: {string.Join(", ", Benches.All.Select(bench => bench.Name))}");
        using var interrupt = new Interrupt(() => output.WriteLine("stopping"));
        Ambient.Cancellation = interrupt.Token;
        var run = new BenchRun(output, get_num_threads(), interrupt.Token);
        output.WriteLine($"{Provenance.Current.Processor}, {run.Threads} threads; libtorch {Provenance.Current.Libtorch}; commit {Provenance.Current.Source}");
        foreach (var bench in chosen)
        {
            output.WriteLine($"\n{bench.Name}: {bench.About}");
            foreach (var result in bench.Run(run))
            {
                output.WriteLine(Line(result));
                if (csv is not null) Append(csv, bench.Name, result);
            }
        }
        return 0;
    }

    static string Line(BenchResult result)
    {
        var (ours, theirs, rounds) = (result.Duel.Ours, result.Duel.Theirs, result.Duel.Rounds);
        return FormattableString.Invariant(
            $"  {result.Measure,-32} MimKit {ours,10:N2}   {result.Peer} {theirs,10:N2} {result.Unit}   ratio {result.Duel.Ratio:0.00}   ({result.Setting}; medians of {rounds} rounds)");
    }

    static void Append(FileInfo csv, string bench, BenchResult result)
    {
        csv.Directory?.Create();
        var fresh = !File.Exists(csv.FullName);
        using var file = csv.AppendText();
        if (fresh) file.WriteLine("date,commit,processor,threads,bench,measure,unit,mimkit,peer,peer_name,ratio,setting,rounds");
        var here = Provenance.Current;
        var cells = new object[]
        {
            DateTimeOffset.Now.ToString("s", CultureInfo.InvariantCulture), here.Source, here.Processor, here.Threads, bench, result.Measure, result.Unit,
            result.Duel.Ours, result.Duel.Theirs, result.Peer, result.Duel.Ratio, result.Setting, result.Duel.Rounds,
        };
        file.WriteLine(string.Join(",", cells.Select(cell => Quoted(Convert.ToString(cell, CultureInfo.InvariantCulture)!))));
    }

    static string Quoted(string cell) => cell.AsSpan().ContainsAny(",\"\n") ? $"\"{cell.Replace("\"", "\"\"")}\"" : cell;
}
