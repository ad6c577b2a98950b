namespace MimKit.Notebook;

/// <summary>Content that says itself what it is: what <c>HTML(…)</c>, <c>Markdown(…)</c>, <c>SVG(…)</c> and <c>PNG(…)</c> return.</summary>
public sealed class RichContent
{
    readonly string _mime;
    readonly object _content;

    internal RichContent(string mime, object content) => (_mime, _content) = (mime, content);

    /// <summary>The content under its MIME type, with the source as text where it is text.</summary>
    public IReadOnlyDictionary<string, object> MimeBundle() => new Dictionary<string, object>
    {
        [_mime] = _content,
        [Notebook.MimeBundle.Text] = ToString(),
    };

    public override string ToString() => _content is byte[] bytes ? $"{_mime}, {bytes.Length:n0} bytes" : (string)_content;
}
