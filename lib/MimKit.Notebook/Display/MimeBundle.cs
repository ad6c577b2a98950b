using System.Collections;
using System.Text.Json.Nodes;

namespace MimKit.Notebook;

/// <summary>One value in several forms, as a notebook stores it: MIME type to text (a string), image (base64) or JSON.</summary>
public sealed class MimeBundle : IEnumerable<KeyValuePair<string, JsonNode>>
{
    public const string Text = "text/plain";
    public const string Html = "text/html";
    public const string Markdown = "text/markdown";
    public const string Javascript = "application/javascript";
    public const string Svg = "image/svg+xml";
    public const string Png = "image/png";
    public const string Jpeg = "image/jpeg";
    public const string Plotly = "application/vnd.plotly.v1+json";

    /// <summary>A table of results: {title, columns: [...], rows: [{column: value|null}], note}.</summary>
    public const string Table = "application/vnd.mimkit.table+json";

    readonly Dictionary<string, JsonNode> _forms = [];

    public MimeBundle Add(string mime, JsonNode form)
    {
        _forms[mime] = form;
        return this;
    }

    public JsonNode? this[string mime] => _forms.GetValueOrDefault(mime);

    /// <summary>A text form, or null.</summary>
    public string? TextOf(string mime) => this[mime] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    public bool Has(string mime) => _forms.ContainsKey(mime);

    /// <summary>A copy as the "data" member of a notebook's output.</summary>
    public JsonObject ToJson() => new(_forms.Select(form => KeyValuePair.Create(form.Key, (JsonNode?)form.Value.DeepClone())));

    public IEnumerator<KeyValuePair<string, JsonNode>> GetEnumerator() => _forms.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
