using System.Globalization;
using System.Net;
using MimKit.Metrics;

namespace MimKit.Ablations;

/// <summary>A statement of a paper as something that can be tried: numbers, one a paired seed, that are above 0 where it holds.</summary>
/// <param name="Name">Short, for the command line: "dynamic-granularity".</param>
/// <param name="Statement">In one sentence.</param>
/// <param name="Source">Paper and place.</param>
/// <param name="Test">What is subtracted from what.</param>
/// <param name="Differences">Runs the paired arms of a setting.</param>
public sealed record Claim(string Name, string Statement, string Source, string Test, Func<ClaimSetting, IReadOnlyList<double>> Differences)
{
    /// <summary>Tries it.</summary>
    public ClaimCard Try(ClaimSetting setting) => new(this, setting, SeedDifference.Of([.. Differences(setting)]));
}

/// <summary>On what a claim is tried.</summary>
/// <param name="Trials">Trains and measures.</param>
/// <param name="Seeds">Paired seeds; five or more.</param>
public sealed record ClaimSetting(Trials Trials, int Seeds = 5);

/// <summary>A claim that was tried: supported, contradicted or undecided, with the evidence.</summary>
public sealed record ClaimCard(Claim Claim, ClaimSetting Setting, SeedDifference Evidence)
{
    public Verdict Verdict => Evidence.Verdict;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Verdict.ToString().ToUpperInvariant()}  {Claim.Statement}\n  {Claim.Source}\n  tried: {Claim.Test}, on {Setting.Trials.Data.Train.Name}, {Setting.Trials.Scale} scale\n  {Evidence.Mean:+0.00;-0.00} points, 95 % [{Evidence.Low:+0.00;-0.00}, {Evidence.High:+0.00;-0.00}], {Evidence.Seeds} paired seeds");

    /// <summary>text/html and text/plain.</summary>
    public IReadOnlyDictionary<string, object> MimeBundle() => new Dictionary<string, object>
    {
        ["text/html"] = $"<p><strong>{Verdict.ToString().ToLowerInvariant()}</strong>: {WebUtility.HtmlEncode(Claim.Statement)}</p><pre>{WebUtility.HtmlEncode(string.Join('\n', ToString().Split('\n').Skip(1)))}</pre>",
        ["text/plain"] = ToString(),
    };
}
