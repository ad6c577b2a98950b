using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MimKit.Notebook;

/// <summary>A file that is not a notebook this engine can read; the message says what to do.</summary>
public sealed class NotebookFormatException(string message) : Exception(message);

/// <summary>A Jupyter notebook, nbformat 4. What the engine does not know is kept as it was.</summary>
public sealed class NotebookDocument
{
    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, IndentSize = 1, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    readonly JsonObject _root;

    NotebookDocument(JsonObject root)
    {
        _root = root;
        Cells = [.. root["cells"]!.AsArray().Select(cell => new NotebookCell(cell!.AsObject()))];
    }

    public IReadOnlyList<NotebookCell> Cells { get; }

    public IEnumerable<NotebookCell> CodeCells => Cells.Where(cell => cell.IsCode);

    public JsonObject Metadata => _root["metadata"] as JsonObject ?? (JsonObject)(_root["metadata"] = new JsonObject());

    /// <summary>The first heading of level 1 as plain text, or null.</summary>
    public string? Title => Cells.Where(cell => cell.IsMarkdown).SelectMany(cell => cell.Source.Split('\n'))
        .FirstOrDefault(line => line.StartsWith("# "))?[2..].Replace("*", "").Replace("`", "").Trim();

    /// <exception cref="NotebookFormatException">The file is missing, not JSON, or not nbformat 4.</exception>
    public static NotebookDocument Load(string path)
    {
        if (!File.Exists(path)) throw new NotebookFormatException($"There is no notebook {Path.GetFullPath(path)}.");
        return Parse(File.ReadAllText(path), path);
    }

    /// <summary>Reads a notebook; <paramref name="name"/> stands for it in messages.</summary>
    /// <exception cref="NotebookFormatException">The text is not JSON, or not nbformat 4.</exception>
    public static NotebookDocument Parse(string json, string name = "The notebook")
    {
        JsonNode? root;
        try { root = JsonNode.Parse(json); }
        catch (JsonException e)
        {
            throw new NotebookFormatException(
                $"{name} is not a notebook: it is not JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}).\n" +
                "  If it was merged or edited by hand, look there; otherwise take it from version control again.");
        }
        if (root is not JsonObject notebook || notebook["cells"] is not JsonArray cells || cells.Any(cell => cell is not JsonObject))
            throw new NotebookFormatException($"{name} is JSON but not a notebook of format 4: it has no list of cells.\n" +
                "  An older notebook can be converted with 'jupyter nbconvert --to notebook'.");
        if (notebook["nbformat"]?.GetValueKind() != JsonValueKind.Number || (int)notebook["nbformat"]! != 4)
            throw new NotebookFormatException($"{name} has notebook format {notebook["nbformat"]?.ToJsonString() ?? "(none)"}; format 4 is needed.\n" +
                "  Convert it with 'jupyter nbconvert --to notebook'.");
        return new NotebookDocument(notebook);
    }

    /// <summary>Makes it nbformat 4.5 for the C# kernel name that front ends know, with an id in every cell.</summary>
    public void Normalize()
    {
        (_root["nbformat"], _root["nbformat_minor"]) = (4, 5);
        Metadata["kernelspec"] = new JsonObject { ["name"] = ".net-csharp", ["display_name"] = ".NET (C#)", ["language"] = "C#" };
        Metadata["language_info"] = new JsonObject
        {
            ["name"] = "C#", ["file_extension"] = ".cs", ["mimetype"] = "text/x-csharp", ["pygments_lexer"] = "csharp",
        };
        var ids = new HashSet<string>();
        for (var i = 0; i < Cells.Count; i++) Cells[i].Normalize(i + 1, ids);
    }

    public string ToJson() => _root.ToJsonString(Indented) + "\n";
}
