using System.IO.Compression;

namespace MimKit.Notebook.Tests;

public sealed class DirectiveTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("directives ").FullName;
    readonly Session _session;

    public DirectiveTests() => _session = new Session(new SessionOptions { BaseFolder = _folder });

    public void Dispose()
    {
        _session.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

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

    async Task<CellError> Fail(string cell) => (await _session.RunAsync(cell, new RecordingSink())).Error!;

    string Write(string name, string text)
    {
        File.WriteAllText(Path.Combine(_folder, name), text);
        return name;
    }

    [Fact]
    public async Task A_cell_may_hold_several_languages_and_lines_keep_their_numbers()
    {
        var sink = await Run("var a = 1;\n#!html\n<b>bold</b>\n#!markdown\n*soft*\n#!csharp\na + 1");
        Assert.Equal(["<b>bold</b>", "*soft*"], sink.Displays.Select(shown => shown.Bundle.TextOf(MimeBundle.Html) ?? shown.Bundle.TextOf(MimeBundle.Markdown)));
        Assert.Equal("2", sink.ResultText);
        Assert.Equal(4, (await Fail("#!html\n<i></i>\n#!csharp\nthrow new Exception();")).Line);
        Assert.Equal("let = 1", (await Run("#!javascript\nlet = 1")).Results[0].TextOf(MimeBundle.Javascript));
    }

    [Fact]
    public async Task A_file_and_a_notebook_run_as_if_they_stood_in_the_cell()
    {
        Write("lib.cs", "int Twice(int n)\n{\n    return n / (n - 3) * 2;\n}");
        using var notebook = new NotebookFile().Text("# Set-up").Code("var five = 5;").Code("record Pair(int A, int B);");
        File.Copy(notebook.Save().Path, Path.Combine(_folder, "setup.ipynb"));
        Assert.Equal("(4, Pair { A = 5, B = 1 })", (await Run("#load \"lib.cs\"\n#!import setup.ipynb\n(Twice(4) - 4, new Pair(five, 1)).ToString()")).ResultText);
        Assert.Contains("at lib.cs, line 3, in Twice:  return n / (n - 3) * 2;", (await Fail("Twice(3)")).Text);
        Write("broken.cs", "int x = ;");
        Assert.Contains("broken.cs, line 1, column 9: CS1525", (await Fail("#load \"broken.cs\"")).Text);
        Assert.Contains("gone.cs does not exist", (await Fail("#load \"gone.cs\"")).Message);
        Write("a.cs", "#load \"a.cs\"");
        Assert.Contains("import each other", (await Fail("#load \"a.cs\"")).Text);
    }

    [Fact]
    public async Task Shell_lines_run_in_the_notebooks_folder_and_their_exit_code_counts()
    {
        var sink = await Run("#!sh\npwd\necho oops >&2");
        Assert.Equal(_folder + "\n", sink.Out.ToString());
        Assert.Equal("oops\n", sink.Error.ToString());
        Assert.Contains("exit code 3", (await Fail("#!sh\nexit 3")).Message);
        using var stop = new CancellationTokenSource(300);
        Assert.Equal(CellErrorKind.Cancelled, (await _session.RunAsync("#!sh\nsleep 60", new RecordingSink(), stop.Token)).Error?.Kind);
    }

    [Fact]
    public async Task Variables_are_listed_the_latest_of_each_name()
    {
        var sink = await Run("var x = 1; string name = \"n\"; int F() => 1;", "var x = 2.5; var xs = new List<int?> { 1 };", "#!who", "#!whos");
        Assert.Equal("name  x  xs\n", sink.Out.ToString());
        Assert.Equal("   Name  Type        Value\n0  name  string      n\n1  x     double      2.5\n2  xs    List<int?>  [1]", sink.Displays[0].Bundle.TextOf(MimeBundle.Text));
        Assert.Contains("#!python", (await Run("#!lsmagic")).Displays[0].Bundle.TextOf(MimeBundle.Text));
    }

    [Fact]
    public async Task A_mermaid_diagram_carries_its_script_once()
    {
        using var session = new Session(new SessionOptions { MermaidScript = Path.Combine(_folder, Write("mermaid.min.js", "globalThis.mermaid = 'the script';")) });
        var sink = new RecordingSink();
        foreach (var _ in new[] { 1, 2 }) await session.RunAsync("#!mermaid\ngraph LR; A-->B", sink);
        Assert.Contains("the script", sink.Results[0].TextOf(MimeBundle.Html));
        Assert.DoesNotContain("the script", sink.Results[1].TextOf(MimeBundle.Html));
        Assert.Equal("graph LR; A-->B", sink.Results[0].TextOf("text/vnd.mermaid"));
        Assert.Contains("mermaid.min.js is not here", (await Fail("#!mermaid\ngraph")).Message);
    }

    [Fact]
    public async Task Python_keeps_its_variables_and_shares_both_ways()
    {
        var sink = await Run("var xs = new double[,] { { 1, 2 }, { 3, 4 } }; var word = \"hi\";",
            "#!python\n#!share xs --from csharp\n#!share word --from csharp --as w\nimport sys\nrows = [[float(v) * 2 for v in row] for row in xs]\nflat = [v for row in rows for v in row]\nprint(w)\nprint('err', file=sys.stderr)\nlen(flat)",
            "#!share flat --from python\nflat.Sum()");
        Assert.Equal(("hi\n", "err\n"), (sink.Out.ToString(), sink.Error.ToString()));
        Assert.Equal(["4", "20"], sink.Results.Select(result => result.TextOf(MimeBundle.Text)));
        Assert.Contains("no variable 'nothing'", (await Fail("#!share nothing --from python")).Message);
    }

    [Fact]
    public async Task A_Python_error_has_the_lines_of_the_cell_and_the_process_stays()
    {
        await Run("#!python\nkept = 7");
        var error = await Fail("#!python\ndef f():\n    return 1 / 0\nf()");
        Assert.Equal(("ZeroDivisionError", "division by zero"), (error.Name, error.Message));
        Assert.Contains("line 3, in f:  return 1 / 0", error.Text);
        Assert.Contains("line 2", (await Fail("#!python\n1 +")).Text);
        await Fail("#!python\nimport sys; sys.exit(2)");
        using var stop = new CancellationTokenSource(1500);
        Assert.Equal(CellErrorKind.Cancelled, (await _session.RunAsync("#!python\nwhile True: pass", new RecordingSink(), stop.Token)).Error?.Kind);
        Assert.Equal("7", (await Run("#!python\nkept")).ResultText);
    }

    [Fact]
    public async Task FSharp_keeps_its_variables_and_shares_both_ways()
    {
        var sink = await Run("var n = 20;", "#!fsharp\n#!share n --from csharp\nlet twice = n * 2\nlet words = [| \"a\"; \"b\" |]\nprintfn \"%d\" twice\ntwice + 1",
            "#!share twice --from fsharp\n#!share words --from fsharp\n$\"{twice} {words.Length}\"");
        Assert.Equal("40\n", sink.Out.ToString().Replace("\r", ""));
        Assert.Equal(["41", "40 2"], sink.Results.Select(result => result.TextOf(MimeBundle.Text)));
        var error = await Fail("#!fsharp\nlet x = 1\nlet y = x + \"s\"");
        Assert.Equal((CellErrorKind.Compile, 3), (error.Kind, error.Line));
        Assert.Contains("boom", (await Fail("#!fsharp\n(failwith \"boom\" : int)")).Message);
    }

    [Fact]
    public async Task A_package_comes_from_the_sources_beside_the_notebook()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "feed"));
        using (var package = ZipFile.Open(Path.Combine(_folder, "feed", "Tiny.Kit.1.2.0.nupkg"), ZipArchiveMode.Create))
        {
            using (var spec = new StreamWriter(package.CreateEntry("Tiny.Kit.nuspec").Open()))
                spec.Write("<?xml version=\"1.0\"?><package><metadata><id>Tiny.Kit</id><version>1.2.0</version><authors>a</authors><description>d</description></metadata></package>");
            package.CreateEntryFromFile(typeof(DirectiveTests).Assembly.Location, "lib/net10.0/MimKit.Notebook.Tests.dll");
        }
        Write("NuGet.config", $"<configuration><config><add key=\"globalPackagesFolder\" value=\"{_folder}/cache\" /></config><packageSources><clear /><add key=\"here\" value=\"{_folder}/feed\" /></packageSources></configuration>");
        var sink = await Run("#r \"nuget: Tiny.Kit, 1.2.0\"\ntypeof(MimKit.Notebook.Tests.DirectiveTests).Name");
        Assert.Equal("DirectiveTests", sink.ResultText);
        Assert.Contains("Tiny.Kit 1.2.0, 1 library", sink.Updates[^1].Bundle.TextOf(MimeBundle.Text));
        Assert.Contains("'Tiny.Kit' in version 9.9.9", (await Fail("#r \"nuget: Tiny.Kit, 9.9.9\"")).Message);
        Assert.Contains("No source of packages has 'Nobody.Has.This'", (await Fail("#r \"nuget: Nobody.Has.This\"")).Message);
    }
}
