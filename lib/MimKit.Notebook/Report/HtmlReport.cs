using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace MimKit.Notebook;

/// <summary>
/// The executed notebook as one HTML file that anybody can open: text, folded code, outputs, contents, provenance and the notebook itself.
/// Everything is embedded, and the page's own policy forbids it to load anything.
/// </summary>
static class HtmlReport
{
    internal const string Policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline' 'unsafe-eval' blob:; worker-src blob:; " +
        "img-src data: blob:; font-src data:; media-src data:";

    public static string Write(NotebookDocument notebook, string notebookJson, RunRecord run, ReportAssets assets, string folder)
    {
        var embedded = new EmbeddedAssets(assets);
        var markdown = new MarkdownPages(folder);
        var outputs = new OutputHtml(markdown, embedded.HasPlotly);
        var cells = run.Cells.ToDictionary(cell => cell.Cell);
        var body = string.Concat(notebook.Cells.Select(cell =>
            cell.IsMarkdown ? $"<section class=\"prose\">{markdown.Html(cell.Source, cell)}</section>\n"
            : cells.TryGetValue(cell, out var ran) ? Code(ran, outputs)
            : cell.IsCode && cell.Source.Length > 0 ? NotRun(cell) : ""));
        var title = markdown.Title ?? Encode(run.Name);

        return $"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="{Policy}">
            <meta name="color-scheme" content="light dark">
            <title>{Encode(notebook.Title ?? run.Name)}</title>
            <style>{EmbeddedAssets.Own("report.css")}</style>
            {(markdown.HasMath ? embedded.Katex() : "")}
            </head>
            <body>
            <div class="page">
            {Contents(markdown.Headings)}
            <main>
            <header><h1>{title}</h1>{Facts(run)}</header>
            {Banner(run)}
            {body}
            {Provenance(run)}
            </main>
            </div>
            {(outputs.HasFigures ? embedded.Plotly() : "")}
            <script type="application/json" id="notebook">{OutputHtml.ForScript(notebookJson)}</script>
            <script>{EmbeddedAssets.Own("report.js")}</script>
            </body>
            </html>

            """;
    }

    static string Code(CellRun run, OutputHtml outputs)
    {
        var shown = string.Concat(run.Cell.Outputs.OfType<JsonObject>().Select(outputs.Html));
        return $"""
            <div class="cell{(run.Succeeded ? "" : " failed")}" id="cell-{run.Number}">
            {Folded(run.Cell.Source, $"{run.Number}", Duration(run.Seconds), open: !run.Succeeded)}
            {shown}
            </div>

            """;
    }

    static string NotRun(NotebookCell cell) => $"<div class=\"cell skipped\">{Folded(cell.Source, "–", "not run", open: false)}</div>\n";

    static string Folded(string source, string number, string note, bool open)
    {
        var first = source.Split('\n').FirstOrDefault(line => line.Trim().Length > 0 && !line.StartsWith('#')) ?? source.Split('\n')[0];
        return $"""
            <details class="code"{(open ? " open" : "")}><summary><span class="number">{number}</span><code>{CodeColour.Html(first.Trim())}</code><span class="note">{note}</span></summary>
            <pre><code>{CodeColour.Html(source)}</code></pre></details>
            """;
    }

    internal static string Contents(IReadOnlyList<Heading> headings)
    {
        var listed = headings.Where(heading => heading.Level <= 3).ToList();
        if (listed.Count == 0) return "<nav></nav>";
        var top = listed.Min(heading => heading.Level);
        var items = listed.Select(heading => $"<li class=\"level-{heading.Level - top + 1}\"><a href=\"#{Encode(heading.Id)}\">{heading.Html}</a></li>");
        return $"<nav aria-label=\"Contents\"><details open><summary>Contents</summary><ol>{string.Concat(items)}<li class=\"level-1\"><a href=\"#provenance\">Provenance</a></li></ol></details></nav>";
    }

    static string Facts(RunRecord run)
    {
        var facts = new StringBuilder($"<p class=\"facts\"><time>{run.Started.ToString("d MMMM yyyy, HH:mm", CultureInfo.InvariantCulture)}</time>");
        facts.Append($"<span>{Duration(run.Elapsed.TotalSeconds)}</span>");
        foreach (var (name, value) in run.Parameters) facts.Append($"<span><code>{Encode(name)} = {Encode(Plain(value))}</code></span>");
        return facts.Append($"<a href=\"#\" id=\"download\" download=\"{Encode(run.Name)}.ipynb\">Download the notebook</a></p>").ToString();
    }

    static string Banner(RunRecord run) => run.Error is not { } error ? "" : $"""
        <p class="banner">{(run.Status == RunStatus.Cancelled ? "Stopped in" : "Failed in")} <a href="#cell-{error.Cell}">cell {error.Cell}{(error.Line is { } line ? $", line {line}" : "")}</a>:
        {Encode(error.Message)}<br>Cells after it did not run.</p>
        """;

    static string Provenance(RunRecord run)
    {
        var rows = run.Parameters.Select(p => (p.Key, Plain(p.Value))).Concat(run.Provenance.Select(p => (p.Key, p.Value)))
            .Prepend(("run time", Duration(run.Elapsed.TotalSeconds))).Prepend(("started", run.Started.ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture)))
            .Prepend(("notebook", run.Name + ".ipynb"));
        return $"""
            <section class="provenance" id="provenance"><h2>Provenance</h2><dl>{string.Concat(rows.Select(row => $"<div><dt>{Encode(row.Item1)}</dt><dd>{Encode(row.Item2)}</dd></div>"))}</dl></section>
            """;
    }

    static string Plain(JsonNode value) => value is JsonValue scalar && scalar.TryGetValue<string>(out var text) ? text : value.ToJsonString();

    static string Duration(double seconds) => seconds switch
    {
        < 0.95 => FormattableString.Invariant($"{seconds * 1000:0} ms"),
        < 60 => FormattableString.Invariant($"{seconds:0.0} s"),
        < 3600 => $"{(int)seconds / 60} min {(int)seconds % 60:00} s",
        _ => $"{(int)seconds / 3600} h {(int)seconds / 60 % 60:00} min",
    };

    static string Encode(string text) => WebUtility.HtmlEncode(text);
}
