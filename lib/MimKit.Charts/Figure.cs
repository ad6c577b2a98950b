using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace MimKit.Charts;

/// <summary>
/// A Plotly figure with a one-line summary in words. It never changes: a live chart is drawn again and given to the display's update.
/// </summary>
public sealed class Figure
{
    private const int LegendColumns = 6;

    private readonly JsonArray _data;
    private readonly JsonObject _layout;
    private readonly byte[]? _png;

    internal Figure(JsonArray data, JsonObject layout, string summary, byte[]? png = null) =>
        (_data, _layout, Summary, _png) = (data, layout, summary, png);

    /// <summary>What the chart shows, in one line: for a terminal and as the alternative text of the image.</summary>
    public string Summary { get; }

    /// <summary>A line under the title that says where the numbers come from: "laptop · Fashion-MNIST val · 3 seeds · 3f2c1a9b0d4e".</summary>
    public Figure Caption(params string[] parts)
    {
        var caption = string.Join(" · ", parts.Where(part => part.Length > 0));
        var layout = (JsonObject)_layout.DeepClone();
        layout["title"]!["subtitle"] = new JsonObject { ["text"] = Text.Escape(caption), ["font"] = new JsonObject { ["size"] = 12, ["color"] = Theme.Soft } };
        layout["margin"]!["t"] = (int)layout["margin"]!["t"]! + Theme.CaptionHeight;
        layout["height"] = (int)layout["height"]! + Theme.CaptionHeight;
        return new((JsonArray)_data.DeepClone(), layout, $"{Summary} [{caption}]", _png);
    }

    /// <summary>The same with a legend of colours that belong to no trace, such as a picture's.</summary>
    internal Figure WithLegend(IReadOnlyList<(string Name, string Colour)> entries)
    {
        var (data, layout) = ((JsonArray)_data.DeepClone(), (JsonObject)_layout.DeepClone());
        foreach (var (name, colour) in entries)
            data.Add(new JsonObject
            {
                ["type"] = "scatter", ["mode"] = "markers", ["name"] = Text.Escape(name), ["x"] = new JsonArray((JsonNode?)null), ["y"] = new JsonArray((JsonNode?)null),
                ["hoverinfo"] = "skip", ["marker"] = new JsonObject { ["symbol"] = "square", ["size"] = 12, ["color"] = colour },
            });
        layout["showlegend"] = true;
        layout["legend"]!["y"] = 0;
        layout["legend"]!["yanchor"] = "top";
        var room = Theme.LegendHeight * (1 + entries.Count / LegendColumns);
        layout["margin"]!["b"] = (int)layout["margin"]!["b"]! + room;
        layout["height"] = (int)layout["height"]! + room;
        return new(data, layout, Summary, _png);
    }

    /// <summary>data, layout and config as Plotly reads them.</summary>
    public JsonObject Json() => new()
    {
        ["data"] = _data.DeepClone(),
        ["layout"] = _layout.DeepClone(),
        ["config"] = new JsonObject
        {
            ["displaylogo"] = false, ["responsive"] = true,
            ["modeBarButtons"] = new JsonArray(new JsonArray("toImage", "resetScale2d")),   // dragging zooms, nothing is sent anywhere
        },
    };

    /// <summary>The Plotly figure, an HTML fallback for pages that load Plotly, the summary, and for image grids the image itself.</summary>
    public IReadOnlyDictionary<string, object> MimeBundle()
    {
        var bundle = new Dictionary<string, object>
        {
            ["application/vnd.plotly.v1+json"] = Json(),
            ["text/html"] = Html(),
            ["text/plain"] = Summary,
        };
        if (_png is not null) bundle["image/png"] = _png;
        return bundle;
    }

    public override string ToString() => Summary;

    // the picture of the point under the pointer, cut from the atlas in layout.meta.pictures: a point's customdata is [number, tile]
    private const string Pictures = """
        const pictures = at => {
                const atlas = figure.layout.meta.pictures, box = document.body.appendChild(document.createElement("div"));
                Object.assign(box.style, { position: "fixed", display: "none", pointerEvents: "none", zIndex: 1000, border: "1px solid #808080", imageRendering: "pixelated", backgroundImage: `url(${atlas.source})`,
                  width: `${atlas.width * atlas.zoom}px`, height: `${atlas.height * atlas.zoom}px`, backgroundSize: `${atlas.columns * atlas.width * atlas.zoom}px ${atlas.rows * atlas.height * atlas.zoom}px` });
                at.on("plotly_hover", ({ points: [point], event }) => {
                  const tile = point.customdata?.[1] ?? -1;
                  if (tile < 0) return;
                  Object.assign(box.style, { display: "block", left: `${Math.min(event.clientX + 14, innerWidth - 16 - atlas.width * atlas.zoom)}px`, top: `${event.clientY + 14}px`,
                    backgroundPosition: `-${tile % atlas.columns * atlas.width * atlas.zoom}px -${Math.floor(tile / atlas.columns) * atlas.height * atlas.zoom}px` });
                });
                at.on("plotly_unhover", () => { box.style.display = "none"; });
              };
        """;

    /// <summary>A div that the script after it draws into, with the page's own text colour, where Plotly comes later then; without it the summary stays readable.</summary>
    private string Html()
    {
        var json = Json().ToJsonString().Replace("</", "<\\/").Replace("<!--", "<\\u0021--");
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json)))[..16];   // the same figure has the same HTML
        var summary = WebUtility.HtmlEncode(Summary);
        return $$"""
            <div data-mimkit-figure="{{name}}" role="img" aria-label="{{summary}}" style="min-height:{{(int)_layout["height"]!}}px">{{summary}}</div>
            <script>
            (() => {
              const figure = {{json}};
              {{(_layout["meta"]?["pictures"] is null ? "const pictures = () => {};" : Pictures)}}
              const draw = () => {
                if (!window.Plotly) return;
                for (const at of document.querySelectorAll('[data-mimkit-figure="{{name}}"]:not(.js-plotly-plot)')) {
                  const colour = getComputedStyle(at).color;
                  figure.layout.font.color = colour;
                  for (const note of figure.layout.annotations ?? []) note.font.color = colour;
                  at.textContent = "";
                  Plotly.newPlot(at, figure.data, figure.layout, figure.config).then(() => pictures(at));
                }
              };
              window.Plotly ? draw() : addEventListener("load", draw);
            })();
            </script>
            """;
    }
}
