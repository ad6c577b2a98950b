namespace MimKit.Notebook.Tests;

public sealed class AssistTests : IDisposable
{
    readonly Session _session = new();

    public void Dispose() => _session.Dispose();

    string[] Offers(string code) => [.. _session.Assist.Complete(code, code.Length).Items.Select(item => item.Text)];

    [Fact]
    public async Task Names_of_earlier_cells_come_first_and_members_fit_the_value()
    {
        await _session.RunAsync("var consonants = \"bcd\"; record Point(int X, int Y); var p = new Point(1, 2);", new RecordingSink());
        Assert.Equal("consonants", Offers("con")[0]);
        Assert.Contains("Console", Offers("Con"));
        Assert.Equal(["X"], Offers("p.X"));
        Assert.Contains("Length", Offers("var n = consonants?.L"));
        Assert.Contains("Where", Offers("consonants.Wh"));                     // an extension method
        Assert.Empty(Offers("// con"));
        Assert.Empty(Offers("\"con"));
        Assert.Equal(["#!sh", "#!share"], Offers("#!sh").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_name_shows_its_declaration_and_documentation()
    {
        var text = _session.Assist.Inspect("Math.Sqrt(2)", 7)!;
        Assert.Contains("double Math.Sqrt(double d)", text);
        Assert.Contains("square root", text);
        Assert.Contains("string.Join", _session.Assist.Inspect("string.Join(", 12)!.Replace("String", "string"));
        Assert.Null(_session.Assist.Inspect("   ", 1));
    }

    [Fact]
    public async Task Documentation_of_a_cell_and_of_a_referenced_library_is_found()
    {
        await _session.RunAsync("/// <summary>Twice the number.</summary>\nint Twice(int n) => 2 * n;", new RecordingSink());
        Assert.Contains("Twice the number.", _session.Assist.Inspect("Twice(1)", 3));
        Assert.Contains("Shows a value below the cell", _session.Assist.Inspect("display(1)", 3));
    }

    [Theory]
    [InlineData("1 + 1", "Complete")]
    [InlineData("int F() {", "Incomplete")]
    [InlineData("}", "Invalid")]
    [InlineData("#!time\n1", "Complete")]
    public void A_text_is_judged(string code, string judgement) => Assert.Equal(judgement, Assist.Judge(code).ToString());
}
