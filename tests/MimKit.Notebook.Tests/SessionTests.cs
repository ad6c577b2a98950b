namespace MimKit.Notebook.Tests;

public sealed class SessionTests : IDisposable
{
    readonly Session _session = new();

    public void Dispose() => _session.Dispose();

    async Task<RecordingSink> Run(params string[] cells)
    {
        var sink = new RecordingSink();
        foreach (var cell in cells)
        {
            var result = await _session.RunAsync(cell, sink);
            Assert.True(result.Succeeded, result.Error?.Text);
        }
        return sink;
    }

    async Task<CellError> Fail(string cell, params string[] before)
    {
        await Run(before);
        var result = await _session.RunAsync(cell, new RecordingSink());
        Assert.NotNull(result.Error);
        return result.Error;
    }

    [Fact]
    public async Task Cells_share_variables_functions_types_and_usings() =>
        Assert.Equal("42", (await Run(
            "using System.Globalization;",
            "var x = 20;\nint Twice(int n) => 2 * n;\nrecord Point(int X, int Y);",
            "var p = new Point(Twice(x), 2);",
            "(p.X + p.Y).ToString(CultureInfo.InvariantCulture)")).ResultText);

    [Fact]
    public async Task A_cell_can_await_at_its_top() =>
        Assert.Equal("7", (await Run("await Task.Delay(1); var seven = await Task.FromResult(7);", "seven")).ResultText);

    [Fact]
    public async Task A_name_can_be_declared_again() =>
        Assert.Equal("two", (await Run("var x = 1;", "var x = \"two\";", "x")).ResultText);

    [Fact]
    public async Task Cells_with_nothing_to_run_are_fine() =>
        Assert.Null((await Run("", "// a comment", "using System.Text;")).ResultText);

    [Fact]
    public async Task The_latest_language_is_understood() =>
        Assert.Equal("3", (await Run("int[] xs = [1, 2, 3];", "xs is [_, _, var last] ? last : 0")).ResultText);

    [Fact]
    public async Task What_is_printed_goes_to_the_cell_that_prints()
    {
        var sink = await Run("Console.Write(\"a\"); Console.WriteLine(1.5); Console.Error.WriteLine(\"oops\");");
        Assert.Equal("a1.5\n", sink.Out.ToString());
        Assert.Equal("oops\n", sink.Error.ToString());
    }

    [Fact]
    public async Task Late_output_reaches_its_own_cell()
    {
        var (first, second) = (new RecordingSink(), new RecordingSink());
        await _session.RunAsync("var go = new TaskCompletionSource(); var late = Task.Run(async () => { await go.Task; Console.Write(\"late\"); });", first);
        await _session.RunAsync("go.SetResult(); await late;", second);
        Assert.Equal("late", first.Out.ToString());
        Assert.Equal("", second.Out.ToString());
    }

    [Fact]
    public async Task A_compile_error_says_cell_line_column_and_points_at_the_place()
    {
        var error = await Fail("var a = 1;\n  var b = missing + a;", "var before = 0;");
        Assert.Equal((CellErrorKind.Compile, 2, 2, 11), (error.Kind, error.Cell, error.Line, error.Column));
        Assert.Equal("  var b = missing + a;", error.SourceLine);
        Assert.Contains("cell 2, line 2, column 11: CS0103", error.Text);
        Assert.Contains("\n      var b = missing + a;\n              ^^^^^^^", error.Text);
    }

    [Fact]
    public async Task A_runtime_error_shows_the_lines_of_cells_and_nothing_of_the_engine()
    {
        var error = await Fail("var z = 0;\nInverse(z)", "int Inverse(int n)\n{\n    return 1 / n;\n}");
        Assert.Equal((CellErrorKind.Runtime, "DivideByZeroException", 3), (error.Kind, error.Name, error.Line));
        Assert.Contains("at cell 1, line 3, in Inverse:  return 1 / n;", error.Text);
        Assert.Contains("at cell 2, line 2:  Inverse(z)", error.Text);
        Assert.DoesNotContain("MimKit.Notebook", error.Text);
        Assert.DoesNotContain("Submission", error.Text);
    }

    [Fact]
    public async Task A_runtime_error_in_an_awaited_lambda_names_its_causes()
    {
        var error = await Fail("var run = async () => { await Task.Yield();\n  try { throw new IOException(\"disk\"); }\n  catch (Exception e) { throw new InvalidOperationException(\"outer\", e); } };\nawait run();");
        Assert.Contains("InvalidOperationException: outer", error.Text);
        Assert.Contains("caused by IOException: disk", error.Text);
        Assert.Contains("cell 1, line 4", error.Text);
    }

    [Fact]
    public async Task Variables_set_before_an_error_stay()
    {
        await Fail("var kept = 5; throw new Exception(\"no\");");
        Assert.Equal("5", (await Run("kept")).ResultText);
    }

    [Theory]
    [InlineData("using var s = new MemoryStream();", "using (var")]
    [InlineData("namespace A { class B {} }", "namespace")]
    [InlineData("static class E { public static int F(this int x) => x; }", "without its class")]
    [InlineData("Span<int> s = stackalloc int[3];", "inside a function")]
    public async Task What_scripts_cannot_do_is_explained(string code, string advice) =>
        Assert.Contains("note: ", Assert.Single((await Fail(code)).Details, line => line.StartsWith("    note: ") && line.Contains(advice)));

    [Fact]
    public async Task A_value_of_a_class_that_ran_again_is_explained() =>
        Assert.Contains("run the cells that make them again", (await Fail("Net n = old;", "class Net {}", "var old = new Net();", "class Net {}")).Text);

    [Fact]
    public async Task The_host_can_surround_a_cell_with_ambient_state()
    {
        using var source = new CancellationTokenSource();
        using var session = new Session(new SessionOptions
        {
            References = [typeof(Ambient).Assembly.Location], MoreUsings = ["MimKit.Notebook.Tests"], AroundCell = Ambient.Enter,
        });
        var sink = new RecordingSink();
        await session.RunAsync("await Task.Yield(); Console.Write(Ambient.Token.CanBeCanceled);", sink, source.Token);
        Assert.Equal("True", sink.Out.ToString());
        Assert.False(Ambient.Token.CanBeCanceled);            // it stays inside the cell
        Assert.Equal(1, Ambient.Left);
    }

    [Fact]
    public async Task A_stopped_cell_is_not_an_error_of_its_code()
    {
        using var source = new CancellationTokenSource(300);
        using var session = new Session(new SessionOptions
        {
            References = [typeof(Ambient).Assembly.Location], MoreUsings = ["MimKit.Notebook.Tests"], AroundCell = Ambient.Enter,
        });
        var result = await session.RunAsync("Task.Delay(-1, Ambient.Token).Wait();", new RecordingSink(), source.Token);
        Assert.Equal(CellErrorKind.Cancelled, result.Error?.Kind);
    }

    [Fact]
    public async Task Time_is_measured_on_request() =>
        Assert.Matches(@"^Wall time: \d+\.\d m?s\n$", (await Run("#!time\nThread.Sleep(1);")).Out.ToString());

    [Fact]
    public async Task A_package_that_the_host_provides_needs_no_fetching()
    {
        using var session = new Session(new SessionOptions { ProvidedPackages = ["Kit"] });
        Assert.True((await session.RunAsync("#r \"nuget: kit, 1.0\"\n1", new RecordingSink())).Succeeded);
        var error = (await session.RunAsync("\n#r \"nuget: no package\"\n1", new RecordingSink())).Error!;
        Assert.Equal((CellErrorKind.Directive, 2), (error.Kind, error.Line));
        Assert.Contains("'no package'", error.Message);
    }

    [Fact]
    public async Task A_library_can_be_referenced_by_path() =>
        Assert.Equal("MimKit.Notebook.Tests", (await Run(
            $"#r \"{typeof(SessionTests).Assembly.Location}\"\ntypeof(MimKit.Notebook.Tests.SessionTests).Namespace")).ResultText);

    [Fact]
    public async Task A_missing_library_and_an_unknown_directive_say_what_is_wrong()
    {
        Assert.Contains("nowhere.dll does not exist", (await Fail("#r \"nowhere.dll\"")).Message);
        Assert.Contains("#!cobol", (await Fail("#!cobol\nDISPLAY 1")).Message);
    }

    [Fact]
    public async Task The_rest_of_the_platform_is_there_when_a_name_asks_for_it() =>
        Assert.Equal("<a />", (await Run("using System.Xml.Linq;", "new XElement(\"a\").ToString()")).ResultText);

    [Fact]
    public void What_warms_the_compiler_up_compiles() => Assert.True(WarmUp.Small().IsCode);
}
