using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MimKit.Notebook;

/// <summary>NAME.json: every table of results that the notebook showed, with what is needed to know where the numbers come from.</summary>
static class NumbersFile
{
    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(RunRecord run)
    {
        var root = new JsonObject
        {
            ["notebook"] = run.Name,
            ["status"] = run.Status.ToString().ToLowerInvariant(),
            ["started"] = run.Started.ToString("yyyy-MM-dd'T'HH:mm:sszzz"),
            ["seconds"] = Math.Round(run.Elapsed.TotalSeconds, 3),
            ["parameters"] = new JsonObject(run.Parameters.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value.DeepClone()))),
            ["provenance"] = new JsonObject(run.Provenance.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value))),
            ["cells"] = new JsonArray([.. run.Cells.Select(Cell)]),
            ["tables"] = new JsonArray([.. run.Cells.SelectMany(Tables)]),
        };
        if (run.Error is { } error)
            root["error"] = new JsonObject { ["cell"] = error.Cell, ["line"] = error.Line, ["source"] = error.SourceLine, ["name"] = error.Name, ["message"] = error.Message };
        return root.ToJsonString(Indented) + "\n";
    }

    static JsonNode Cell(CellRun cell) => new JsonObject
    {
        ["cell"] = cell.Number, ["heading"] = cell.Heading, ["seconds"] = Math.Round(cell.Seconds, 3), ["succeeded"] = cell.Succeeded,
    };

    static IEnumerable<JsonNode> Tables(CellRun cell)
    {
        foreach (var output in cell.Cell.Outputs)
        {
            if (output?["data"]?[MimeBundle.Table] is not JsonObject table) continue;
            var copy = new JsonObject { ["cell"] = cell.Number };
            foreach (var (name, value) in table) copy[name] = value?.DeepClone();
            yield return copy;
        }
    }
}
