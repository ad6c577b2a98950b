using System.Reflection;
using System.Text.RegularExpressions;

namespace MimKit.Notebook;

/// <summary>Style and scripts as they go into a report: our own, plotly.js for charts, KaTeX for formulas.</summary>
sealed partial class EmbeddedAssets(ReportAssets assets)
{
    public bool HasPlotly { get; } = File.Exists(assets.PlotlyPath);

    public string Plotly() => $"<script>{ForScript(File.ReadAllText(assets.PlotlyPath!))}</script>";

    /// <summary>KaTeX with its fonts inside; empty where it is not installed, and formulas stay as written.</summary>
    public string Katex()
    {
        string PathOf(string name) => Path.Combine(assets.KatexFolder!, name);
        if (assets.KatexFolder is null || !File.Exists(PathOf("katex.min.js"))) return "";
        var css = FontFiles().Replace(File.ReadAllText(PathOf("katex.min.css")),
            match => $"url(data:font/woff2;base64,{Convert.ToBase64String(File.ReadAllBytes(PathOf(match.Groups[1].Value)))}) format(\"woff2\")");
        return $"<style>{css}</style>\n<script>{ForScript(File.ReadAllText(PathOf("katex.min.js")))}</script>";
    }

    /// <summary>A file that is built into this library.</summary>
    public static string Own(string name)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    static string ForScript(string script) => ScriptEnd().Replace(script, "<\\/script");

    // each font face lists woff2, woff and truetype; every browser of today reads the first
    [GeneratedRegex("""url\((fonts/[^)]+\.woff2)\) ?format\("woff2"\)(,url\([^)]+\) ?format\("[a-z]+"\))*""")]
    private static partial Regex FontFiles();

    [GeneratedRegex("</script", RegexOptions.IgnoreCase)]
    private static partial Regex ScriptEnd();
}
