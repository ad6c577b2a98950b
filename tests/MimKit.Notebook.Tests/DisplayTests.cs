using System.Text.Json.Nodes;

namespace MimKit.Notebook.Tests;

public sealed class DisplayTests
{
    sealed class Shown(Dictionary<string, object> forms)
    {
        public IReadOnlyDictionary<string, object> MimeBundle() => forms;
    }

    sealed class Throws
    {
        public IReadOnlyDictionary<string, object> MimeBundle() => throw new InvalidOperationException("broken");
    }

    sealed class HalfBroken
    {
        public int Fine => 1;
        public int Broken => throw new InvalidOperationException("no value");
    }

    record Row(string Name, double Value, int? Count);

    static string Text(object? value) => Formatter.Format(value).TextOf(MimeBundle.Text)!;

    static string Html(object? value) => Formatter.Format(value).TextOf(MimeBundle.Html)!;

    [Fact]
    public void A_type_shows_itself_by_a_method_found_by_name()
    {
        var bundle = Formatter.Format(new Shown(new()
        {
            [MimeBundle.Html] = "<b>x</b>", [MimeBundle.Png] = new byte[] { 1, 2 }, [MimeBundle.Plotly] = new JsonObject { ["data"] = new JsonArray() },
        }));
        Assert.Equal("<b>x</b>", bundle.TextOf(MimeBundle.Html));
        Assert.Equal("AQI=", bundle.TextOf(MimeBundle.Png));
        Assert.Equal("""{"data":[]}""", bundle[MimeBundle.Plotly]!.ToJsonString());
        Assert.NotNull(bundle.TextOf(MimeBundle.Text));
    }

    [Fact]
    public void A_value_that_cannot_be_shown_says_so()
    {
        Assert.Equal("Throws: could not be shown (InvalidOperationException: broken)", Text(new Throws()));
        Assert.Contains("no value", Text(new HalfBroken()));
    }

    [Theory]
    [InlineData("text", "text")]
    [InlineData(0.1, "0.1")]
    [InlineData(1e-9, "1E-09")]
    [InlineData(3, "3")]
    [InlineData(true, "True")]
    [InlineData(null, "null")]
    public void Scalars_are_text(object? value, string text)
    {
        Assert.Equal(text, Text(value));
        Assert.False(Formatter.Format(value).Has(MimeBundle.Html));
    }

    [Fact]
    public void Records_become_rows_and_fractions_of_a_column_align()
    {
        Row[] rows = [new("a<b", 0.5, 1), new("c", 12.125, null)];
        Assert.Contains("<td>a&lt;b</td><td style=\"text-align:right\">0.500</td>", Html(rows));
        Assert.Equal("   Name   Value  Count\n0  a<b    0.500      1\n1  c     12.125", Text(rows));
        Assert.Contains("<td>Value</td>", Html(rows[0]));
    }

    [Fact]
    public void Dictionaries_matrices_and_lists_become_tables()
    {
        Assert.Equal("key  value\na        1", Text(new Dictionary<string, int> { ["a"] = 1 }));
        Assert.Equal("   0  1\n0  1  2\n1  3  4", Text(new[,] { { 1, 2 }, { 3, 4 } }));
        Assert.Contains("[1, 2]", Text(new[] { new[] { 1, 2 } }));
    }

    [Fact]
    public void An_endless_sequence_is_cut()
    {
        static IEnumerable<int> Forever() { for (var i = 0; ; i++) yield return i; }
        Assert.EndsWith("… more rows", Text(Forever()));
        Assert.EndsWith("… 900 more rows", Text(Enumerable.Range(0, 1000).ToList()));
    }

    [Fact]
    public void Pictures_are_known_by_their_first_bytes() =>
        Assert.True(Formatter.Format(new byte[] { 0x89, 0x50, 0x4E, 0x47, 0x0D }).Has(MimeBundle.Png));

    [Fact]
    public async Task Cells_show_rich_content_and_replace_it()
    {
        using var session = new Session();
        var sink = new RecordingSink();
        var result = await session.RunAsync("""
            var h = display(HTML("<i>1</i>"));
            h.Update(Markdown("**2**"));
            SVG("<svg/>").Display();
            "end".Display();
            """, sink);
        Assert.True(result.Succeeded, result.Error?.Text);
        Assert.Equal("<i>1</i>", sink.Displays[0].Bundle.TextOf(MimeBundle.Html));
        Assert.Equal("**2**", Assert.Single(sink.Updates).Bundle.TextOf(MimeBundle.Markdown));
        Assert.Equal(sink.Displays[0].Id, sink.Updates[0].Id);
        Assert.Equal("<svg/>", sink.Displays[1].Bundle.TextOf(MimeBundle.Svg));
        Assert.Equal("end", sink.Displays[2].Bundle.TextOf(MimeBundle.Text));

        await session.RunAsync("h.Update(\"later\");", new RecordingSink());   // a later cell reaches the first one's output
        Assert.Equal("later", sink.Updates[1].Bundle.TextOf(MimeBundle.Text));
    }

    [Fact]
    public async Task A_cell_can_register_the_form_of_a_type_and_drive_a_bar()
    {
        using var session = new Session();
        var sink = new RecordingSink();
        var result = await session.RunAsync("""
            abstract record Shape; record Square(int Side) : Shape;
            Formatter.Register<Shape>(shape => $"<i>{shape}</i>");
            var bar = Progress(3, "steps"); for (var i = 0; i < 3; i++) bar.Step($"at {i}");
            foreach (var x in Progress(new[] { 1, 2 })) { }
            new Square(2)
            """, sink);
        Assert.True(result.Succeeded, result.Error?.Text);
        Assert.Equal("<i>Square { Side = 2 }</i>", sink.Results[0].TextOf(MimeBundle.Html));
        Assert.StartsWith("steps 0 of 3", sink.Displays[0].Bundle.TextOf(MimeBundle.Text));
        Assert.Contains(sink.Updates, update => update.Id == sink.Displays[0].Id && update.Bundle.TextOf(MimeBundle.Text)!.EndsWith("at 2"));
        Assert.StartsWith("2 of 2", sink.Updates[^1].Bundle.TextOf(MimeBundle.Text));
    }

    [Theory]
    [InlineData("a\rb", "b")]
    [InlineData("10 %\r20 %\n", "20 %\n")]
    [InlineData("abcdef\rxy\n", "xycdef\n")]
    [InlineData("one\r\ntwo", "one\ntwo")]
    [InlineData("50 %\r", "50 %")]
    [InlineData("ab\bc", "ac")]
    public void A_line_that_starts_over_overwrites_itself(string printed, string kept)
    {
        var text = new StreamText();
        foreach (var c in printed) text.Append(c.ToString());   // parts may break anywhere
        Assert.Equal(kept, text.ToString());
    }
}
