using Microsoft.CodeAnalysis.CSharp;

namespace MimKit.Notebook.Tests;

public sealed class CheckedCodeTests : IDisposable
{
    readonly Session _session = new();

    public void Dispose() => _session.Dispose();

    [Theory]
    [InlineData("if (true) while (false) for (;;) { } else return;")]
    [InlineData("for (var i = 0; i < 2; i++) for (var j = 0; j < 2; j++) if (i == j) continue; else break;")]
    [InlineData("class A { int _x; public A(int x) => _x = x; public int X => _x; public int Y { get => _x; set => _x = value; } public int this[int i] => _x + i; public static A operator +(A a, A b) => new(a._x + b._x); public static implicit operator int(A a) => a._x; }")]
    [InlineData("ref int First(int[] xs) => ref xs[0]; int No() => throw new Exception(); void V() => Console.Write(1); async Task T() => await Task.Yield(); async Task<int> U() => await Task.FromResult(1);")]
    [InlineData("Func<int, int> f = x => { return x; }; Action g = delegate { f(1); }; Func<Task> h = async () => { await Task.Yield(); };")]
    [InlineData("var s = $\"{new Func<int>(() => { return 1; })()} {(true ? 1 : 2):000}\";")]
    [InlineData("static IEnumerable<int> Few() { yield return 1; }\nforeach (var (a, b) in new[] { (1, 2) }) { }\nstatic int Twice(this int x) => 2 * x;")]
    public async Task Code_with_checks_compiles_as_before(string code)
    {
        Assert.NotEqual(code, CheckedCode.Of(code, Built.Parse));
        var compiled = CSharpSyntaxTree.ParseText(CheckedCode.Of(code, Built.Parse), Built.Parse);
        Assert.Empty(compiled.GetDiagnostics());
        var result = await _session.RunAsync(code, new RecordingSink());
        Assert.True(result.Succeeded, result.Error?.Text);
    }

    [Theory]
    [InlineData("int x = 1;")]
    [InlineData("Enumerable.Range(0, 3).Select(x => x + 1)")]
    public void Code_without_loops_and_functions_stays_as_it_is(string code) => Assert.Equal(code, CheckedCode.Of(code, Built.Parse));

    [Fact]
    public void Lines_stay_where_they_are() =>
        Assert.Equal(5, CheckedCode.Of("while (true)\n{\n  F();\n}\nint F() => 1;", Built.Parse).Split('\n').Length);

    [Fact]
    public async Task Columns_of_errors_and_warnings_are_those_of_the_cell_as_written()
    {
        var error = (await _session.RunAsync("for (;;) { int y = z; }", new RecordingSink())).Error!;
        Assert.Equal((1, 20), (error.Line, error.Column));
        var sink = new RecordingSink();
        await _session.RunAsync("void F() { int unused; }", sink);
        Assert.Contains("cell 2, line 1, column 16: warning CS0168", sink.Error.ToString());
        await _session.RunAsync("void F() { int unused; }", sink);
        Assert.Single(sink.Error.ToString().Split('\n'), line => line.Contains("CS0168"));       // once
    }
}
