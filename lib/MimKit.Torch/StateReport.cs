namespace MimKit.Torch;

/// <summary>How the keys of a state fit a module.</summary>
internal sealed record StateReport(List<string> Missing, List<string> Unexpected, List<string> Mismatched)
{
    private const int Shown = 8;

    internal static StateReport Compare(IReadOnlyDictionary<string, Tensor> own, IReadOnlyDictionary<string, Tensor> given) => new(
        [.. own.Keys.Where(k => !given.ContainsKey(k))],
        [.. given.Keys.Where(k => !own.ContainsKey(k))],
        [.. own.Where(o => given.TryGetValue(o.Key, out var g) && !g.shape.SequenceEqual(o.Value.shape)).Select(o => $"{o.Key}: here [{Shape(o.Value)}], given [{Shape(given[o.Key])}]")]);

    /// <summary>What to say when the state does not fit; null when it does.</summary>
    internal string? Problem(string module, bool strict) =>
        Mismatched.Count == 0 && (!strict || Missing.Count + Unexpected.Count == 0) ? null
            : $"The state does not fit {module}.{List("missing", Missing)}{List("unexpected", Unexpected)}{List("of another shape", Mismatched)}{Advice}";

    // the commonest cause: a wrapper's name before every key
    private string Advice
    {
        get
        {
            if (Missing.Count == 0 || Unexpected.Count == 0) return "";
            var wanted = Missing.ToHashSet();
            var prefixes = Unexpected[0].Split('.').SkipLast(1).Aggregate(new List<string>(), (all, part) => [.. all, (all.LastOrDefault() ?? "") + part + "."]);
            return prefixes.Find(prefix => Unexpected.All(key => key.StartsWith(prefix, StringComparison.Ordinal)) && Unexpected.Count(key => wanted.Contains(key[prefix.Length..])) > Unexpected.Count / 2) is { } found
                ? $"\n  Without '{found}' before them, the keys given are those that are missing: take it away." : "";
        }
    }

    private static string List(string what, List<string> keys) => keys.Count == 0 ? ""
        : $"\n  {keys.Count} {what}: {string.Join("; ", keys.Take(Shown))}{(keys.Count > Shown ? "; …" : "")}";

    private static string Shape(Tensor tensor) => string.Join(", ", tensor.shape);
}
