using System.Text.Json.Nodes;

namespace MimKit.Notebook;

/// <summary>
/// Notebook pages do not have Plotly, which draws the HTML form of a figure: the first figure of a kernel brings it along, from a file and not
/// from the network. It is stored with that output, so that the saved notebook shows its charts again.
/// </summary>
sealed class PlotlyOnce(string? script)
{
    int _sent;

    /// <summary>The message to publish before this bundle, or null.</summary>
    public JsonObject? Before(MimeBundle bundle)
    {
        if (script is null || !bundle.Has(MimeBundle.Plotly) || Interlocked.Exchange(ref _sent, 1) != 0) return null;
        var html = PageScript.Element(script, "window.Plotly = globalThis.Plotly ?? window.Plotly;");
        return new JsonObject { ["data"] = new JsonObject { [MimeBundle.Html] = html }, ["metadata"] = new JsonObject(), ["transient"] = new JsonObject() };
    }
}
