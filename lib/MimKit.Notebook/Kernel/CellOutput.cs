using System.Text;
using System.Text.Json.Nodes;

namespace MimKit.Notebook;

/// <summary>
/// Sends what one cell shows to the front ends. Printed text is gathered for a few hundredths of a second, so that a flood of small
/// writes becomes few messages; the order of text and displays holds.
/// </summary>
sealed class CellOutput : IOutputSink, IInputSource, IDisposable
{
    const int GatherMs = 30;
    const int MostGathered = 1 << 16;

    readonly Wire _wire;
    readonly Message _request;
    readonly int _count;
    readonly PlotlyOnce _plotly;
    readonly StringBuilder _text = new();
    readonly Lock _gate = new();
    readonly Timer _timer;
    readonly Func<Message, string, bool, string>? _ask;
    CellStream _stream;

    /// <param name="wire">The front ends.</param>
    /// <param name="request">The request that runs the cell: the parent of all it shows, also of what comes late.</param>
    /// <param name="count">In[n] of the cell.</param>
    /// <param name="plotly">What draws charts.</param>
    /// <param name="ask">Asks the front end for a line (request, prompt, hide what is typed), or null where it takes no questions.</param>
    public CellOutput(Wire wire, Message request, int count, PlotlyOnce plotly, Func<Message, string, bool, string>? ask)
    {
        (_wire, _request, _count, _plotly, _ask) = (wire, request, count, plotly, ask);
        _timer = new Timer(_ => Flush());
    }

    public void Write(CellStream stream, string text)
    {
        lock (_gate)
        {
            if (stream != _stream) SendText();
            if (_text.Length == 0) _timer.Change(GatherMs, Timeout.Infinite);
            _stream = stream;
            _text.Append(text);
            if (_text.Length > MostGathered) SendText();
        }
    }

    public void Display(MimeBundle bundle, string displayId)
    {
        if (_plotly.Before(bundle) is { } script) Send("display_data", script);
        Send("display_data", Shown(bundle, displayId));
    }

    public void Update(MimeBundle bundle, string displayId) => Send("update_display_data", Shown(bundle, displayId));

    public void Result(MimeBundle bundle)
    {
        if (_plotly.Before(bundle) is { } script) Send("display_data", script);
        Send("execute_result", new JsonObject { ["execution_count"] = _count, ["data"] = bundle.ToJson(), ["metadata"] = new JsonObject() });
    }

    public void Clear(bool wait) => Send("clear_output", new JsonObject { ["wait"] = wait });

    public void Failed(CellError error) => Send("error", ErrorContent(error));

    public string Read(string prompt, bool hidden)
    {
        if (_ask is null) throw new InvalidOperationException("This front end takes no questions of a running cell: give the value in the cell.");
        Flush();
        return _ask(_request, prompt, hidden);
    }

    public static JsonObject ErrorContent(CellError error) => new()
    {
        ["ename"] = error.Name, ["evalue"] = error.Message, ["traceback"] = new JsonArray([.. error.Details.Select(line => (JsonNode)line)]),
    };

    static JsonObject Shown(MimeBundle bundle, string displayId) =>
        new() { ["data"] = bundle.ToJson(), ["metadata"] = new JsonObject(), ["transient"] = new JsonObject { ["display_id"] = displayId } };

    void Send(string type, JsonObject content)
    {
        lock (_gate)
        {
            SendText();
            _wire.Publish(_request, type, content);
        }
    }

    /// <summary>Sends the text that was gathered.</summary>
    public void Flush()
    {
        lock (_gate) SendText();
    }

    void SendText()
    {
        if (_text.Length == 0) return;
        _wire.Publish(_request, "stream", new JsonObject { ["name"] = _stream == CellStream.Out ? "stdout" : "stderr", ["text"] = _text.ToString() });
        _text.Clear();
    }

    // The timer stays: threads that a cell leaves behind may print later.
    public void Dispose() => Flush();
}
