using System.Text.Json.Nodes;

namespace MimKit.Notebook;

/// <summary>A cell of a notebook document.</summary>
public sealed class NotebookCell
{
    readonly JsonObject _cell;

    internal NotebookCell(JsonObject cell)
    {
        _cell = cell;
        Source = Join(cell["source"]);
    }

    public bool IsCode => Kind == "code";

    public bool IsMarkdown => Kind == "markdown";

    /// <summary>The text with '\n' between lines.</summary>
    public string Source
    {
        get;
        set
        {
            field = value;
            _cell["source"] = Lines(value);
        }
    } = "";

    /// <summary>The language a cell of a mixed notebook is marked with; null where it has none of its own.</summary>
    public string? Language => Metadata("polyglot_notebook", "kernelName") ?? Metadata("dotnet_interactive", "language");

    /// <summary>Whether the notebook's author gave the cell this tag.</summary>
    public bool IsTagged(string tag) => _cell.Object("metadata")["tags"] is JsonArray tags && tags.Any(found => found is JsonValue value && value.TryGetValue<string>(out var text) && text == tag);

    // Metadata are anybody's: what is of another kind than expected is as if it were not there.
    string? Metadata(string part, string name) => _cell.Object("metadata").Object(part).Text(name) is { Length: > 0 } text ? text : null;

    /// <summary>A file stored in a markdown cell: MIME type and base64, or null.</summary>
    internal (string Mime, string Base64)? Attachment(string name) =>
        _cell.Object("attachments")[name] is JsonObject forms && forms.FirstOrDefault() is { Value: not null } form ? (form.Key, Join(form.Value)) : null;

    /// <summary>In[n] of the front ends; null where the cell has not run.</summary>
    public int? ExecutionCount
    {
        get => _cell.Number("execution_count");
        set => _cell["execution_count"] = value;
    }

    /// <summary>The outputs of a code cell as nbformat stores them.</summary>
    public JsonArray Outputs
    {
        get => _cell["outputs"] as JsonArray ?? (JsonArray)(_cell["outputs"] = new JsonArray());
        set => _cell["outputs"] = value;
    }

    string Kind => _cell.Text("cell_type");

    internal void Normalize(int number, HashSet<string> ids)
    {
        if (_cell["metadata"] is not JsonObject) _cell["metadata"] = new JsonObject();
        var id = _cell.Text("id");
        if (string.IsNullOrEmpty(id) || !ids.Add(id))
        {
            for (id = $"cell-{number}"; !ids.Add(id);) id += "-2";
            _cell["id"] = id;
        }
        if (!IsCode) return;
        if (_cell["outputs"] is not JsonArray) _cell["outputs"] = new JsonArray();
        if (!_cell.ContainsKey("execution_count")) _cell["execution_count"] = null;
    }

    /// <summary>nbformat's multi-line string: a string, or a list of lines that keep their '\n'.</summary>
    internal static string Join(JsonNode? text) => text switch
    {
        JsonArray lines => string.Concat(lines.Select(line => (string?)line)),
        JsonValue value when value.TryGetValue<string>(out var whole) => whole,
        _ => "",
    };

    internal static JsonArray Lines(string text)
    {
        var lines = text.Split('\n');
        var list = new JsonArray();
        for (var i = 0; i < lines.Length; i++)
            if (i < lines.Length - 1) list.Add(lines[i] + "\n");
            else if (lines[i].Length > 0) list.Add(lines[i]);
        return list;
    }
}
