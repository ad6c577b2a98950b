using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace MimKit.Cli.Bench;

/// <summary>A run of something we compare with failed; the message holds what it said.</summary>
sealed class PeerException(string message) : Exception(message);

/// <summary>
/// A PyTorch script of bench/peers that measures what a bench of ours measures, run by the distribution's own Python. It is given its best
/// setting of this machine first, then runs in turns with ours, so that both see the same weather.
/// </summary>
/// <param name="script">File name in bench/peers; it prints one JSON object as its last line.</param>
/// <param name="arguments">Handed to every run.</param>
/// <param name="threads">Cores for each side.</param>
/// <param name="log">Receives a line a trial.</param>
sealed partial class Peer(string script, IReadOnlyList<string> arguments, int threads, TextWriter log)
{
    const string Python = "/usr/bin/python3";

    /// <summary>Tries every setting once, shortly, and returns the best.</summary>
    /// <param name="trial">Further arguments that make a run short.</param>
    /// <param name="measure">The key of the printed object that decides.</param>
    /// <param name="higherIsBetter">A rate (true) or a cost (false).</param>
    /// <exception cref="PeerException">No setting ran.</exception>
    public PeerSetting FindBest(IReadOnlyList<string> trial, string measure, bool higherIsBetter, CancellationToken cancellation)
    {
        var tried = new List<(PeerSetting Setting, double Value)>();
        PeerException? failure = null;
        foreach (var setting in PeerSetting.All())
        {
            try
            {
                var value = Number(Run(setting, trial, cancellation), measure);
                tried.Add((setting, value));
                log.WriteLine($"  PyTorch, {setting,-44} {value,10:N2} {measure}");
            }
            catch (PeerException e)
            {
                failure = e;
                log.WriteLine($"  PyTorch, {setting,-44} failed");
            }
        }
        if (tried.Count == 0) throw failure!;
        return higherIsBetter ? tried.MaxBy(one => one.Value).Setting : tried.MinBy(one => one.Value).Setting;
    }

    /// <summary>One run.</summary>
    /// <returns>The JSON object that the script printed.</returns>
    public JsonObject Run(PeerSetting setting, IReadOnlyList<string> more, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var path = Home.At("bench", "peers", script);
        var start = new ProcessStartInfo(Python, ["-s", "-E", path, .. arguments, .. more]) { RedirectStandardOutput = true, RedirectStandardError = true };
        setting.Apply(start.Environment, threads);
        using var process = Start(start);
        using var stop = cancellation.Register(() => process.Kill(entireProcessTree: true));
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var lines = process.StandardOutput.ReadToEnd().TrimEnd().Split('\n');
        process.WaitForExit();
        cancellation.ThrowIfCancellationRequested();
        if (process.ExitCode != 0) throw Failed(errors.Result);
        try
        {
            return JsonNode.Parse(lines[^1]) as JsonObject ?? throw new JsonException();
        }
        catch (JsonException)
        {
            throw new PeerException($"{script} did not end with a JSON object but with: {lines[^1]}");
        }
    }

    /// <summary>A number of a printed object.</summary>
    public static double Number(JsonObject result, string key) =>
        result[key]?.GetValue<double>() ?? throw new PeerException($"The script printed no '{key}' but: {string.Join(", ", result.Select(entry => entry.Key))}.");

    static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new PeerException($"{Python} is missing: the benches compare with PyTorch under the distribution's own Python.\n  to do: apt-get install python3-torch");
        }
    }

    PeerException Failed(string said)
    {
        var lines = said.TrimEnd().Split('\n');
        var missing = MissingModule().Match(said);
        return new PeerException(missing.Success
            ? $"{Python} has no {missing.Groups[1].Value} to compare with.\n  to do: apt-get install python3-{missing.Groups[1].Value.ToLowerInvariant()}"
            : $"{script} failed:\n  {string.Join("\n  ", lines.TakeLast(6))}");
    }

    [GeneratedRegex(@"No module named '(\w+)")]
    private static partial Regex MissingModule();
}
