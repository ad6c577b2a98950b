using System.Text.RegularExpressions;
using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace MimKit.Notebook;

/// <summary>A heading of the report, for its contents.</summary>
/// <param name="Level">1 to 6.</param>
/// <param name="Id">Its anchor, unique in the report.</param>
/// <param name="Html">Its text with emphasis and formulas, without links.</param>
sealed record Heading(int Level, string Id, string Html);

/// <summary>Renders markdown cells to HTML: tables, footnotes, math left for the page's script, pictures put into the page.</summary>
sealed partial class MarkdownPages(string folder)
{
    static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UseAutoIdentifiers(AutoIdentifierOptions.GitHub).UsePipeTables().UseGridTables()
        .UseMathematics().UseFootnotes().UseTaskLists().UseEmphasisExtras().UseDefinitionLists().Build();

    readonly HashSet<string> _ids = [];

    public List<Heading> Headings { get; } = [];

    /// <summary>The first heading of level 1, as HTML. It is not part of the text: the report shows it above everything.</summary>
    public string? Title { get; private set; }

    /// <summary>Some text holds a formula.</summary>
    public bool HasMath { get; private set; }

    public string Html(string markdown, NotebookCell? cell = null)
    {
        var page = Markdown.Parse(markdown, Pipeline);
        foreach (var block in page.Descendants<HeadingBlock>().ToList()) Note(block);
        foreach (var image in page.Descendants<LinkInline>().Where(link => link.IsImage)) image.Url = Embedded(image.Url ?? "", cell);
        var html = page.ToHtml(Pipeline);
        HasMath |= html.Contains("class=\"math\"");
        return html;
    }

    void Note(HeadingBlock block)
    {
        if (Title is null && block.Level == 1)
        {
            Title = Inline(block);
            block.Parent!.Remove(block);
            return;
        }
        var attributes = block.GetAttributes();
        var given = attributes.Id is { Length: > 0 } id ? id : "section";
        for (var n = 1; !_ids.Add(attributes.Id = n == 1 ? given : $"{given}-{n}"); n++) { }   // unique in the report, not only in the cell
        Headings.Add(new Heading(block.Level, attributes.Id, Links().Replace(Inline(block), "")));
    }

    static string Inline(HeadingBlock block)
    {
        var text = new StringWriter();
        var renderer = new HtmlRenderer(text);
        Pipeline.Setup(renderer);
        renderer.WriteLeafInline(block);
        return text.ToString();
    }

    // A report opens without a network: pictures beside the notebook and in it become part of the page, others are named only.
    string Embedded(string url, NotebookCell? cell)
    {
        if (url.StartsWith("data:")) return url;
        if (url.StartsWith("attachment:") && cell?.Attachment(Uri.UnescapeDataString(url["attachment:".Length..])) is { } attached)
            return $"data:{attached.Mime};base64,{attached.Base64}";
        if (Scheme().IsMatch(url)) return "";
        var path = Path.GetFullPath(Uri.UnescapeDataString(url), folder);
        return File.Exists(path) ? $"data:{MimeOf(path)};base64,{Convert.ToBase64String(File.ReadAllBytes(path))}" : "";
    }

    static string MimeOf(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".svg" => MimeBundle.Svg, ".jpg" or ".jpeg" => MimeBundle.Jpeg, ".gif" => "image/gif", ".webp" => "image/webp", _ => MimeBundle.Png,
    };

    [GeneratedRegex(@"</?a\b[^>]*>")]
    private static partial Regex Links();

    [GeneratedRegex(@"^([a-z][a-z0-9+.-]*:|//)", RegexOptions.IgnoreCase)]
    private static partial Regex Scheme();
}
