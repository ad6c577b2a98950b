using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace MimKit.Notebook;

/// <summary>The outputs of a cell as HTML; of several forms the richest that needs no network.</summary>
sealed partial class OutputHtml(MarkdownPages markdown, bool plotly)
{
    int _figures;

    /// <summary>Some output is a chart for plotly.js.</summary>
    public bool HasFigures => _figures > 0;

    public string Html(JsonObject output) => (string?)output["output_type"] switch
    {
        "stream" => Stream((string?)output["name"] == "stderr", NotebookCell.Join(output["text"])),
        "error" => Error((string?)output["ename"] ?? "", (string?)output["evalue"] ?? "", output["traceback"] as JsonArray ?? []),
        _ => output["data"] is JsonObject data ? Data(data) : "",
    };

    string Data(JsonObject data)
    {
        string? Text(string mime) => data[mime] is { } form ? NotebookCell.Join(form) : null;
        if (plotly && data[MimeBundle.Plotly] is JsonObject figure) return Figure(figure, Text(MimeBundle.Text));
        if (data[MimeBundle.Plotly] is null && Text(MimeBundle.Html) is { } html) return $"<div class=\"output html\">{html}</div>";
        if (Text(MimeBundle.Svg) is { } svg) return Image(MimeBundle.Svg, Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(svg)), Text(MimeBundle.Text));
        if (Text(MimeBundle.Png) is { } png) return Image(MimeBundle.Png, png, Text(MimeBundle.Text));
        if (Text(MimeBundle.Jpeg) is { } jpeg) return Image(MimeBundle.Jpeg, jpeg, Text(MimeBundle.Text));
        if (Text(MimeBundle.Markdown) is { } page) return $"<div class=\"output prose\">{markdown.Html(page)}</div>";
        return $"<pre class=\"output text\">{WebUtility.HtmlEncode(Text(MimeBundle.Text) ?? "")}</pre>";
    }

    string Figure(JsonObject figure, string? summary)
    {
        var id = $"figure-{++_figures}";
        return $"""
            <figure class="output plot" id="{id}" role="img" aria-label="{WebUtility.HtmlEncode(summary ?? "chart")}"></figure>
            <script type="application/json" data-figure="{id}">{ForScript(figure.ToJsonString())}</script>
            """;
    }

    static string Image(string mime, string base64, string? text)
    {
        var alt = text is null || text.StartsWith('<') ? "" : WebUtility.HtmlEncode(text);
        return $"<figure class=\"output image\"><img alt=\"{alt}\" src=\"data:{mime};base64,{base64.ReplaceLineEndings("")}\"></figure>";
    }

    static string Stream(bool error, string text) => $"<pre class=\"output stream{(error ? " stderr" : "")}\">{WebUtility.HtmlEncode(Plain(text))}</pre>";

    static string Error(string name, string message, JsonArray traceback)
    {
        var lines = traceback.Count == 0 ? [$"{name}: {message}"] : Plain(string.Join('\n', traceback.Select(line => (string?)line))).Split('\n');
        var rest = string.Join('\n', lines.Skip(1));
        return $"""
            <div class="output error" role="alert"><p>{WebUtility.HtmlEncode(lines[0])}</p>{(rest.Length == 0 ? "" : $"<pre>{WebUtility.HtmlEncode(rest)}</pre>")}</div>
            """;
    }

    /// <summary>JSON inside a script element: no tag in a string may be seen by the HTML parser.</summary>
    public static string ForScript(string json) => json.Replace("<", "\\u003c");

    static string Plain(string text) => Ansi().Replace(text, "");

    [GeneratedRegex(@"\x1b\[[0-9;?]*[A-Za-z]")]
    private static partial Regex Ansi();
}
