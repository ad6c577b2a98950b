using System.Collections;
using System.Globalization;
using System.Net;
using System.Reflection;
using System.Text;

namespace MimKit.Notebook;

/// <summary>Sequences, dictionaries, arrays, records and objects as a table, in HTML and in aligned text.</summary>
static class ValueTable
{
    const int MostRows = 100;
    const int MostColumns = 40;
    const int MostText = 200;

    sealed record Cell(string Text, bool Number, string? Html = null);

    sealed record Grid(string[] Columns, List<Cell[]> Rows, string? Note);

    public static MimeBundle Of(object value)
    {
        var grid = value switch
        {
            Array { Rank: 2 } matrix => Matrix(matrix),
            IDictionary map => Rows(["key", "value"], map.Cast<object>().Select(Entry)),
            IEnumerable items => Sequence(items),
            _ => Members(value),
        };
        return new MimeBundle().Add(MimeBundle.Html, Html(grid)).Add(MimeBundle.Text, Text(grid));
    }

    static Grid Sequence(IEnumerable items)
    {
        var head = items.Cast<object?>().Take(MostRows + 1).ToList();
        var count = head.Count <= MostRows ? head.Count : (items as ICollection)?.Count;
        if (head.FirstOrDefault() is { } entry && IsEntry(entry.GetType())) return Rows(["key", "value"], head.Select(Entry!), count);

        var members = head.FirstOrDefault(item => item is not null) is { } first && Formatter.Own(first) is null && Formatter.Line(first) is null
            && first is not IEnumerable && head.All(item => item is null || item.GetType() == first.GetType()) ? MembersOf(first.GetType()) : [];
        return members.Length > 0
            ? Rows(["", .. members.Select(member => member.Name)], head.Select((item, i) => members.Select(member => item is null ? null : Read(member, item)).Prepend(i)), count)
            : Rows(["", "value"], head.Select((item, i) => (IEnumerable<object?>)[i, item]), count);
    }

    static Grid Matrix(Array matrix)
    {
        var (rows, columns) = (matrix.GetLength(0), Math.Min(matrix.GetLength(1), MostColumns));
        return Rows(["", .. Enumerable.Range(0, columns).Select(c => c.ToString())],
            Enumerable.Range(0, rows).Select(r => Enumerable.Range(0, columns).Select(c => matrix.GetValue(r, c)).Prepend(r)), rows);
    }

    static Grid Members(object value)
    {
        var members = MembersOf(value.GetType());
        return members.Length == 0
            ? Rows(["value"], [[value.ToString()]])
            : Rows(["", "value"], members.Select(member => (IEnumerable<object?>)[member.Name, Read(member, value)]));
    }

    static Grid Rows(string[] columns, IEnumerable<IEnumerable<object?>> rows, int? count = null)
    {
        var head = rows.Take(MostRows + 1).ToList();
        var note = head.Count <= MostRows ? null : count is { } all ? $"… {all - MostRows:n0} more rows" : "… more rows";
        var values = head.Take(MostRows).Select(row => row.ToArray()).ToList();
        var decimals = Enumerable.Range(0, columns.Length).Select(c => Decimals(values.Select(row => row[c]))).ToArray();
        return new Grid(columns, [.. values.Select(row => row.Select((value, c) => ToCell(value, decimals[c])).ToArray())], note);
    }

    // Fractions of one column get the same number of decimals, so that the points stand below each other.
    static int? Decimals(IEnumerable<object?> column)
    {
        var most = 0;
        foreach (var value in column.Where(value => value is not null))
        {
            if (value is not (double or float or decimal)) return null;
            var text = Formatter.Line(value)!;
            if (text.Any(c => char.IsLetter(c) || c is '∞')) return null;   // an exponent, NaN, infinity
            most = Math.Max(most, text.IndexOf('.') is >= 0 and var point ? text.Length - point - 1 : 0);
        }
        return most;
    }

    static MemberInfo[] MembersOf(Type type) =>
    [
        .. type.GetMembers(BindingFlags.Instance | BindingFlags.Public)
            .Where(member => member is FieldInfo || member is PropertyInfo { CanRead: true } property && property.GetIndexParameters().Length == 0)
            .Take(MostColumns),
    ];

    // A getter that throws leaves its message in the cell.
    static object? Read(MemberInfo member, object item)
    {
        try { return member is PropertyInfo property ? property.GetValue(item) : ((FieldInfo)member).GetValue(item); }
        catch (TargetInvocationException e) { return $"({e.InnerException?.GetType().Name}: {e.InnerException?.Message})"; }
    }

    static bool IsEntry(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>);

    static IEnumerable<object?> Entry(object entry) => entry is DictionaryEntry pair
        ? [pair.Key, pair.Value]
        : [entry.GetType().GetProperty("Key")!.GetValue(entry), entry.GetType().GetProperty("Value")!.GetValue(entry)];

    static Cell ToCell(object? value, int? decimals)
    {
        if (value is null) return new Cell("", false);
        if (Formatter.Own(value) is { } own)
        {
            var text = Short(own.TextOf(MimeBundle.Text) ?? "");
            return new Cell(text, false, own.TextOf(MimeBundle.Html) ?? Picture(own));
        }
        if (decimals is { } places && value is IFormattable fraction) return new Cell(fraction.ToString("F" + places, CultureInfo.InvariantCulture), true);
        return new Cell(Short(Formatter.Line(value) ?? Inline(value)), IsNumber(value));
    }

    static string? Picture(MimeBundle bundle) => bundle.TextOf(MimeBundle.Png) is { } png ? $"<img alt=\"\" src=\"data:image/png;base64,{png}\">" : null;

    static string Inline(object value) => value switch
    {
        Array { Rank: > 1 } array => $"{array.GetType().GetElementType()!.Name}[{string.Join(", ", Enumerable.Range(0, array.Rank).Select(array.GetLength))}]",
        IEnumerable items => "[" + string.Join(", ", items.Cast<object?>().Take(20).Select(item => Formatter.Line(item) ?? item!.ToString())) + "]",
        _ => value.ToString() ?? "",
    };

    static bool IsNumber(object value) => value is sbyte or byte or short or ushort or int or uint or long or ulong or float or double or decimal or Half;

    static string Short(string text) => text.ReplaceLineEndings(" ") is var line && line.Length > MostText ? line[..MostText] + "…" : line;

    static string Html(Grid grid)
    {
        var html = new StringBuilder("<table class=\"dataframe\"><thead><tr>");
        for (var c = 0; c < grid.Columns.Length; c++) html.Append($"<th{Align(grid, c)}>{WebUtility.HtmlEncode(grid.Columns[c])}</th>");
        html.Append("</tr></thead><tbody>");
        foreach (var row in grid.Rows)
        {
            html.Append("<tr>");
            foreach (var cell in row) html.Append($"<td{(cell.Number ? Right : "")}>{cell.Html ?? WebUtility.HtmlEncode(cell.Text)}</td>");
            html.Append("</tr>");
        }
        html.Append("</tbody></table>");
        if (grid.Note is not null) html.Append($"<p>{grid.Note}</p>");
        return html.ToString();
    }

    const string Right = " style=\"text-align:right\"";    // inline, so that any front end aligns it

    static string Align(Grid grid, int column) => IsRight(grid, column) ? Right : "";

    static bool IsRight(Grid grid, int column) => grid.Rows.Count > 0 && grid.Rows.All(row => row[column].Number || row[column].Text == "");

    static string Text(Grid grid)
    {
        var widths = Enumerable.Range(0, grid.Columns.Length)
            .Select(c => grid.Rows.Select(row => row[c].Text.Length).Append(grid.Columns[c].Length).Max()).ToArray();
        var lines = grid.Rows.Select(row => row.Select(cell => cell.Text)).Prepend(grid.Columns)
            .Select(row => string.Join("  ", row.Select((text, c) => IsRight(grid, c) ? text.PadLeft(widths[c]) : text.PadRight(widths[c]))).TrimEnd());
        return string.Join('\n', grid.Note is null ? lines : lines.Append(grid.Note));
    }
}
