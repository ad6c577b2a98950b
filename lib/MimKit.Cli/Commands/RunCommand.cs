using System.CommandLine;
using MimKit.Cli.Notebooks;
using MimKit.Notebook;

namespace MimKit.Cli.Commands;

/// <summary><c>mimkit run NOTEBOOK</c>: executes it headless, with progress, and writes notebook, report and numbers.</summary>
static class RunCommand
{
    public static Command Create(TextWriter output, TextWriter error)
    {
        var notebook = new Argument<FileInfo>("NOTEBOOK") { Description = "A notebook (.ipynb) with C# cells." };
        var parameters = new Option<string[]>("-p", "--parameter")
        {
            HelpName = "NAME=VALUE", Description = "Replaces a value of the cell tagged 'parameters', e.g. -p scale=laptop -p seeds=3.",
        };
        var folder = new Option<DirectoryInfo>("--out")
        {
            HelpName = "DIR", Description = "Where NAME.ipynb, NAME.html and NAME.json go.", DefaultValueFactory = _ => new DirectoryInfo("reports"),
        };
        var run = new Command("run", "Executes a notebook headless and writes its report.") { notebook, parameters, folder };
        run.SetAction(parsed => Run(parsed.GetRequiredValue(notebook), Parse(parsed.GetValue(parameters) ?? []), parsed.GetRequiredValue(folder), output, error));
        return run;
    }

    static int Run(FileInfo notebook, IReadOnlyDictionary<string, string> parameters, DirectoryInfo folder, TextWriter output, TextWriter error)
    {
        if (!notebook.Exists)
            throw new ArgumentException($"there is no notebook {notebook.FullName}.{Known(notebook)}");
        using var progress = RunProgress.On(output);
        using var interrupt = new Interrupt(progress.Stopping);
        var options = NotebookHost.Options(folder.FullName, parameters, progress);
        var result = NotebookRunner.RunAsync(notebook.FullName, options, interrupt.Token).GetAwaiter().GetResult();
        progress.Dispose();
        return Report(result, output, error);
    }

    static int Report(RunResult result, TextWriter output, TextWriter error)
    {
        if (result.Error is { } failure && result.Status == RunStatus.Failed) error.WriteLine(OneScreen(failure));
        var (code, ending) = result.Status switch
        {
            RunStatus.Succeeded => (0, "done in"),
            RunStatus.Failed => (1, $"cell {result.Error!.Cell} failed after"),
            _ => (Interrupt.ExitCode, "stopped after"),
        };
        output.WriteLine($"{ending} {Elapsed.Text(result.Elapsed)}\n  report    {Shown(result.ReportPath)}\n" +
                         $"  notebook  {Shown(result.NotebookPath)}\n  numbers   {Shown(result.NumbersPath)}");
        return code;
    }

    const int LinesOfAnError = 16;

    // The report holds all of it; here is what fits under the progress lines.
    static string OneScreen(CellError failure)
    {
        var lines = failure.Text.Split('\n');
        var shown = string.Join("\n  ", lines.Take(LinesOfAnError));
        var rest = lines.Length > LinesOfAnError ? $"\n  … {lines.Length - LinesOfAnError} more lines in the report" : "";
        return $"\nmimkit: cell {failure.Cell} failed{(failure.Line is { } line ? $" at line {line}" : "")}.\n  {shown}{rest}\n";
    }

    static string Shown(string path)
    {
        var relative = Path.GetRelativePath(Directory.GetCurrentDirectory(), path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }

    static string Known(FileInfo notebook)
    {
        var known = new[] { notebook.DirectoryName, Home.At("notebooks") }.Where(Directory.Exists)
            .SelectMany(folder => Directory.GetFiles(folder!, "*.ipynb")).Distinct().Order(StringComparer.Ordinal).Select(Shown).ToList();
        return known.Count == 0 ? "" : $"\n  there are: {string.Join(", ", known)}";
    }

    static Dictionary<string, string> Parse(string[] parameters)
    {
        var values = new Dictionary<string, string>();
        foreach (var parameter in parameters)
        {
            var equals = parameter.IndexOf('=');
            if (equals < 1) throw new ArgumentException($"-p {parameter}: a parameter is given as NAME=VALUE, e.g. -p scale=laptop.");
            var name = parameter[..equals].Trim();
            if (!values.TryAdd(name, parameter[(equals + 1)..])) throw new ArgumentException($"-p {name} is given twice; give it once.");
        }
        return values;
    }
}
