using System.IO.Enumeration;
using System.Text.Json.Nodes;

namespace MimKit.Notebook;

/// <summary>What was run in this session, for consoles that page through it.</summary>
sealed class History
{
    readonly List<(int Line, string Input, string? Output)> _entries = [];

    public void Add(int line, string input) => _entries.Add((line, input, null));

    /// <summary>The text of the last cell's result.</summary>
    public void Output(string text) => _entries[^1] = _entries[^1] with { Output = text };

    /// <summary>Answers a history_request: the last n, a range of lines, or what fits a pattern with * and ?.</summary>
    public JsonObject Answer(JsonObject request)
    {
        var output = request.Flag("output", false);
        var found = request.Text("hist_access_type") switch
        {
            "tail" => _entries.TakeLast(request.Number("n") ?? 10),
            "range" => Range(request),
            "search" => Search(request),
            _ => [],
        };
        return new JsonObject
        {
            ["status"] = "ok",
            ["history"] = new JsonArray([.. found.Select(entry => (JsonNode)new JsonArray(1, entry.Line, output ? new JsonArray(entry.Input, entry.Output) : entry.Input))]),
        };
    }

    // Sessions are counted from 1, and 0 means this one; those before this process are not kept.
    IEnumerable<(int Line, string Input, string? Output)> Range(JsonObject request)
    {
        var (start, stop) = (request.Number("start") ?? 0, request.Number("stop") ?? int.MaxValue);
        return request.Number("session") is null or 0 or 1 ? _entries.Where(entry => entry.Line >= start && entry.Line < stop) : [];
    }

    IEnumerable<(int Line, string Input, string? Output)> Search(JsonObject request)
    {
        var pattern = request.Text("pattern") is { Length: > 0 } given ? given : "*";
        var found = _entries.Where(entry => FileSystemName.MatchesSimpleExpression(pattern, entry.Input, ignoreCase: false));
        if (request.Flag("unique", false)) found = found.DistinctBy(entry => entry.Input);
        return request.Number("n") is { } most ? found.TakeLast(most) : found;
    }
}
