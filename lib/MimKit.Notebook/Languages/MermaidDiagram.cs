using System.Net;
using System.Text.Json;

namespace MimKit.Notebook;

/// <summary>A diagram in Mermaid's language, drawn by the page that shows it; nothing is fetched.</summary>
/// <param name="source">The diagram's text.</param>
/// <param name="script">The file mermaid.min.js, or null where an earlier diagram of the page carries it.</param>
sealed class MermaidDiagram(string source, string? script)
{
    public IReadOnlyDictionary<string, object> MimeBundle()
    {
        var id = "mermaid-" + Guid.NewGuid().ToString("N")[..12];
        var html = $$"""
            <div id="{{id}}"><pre>{{WebUtility.HtmlEncode(source)}}</pre></div>
            {{(script is null ? "" : PageScript.Element(script, "globalThis.mermaid.initialize({ startOnLoad: false }); window.mimkitMermaid = globalThis.mermaid;"))}}
            <script>(async () => {
              for (let i = 0; i < 100 && !window.mimkitMermaid; i++) await new Promise(later => setTimeout(later, 50));
              const place = document.getElementById("{{id}}");
              try { place.innerHTML = (await window.mimkitMermaid.render("{{id}}-svg", {{JsonSerializer.Serialize(source)}})).svg; }
              catch (problem) { place.append(String(problem)); }
            })();</script>
            """;
        return new Dictionary<string, object> { ["text/vnd.mermaid"] = source, [Notebook.MimeBundle.Html] = html, [Notebook.MimeBundle.Text] = source };
    }
}
