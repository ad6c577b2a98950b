using System.Globalization;
using System.Text.Json;

namespace MimKit.Cli.Tests;

/// <summary>Between which values a number of a notebook's table lies at smoke scale, on any machine: a line of notebooks/ranges.json.</summary>
/// <param name="Table">Its title.</param>
/// <param name="Row">What stands in the row's first column.</param>
/// <param name="Column">The column's name.</param>
/// <param name="From">The least value.</param>
/// <param name="To">The greatest.</param>
sealed record NumberRange(string Table, string Row, string Column, double From, double To)
{
    /// <summary>Those of a notebook; each has some.</summary>
    public static IReadOnlyList<NumberRange> Of(string notebook)
    {
        var all = JsonSerializer.Deserialize<Dictionary<string, NumberRange[]>>(File.ReadAllText(Home.At("notebooks", "ranges.json")), JsonSerializerOptions.Web)!;
        var ranges = all[Path.GetFileNameWithoutExtension(notebook)];
        Assert.NotEmpty(ranges);
        return ranges;
    }

    /// <summary>What is wrong with the number among these tables; null where it is in its range.</summary>
    public string? Broken(JsonElement tables)
    {
        var titled = tables.EnumerateArray().Where(table => table.GetProperty("title").GetString() == Table).ToList();
        var rows = titled.SelectMany(table => table.GetProperty("rows").EnumerateArray().Where(row => row.GetProperty(table.GetProperty("columns")[0].GetString()!).ToString() == Row)).ToList();
        var numbers = rows.Select(row => row.TryGetProperty(Column, out var cell) && cell.ValueKind == JsonValueKind.Number ? cell.GetDouble() : double.NaN).ToList();
        if (numbers.Count == 0) return $"{Table}: no row '{Row}'";
        var outside = numbers.Where(number => !(number >= From && number <= To)).Select(number => number.ToString(CultureInfo.InvariantCulture)).ToList();
        return outside.Count == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{Table}: '{Row}', {Column} is {string.Join(", ", outside)}, stated is {From} to {To}");
    }
}
