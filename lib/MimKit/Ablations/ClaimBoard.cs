using System.Globalization;
using System.Net;
using System.Text.Json;
using MimKit.Metrics;
using MimKit.Reports;
using MimKit.Runtime;

namespace MimKit.Ablations;

/// <summary>A claim that was tried, as it is kept on disk.</summary>
/// <param name="Name">Of the claim.</param>
/// <param name="Test">What was subtracted from what.</param>
/// <param name="Data">On which training images.</param>
/// <param name="Differences">One a paired seed, above 0 where the claim holds.</param>
/// <param name="On">The day.</param>
/// <param name="Commit">Of the source.</param>
/// <param name="Code">Of the libraries as built.</param>
public sealed record KeptClaim(string Name, string Test, string Data, double[] Differences, string On, string Commit, string Code);

/// <summary>Tries claims and keeps what came out, dated, so that a chapter can show five seeds without training for hours. <c>mimkit claims</c> keeps its results here too.</summary>
/// <param name="trials">Data, scale, and the folder where results are kept.</param>
public sealed class ClaimBoard(Trials trials)
{
    static readonly JsonSerializerOptions Options = new() { WriteIndented = true };

    readonly string _folder = Path.Combine(trials.Folder, "claims", trials.Scale, trials.Data.Train.Name);

    /// <summary>Tries a claim and keeps the result in place of an older one.</summary>
    /// <param name="claim">What is said.</param>
    /// <param name="seeds">Paired seeds; five or more where a verdict is wanted.</param>
    public ClaimCard Try(Claim claim, int seeds)
    {
        var (differences, setting) = (claim.Differences(new(trials, seeds)), new ClaimSetting(trials, seeds));
        var kept = new KeptClaim(claim.Name, claim.Test, Data, [.. differences], DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), Provenance.Current.Source, CellStore.Code);
        Directory.CreateDirectory(_folder);
        Safetensors.WriteAtomically(PathOf(claim), stream => JsonSerializer.Serialize(stream, kept, Options));
        return new(claim, setting, SeedDifference.Of([.. differences]));
    }

    /// <summary>The kept result; null where the claim was not tried at this scale.</summary>
    public KeptClaim? Find(Claim claim) => File.Exists(PathOf(claim)) ? JsonSerializer.Deserialize<KeptClaim>(File.ReadAllText(PathOf(claim)), Options) : null;

    /// <summary>A card a claim: verdict, difference, interval, when it was tried; a claim that was not tried says so.</summary>
    public ClaimCards Show(params IReadOnlyList<Claim> claims) => new(trials.Scale, [.. claims.Select(claim => (claim, Find(claim) is { } kept ? new DatedClaim(kept, Stale(kept)) : null))]);

    string Data => $"{trials.Data.Train.Name}, {trials.Data.Train.Count.ToString("N0", CultureInfo.InvariantCulture)} images";

    string PathOf(Claim claim) => Path.Combine(_folder, claim.Name + ".json");

    string Stale(KeptClaim kept) => string.Join(", ", new[] { kept.Code != CellStore.Code ? "code" : "", kept.Data != Data ? "data" : "" }.Where(changed => changed.Length > 0));
}

/// <summary>A kept result and what has changed since: "code", "data", or nothing.</summary>
public sealed record DatedClaim(KeptClaim Kept, string Changed)
{
    public SeedDifference Evidence { get; } = SeedDifference.Of([.. Kept.Differences]);
}

/// <summary>Claims and what came out of them; shows itself as cards.</summary>
public sealed record ClaimCards(string Scale, IReadOnlyList<(Claim Claim, DatedClaim? Tried)> Cards)
{
    /// <summary>text/html, text/plain and application/vnd.mimkit.table+json.</summary>
    public IReadOnlyDictionary<string, object> MimeBundle() => new Dictionary<string, object>
    {
        ["text/html"] = string.Concat(Cards.Select(card => $"<p><strong>{Verdict(card.Tried)}</strong>: {Encode(card.Claim.Statement)}<br><small>{Encode(string.Join(" · ", Evidence(card.Claim, card.Tried)))}</small></p>")),
        ["text/plain"] = ToString(),
        ["application/vnd.mimkit.table+json"] = Numbers().MimeBundle()["application/vnd.mimkit.table+json"],
    };

    public override string ToString() => string.Join('\n', Cards.Select(card => $"{Verdict(card.Tried).ToUpperInvariant()}  {card.Claim.Statement}\n  {string.Join("\n  ", Evidence(card.Claim, card.Tried))}"));

    static string Verdict(DatedClaim? tried) => tried?.Evidence.Verdict.ToString().ToLowerInvariant() ?? "not tried";

    IEnumerable<string> Evidence(Claim claim, DatedClaim? tried)
    {
        if (tried is null) yield return $"at scale {Scale}: nothing is kept; it is tried in this notebook with claimSeeds = 5, or by ./mimkit claims --try {claim.Name} --scale {Scale} where that has it";
        else
        {
            var (evidence, kept) = (tried.Evidence, tried.Kept);
            yield return string.Create(CultureInfo.InvariantCulture, $"{evidence.Mean:+0.00;-0.00} points, 95 % interval [{evidence.Low:+0.00;-0.00}, {evidence.High:+0.00;-0.00}], {evidence.Seeds} paired seeds");
            yield return $"{kept.Test}; {Scale} scale, {kept.Data}";
            yield return $"tried {kept.On}, commit {kept.Commit}" + (tried.Changed.Length > 0 ? $"; stale: {tried.Changed} changed since" : "");
        }
        yield return claim.Source;
    }

    MetricTable Numbers() => new("Claims", ["claim", "verdict", "difference / points", "low", "high", "seeds", "tried"],
        [.. Cards.Select(card => (object?[])[card.Claim.Name, Verdict(card.Tried), card.Tried?.Evidence.Mean, card.Tried?.Evidence.Low, card.Tried?.Evidence.High, card.Tried?.Evidence.Seeds, card.Tried?.Kept.On ?? ""])],
        "positive where the claim holds; 95 % interval over paired seeds");

    static string Encode(string text) => WebUtility.HtmlEncode(text);
}
