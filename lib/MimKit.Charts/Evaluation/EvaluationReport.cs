using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using MimKit.Evaluation;
using MimKit.Metrics;
using MimKit.Reports;

namespace MimKit.Charts;

/// <summary>A protocol's answer.</summary>
/// <param name="Protocol">What was asked.</param>
/// <param name="Section">What was found.</param>
/// <param name="Seconds">What it took.</param>
public sealed record Answer(Protocol Protocol, Section Section, double Seconds);

/// <summary>An evaluation: the answers of all protocols that were run, the log of reads of test, and where it was measured. Shows itself.</summary>
/// <param name="Model">Its name.</param>
/// <param name="Data">"fashion-mnist: 55,000 train, 5,000 val, 10,000 test images".</param>
/// <param name="Answers">In the order of the page.</param>
/// <param name="TestReads">Every read of the test split.</param>
/// <param name="Provenance">Where.</param>
public sealed record EvaluationReport(string Model, string Data, IReadOnlyList<Answer> Answers, IReadOnlyList<TestRead> TestReads, Provenance Provenance)
{
    /// <summary>The log of reads as a table.</summary>
    public MetricTable Reads => new("Reads of the test split", ["when (UTC)", "what was measured", "set", "images"],
        [.. TestReads.Select(read => (object?[])[read.At.ToString("HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture), read.Reader, read.Source, read.Images])],
        $"{TestReads.Count} reads of test splits, one a table cell; everything was chosen on val");

    /// <summary>text/html and text/plain.</summary>
    public IReadOnlyDictionary<string, object> MimeBundle() => new Dictionary<string, object> { ["text/html"] = Html(), ["text/plain"] = ToString() };

    public override string ToString()
    {
        var text = new StringBuilder($"{Model} on {Data}\n");
        foreach (var answer in Answers)
        {
            text.Append($"\n{answer.Protocol.Title} ({FormattableString.Invariant($"{answer.Seconds:F0}")} s)\n{answer.Section.Summary}\n");
            foreach (var part in answer.Section.Parts.Where(part => part.ContainsKey(TableForm))) text.Append('\n').Append(part["text/plain"]).Append('\n');
        }
        return text.Append($"\n{Reads}").ToString();
    }

    /// <summary>What <c>evaluation.json</c> holds: numbers and tables of every protocol, the log of reads, provenance.</summary>
    public JsonObject Json()
    {
        var protocols = new JsonObject();
        foreach (var answer in Answers)
            protocols[answer.Protocol.Name] = new JsonObject
            {
                ["summary"] = answer.Section.Summary,
                ["seconds"] = Math.Round(answer.Seconds, 1),
                ["numbers"] = new JsonObject(answer.Section.Numbers.Select(number => KeyValuePair.Create(number.Key, double.IsFinite(number.Value) ? JsonValue.Create(number.Value) : (JsonNode?)null))),
                ["tables"] = new JsonArray([.. answer.Section.Parts.Where(part => part.ContainsKey(TableForm)).Select(part => ((JsonNode)part[TableForm]).DeepClone())]),
            };
        return new JsonObject
        {
            ["model"] = Model, ["data"] = Data, ["protocols"] = protocols,
            ["testReads"] = new JsonArray([.. TestReads.Select(read => (JsonNode)new JsonObject { ["at"] = read.At.ToString("u"), ["reader"] = read.Reader, ["source"] = read.Source, ["images"] = read.Images })]),
            ["commit"] = Provenance.Source, ["libtorch"] = Provenance.Libtorch, ["processor"] = Provenance.Processor, ["threads"] = Provenance.Threads,
        };
    }

    const string TableForm = "application/vnd.mimkit.table+json";

    string Html()
    {
        var page = new StringBuilder($"<p><b>{WebUtility.HtmlEncode(Model)}</b> on {WebUtility.HtmlEncode(Data)}</p>");
        foreach (var answer in Answers)
        {
            page.Append($"<h3>{WebUtility.HtmlEncode(answer.Protocol.Title)}</h3><p>{WebUtility.HtmlEncode(answer.Section.Summary)}</p>");
            foreach (var part in answer.Section.Parts) page.Append("<div>").Append(part["text/html"]).Append("</div>");
        }
        return page.Append(Reads.MimeBundle()["text/html"]).ToString();
    }
}
