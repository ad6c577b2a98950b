using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace MimKit.Notebook;

/// <summary>An XML documentation comment as Markdown.</summary>
static partial class DocText
{
    public static string? ToMarkdown(string xml)
    {
        XElement member;
        try { member = XElement.Parse(xml, LoadOptions.PreserveWhitespace); }
        catch (XmlException) { return null; }

        var text = new StringBuilder();
        Paragraph("", member.Element("summary"));
        List("Parameters", member.Elements("typeparam").Concat(member.Elements("param")), "name");
        Paragraph("**Returns** ", member.Element("returns"));
        List("Throws", member.Elements("exception"), "cref");
        Paragraph("", member.Element("remarks"));
        return text.ToString().Trim();

        void Paragraph(string head, XElement? part)
        {
            if (part is not null && Inline(part) is { Length: > 0 } words) text.Append(head).Append(words).Append("\n\n");
        }

        void List(string head, IEnumerable<XElement> parts, string name)
        {
            var lines = parts.Select(part => (Name: Short((string?)part.Attribute(name) ?? ""), Text: Inline(part))).Where(part => part.Text.Length > 0).ToList();
            if (lines.Count == 0) return;
            text.Append($"**{head}**\n\n");
            foreach (var line in lines) text.Append($"- `{line.Name}`: {line.Text}\n");
            text.Append('\n');
        }
    }

    static string Inline(XElement element)
    {
        var text = new StringBuilder();
        foreach (var node in element.Nodes())
            text.Append(node switch
            {
                XText words => Blank().Replace(words.Value, " "),
                XElement { Name.LocalName: "see" or "seealso" } see => $"`{Short((string?)see.Attribute("cref") ?? (string?)see.Attribute("langword") ?? see.Value)}`",
                XElement { Name.LocalName: "paramref" or "typeparamref" } name => $"`{(string?)name.Attribute("name")}`",
                XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
                XElement { Name.LocalName: "code" } code => $"\n```\n{code.Value.Trim('\n')}\n```\n",
                XElement { Name.LocalName: "para" or "br" } part => $"\n\n{Inline(part)}",
                XElement { Name.LocalName: "item" } item => $"\n- {Inline(item)}",
                XElement other => Inline(other),
                _ => "",
            });
        return text.ToString().Trim();
    }

    // "M:System.Console.WriteLine(System.String)" is WriteLine to a reader.
    static string Short(string reference)
    {
        if (reference.Length < 2 || reference[1] != ':') return reference;
        var name = reference[2..].Split('(')[0];
        return Arity().Replace(name[(name.LastIndexOf('.') + 1)..], "");
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blank();

    [GeneratedRegex(@"`+\d+")]
    private static partial Regex Arity();
}
