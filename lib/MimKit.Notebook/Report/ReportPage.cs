using System.Net;
using System.Text.Json.Nodes;

namespace MimKit.Notebook;

/// <summary>A page of text and shown values in the style of a notebook's report, for programs that have no notebook. One HTML file; it loads nothing.</summary>
public static class ReportPage
{
    /// <summary>Writes a page, whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="parts">In order: a string is Markdown (the first heading of level 1 is the title); MIME forms of one value, as its <c>MimeBundle()</c> gives them; any other value is shown as a cell would show it.</param>
    /// <param name="facts">Name and value below the text: commit, processor.</param>
    /// <param name="assets">plotly.js and KaTeX, embedded where something needs them.</param>
    public static void Write(string path, IReadOnlyList<object> parts, IReadOnlyList<(string Name, string Value)> facts, ReportAssets assets) =>
        AtomicFile.Write(path, Html(parts, facts, assets));

    /// <summary>The page's text.</summary>
    public static string Html(IReadOnlyList<object> parts, IReadOnlyList<(string Name, string Value)> facts, ReportAssets assets)
    {
        var embedded = new EmbeddedAssets(assets);
        var markdown = new MarkdownPages(Environment.CurrentDirectory);
        var outputs = new OutputHtml(markdown, embedded.HasPlotly);
        var body = string.Concat(parts.Select(part => part is string text ? $"<section class=\"prose\">{markdown.Html(text)}</section>\n" : $"<div class=\"cell\">{outputs.Html(Output(part))}</div>\n"));
        var title = markdown.Title ?? "Report";
        return $"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="{HtmlReport.Policy}">
            <meta name="color-scheme" content="light dark">
            <title>{title}</title>
            <style>{EmbeddedAssets.Own("report.css")}</style>
            {(markdown.HasMath ? embedded.Katex() : "")}
            </head>
            <body>
            <div class="page">
            {HtmlReport.Contents(markdown.Headings)}
            <main>
            <header><h1>{title}</h1></header>
            {body}
            <section class="provenance" id="provenance"><h2>Provenance</h2><dl>{string.Concat(facts.Select(fact => $"<div><dt>{WebUtility.HtmlEncode(fact.Name)}</dt><dd>{WebUtility.HtmlEncode(fact.Value)}</dd></div>"))}</dl></section>
            </main>
            </div>
            {(outputs.HasFigures ? embedded.Plotly() : "")}
            <script>{EmbeddedAssets.Own("report.js")}</script>
            </body>
            </html>

            """;
    }

    static JsonObject Output(object part)
    {
        var bundle = part is IEnumerable<KeyValuePair<string, object>> forms ? Formatter.Of(forms) : Formatter.Format(part);
        return new JsonObject { ["output_type"] = "display_data", ["data"] = bundle.ToJson() };
    }
}
