using System.Text.Json.Nodes;

namespace MimKit.Notebook;

/// <summary>Collects one cell's outputs as nbformat stores them and passes them on to an observer as they come.</summary>
sealed class OutputCollector(int cell, INotebookObserver observer, Displays displays) : IOutputSink
{
    readonly List<Func<JsonObject>> _outputs = [];
    bool _clearing;                                        // when the next output comes
    (CellStream Stream, StreamText Text)? _open;           // the stream output that further text of the same stream joins

    public void Write(CellStream stream, string text)
    {
        lock (displays)
        {
            if (_clearing) Empty();
            if (_open is not { } open || open.Stream != stream)
            {
                var started = new StreamText();
                _open = open = (stream, started);
                _outputs.Add(() => Stream(stream, started));
            }
            open.Text.Append(text);
        }
        observer.Wrote(cell, stream, text);
    }

    public void Display(MimeBundle bundle, string displayId)
    {
        lock (displays)
        {
            displays[displayId] = bundle;
            Add(() => Data("display_data", displays[displayId]));
        }
        observer.Showed(cell, bundle);
    }

    public void Update(MimeBundle bundle, string displayId)
    {
        lock (displays) displays[displayId] = bundle;
        observer.Showed(cell, bundle);
    }

    public void Result(MimeBundle bundle)
    {
        lock (displays) Add(() => Result(bundle, cell));
        observer.Showed(cell, bundle);
    }

    public void Clear(bool wait)
    {
        lock (displays)
            if (!wait) Empty();
            else _clearing = true;
    }

    public void Failed(CellError error)
    {
        lock (displays)
            Add(() => new JsonObject
            {
                ["output_type"] = "error", ["ename"] = error.Name, ["evalue"] = error.Message,
                ["traceback"] = new JsonArray([.. error.Details.Select(line => (JsonNode)line)]),
            });
    }

    /// <summary>The outputs so far.</summary>
    public JsonArray ToJson()
    {
        lock (displays) return new JsonArray([.. _outputs.Select(output => output())]);
    }

    void Empty()
    {
        (_open, _clearing) = (null, false);
        _outputs.Clear();
    }

    void Add(Func<JsonObject> output)
    {
        if (_clearing) Empty();
        _open = null;
        _outputs.Add(output);
    }

    static JsonObject Stream(CellStream stream, StreamText text) => new()
    {
        ["output_type"] = "stream", ["name"] = stream == CellStream.Out ? "stdout" : "stderr", ["text"] = NotebookCell.Lines(text.ToString()),
    };

    static JsonObject Data(string type, MimeBundle bundle) => new() { ["output_type"] = type, ["metadata"] = new JsonObject(), ["data"] = bundle.ToJson() };

    static JsonObject Result(MimeBundle bundle, int cell)
    {
        var result = Data("execute_result", bundle);
        result["execution_count"] = cell;
        return result;
    }
}

/// <summary>What is shown under each display id now; also the lock of all outputs of a run, which any thread may write.</summary>
sealed class Displays : Dictionary<string, MimeBundle>;
