using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using MimKit.Cli.Bench;
using MimKit.Cli.Commands;
using MimKit.Data;
using MimKit.Notebook;
using MimKit.Runtime;
using MimKit.Torch;
using MimKit.Training;

namespace MimKit.Cli;

/// <summary>The commands and what every one of them shares: errors on one screen, exit code 0, 1, or 130 after Ctrl-C.</summary>
static class CommandLine
{
    const string About =
        "Masked image modelling in C#: run a paper's notebook, train, measure.\n" +
        "  The launcher ./mimkit adds: setup (install and build what is missing), doctor (what is there), test [--all], lab (Jupyter with everything found).";

    const int LinesOfATrace = 14;          // with the rest, one screen

    /// <summary>Runs one command.</summary>
    /// <returns>The process's exit code.</returns>
    public static int Run(string[] arguments, TextWriter output, TextWriter error)
    {
        var parsed = Root(output, error).Parse(arguments);
        if (arguments.Length == 0) parsed = Root(output, error).Parse(["--help"]);
        else if (parsed.Action is ParseErrorAction) return Misspelt(parsed, error);
        try
        {
            return parsed.Invoke(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false });
        }
        catch (OperationCanceledException stopped)
        {
            error.WriteLine($"mimkit: {stopped.Message}");
            return Interrupt.ExitCode;
        }
        catch (Exception problem) when (IsForTheUser(problem))
        {
            error.WriteLine($"mimkit: {problem.Message}");
            return 1;
        }
        catch (Exception defect)
        {
            var trace = string.Join('\n', defect.ToString().Split('\n').Take(LinesOfATrace));
            error.WriteLine($"mimkit: this should not happen; please report it with the lines below.\n{trace}");
            return 1;
        }
    }

    static int Misspelt(ParseResult parsed, TextWriter error)
    {
        var problems = parsed.UnmatchedTokens.Count > 0 ? parsed.UnmatchedTokens.Select(token => $"'{token}' is not known here.") : parsed.Errors.Select(problem => problem.Message);
        foreach (var problem in problems) error.WriteLine($"mimkit: {problem}");
        error.WriteLine($"  {PathTo(parsed.CommandResult)} --help shows what there is.");
        return 1;
    }

    static string PathTo(CommandResult command) =>
        command.Parent is CommandResult above ? $"{PathTo(above)} {command.Command.Name}" : "./mimkit";

    static Command Root(TextWriter output, TextWriter error) => new("mimkit", About)
    {
        new HelpOption(),
        new VersionOption(),
        RunCommand.Create(output, error),
        DataCommand.Create(output),
        PretrainCommand.Create(output),
        CheckCommand.Create(output),
        TeacherCommand.Create(output),
        TokenizerCommand.Create(output),
        TokenizerCommand.CreateTcas(output),
        ArtefactsCommand.Create(output),
        ArtefactsCommand.CreateStudy(output),
        ClaimsCommand.Create(output),
        ResultsCommand.Create(output),
        BenchCommand.Create(output),
        DoctorCommand.Create(output),
        KernelCommand.Create(output),
        EvaluateCommand.Create(output),
        ExportCommand.Create(output),
    };

    // Exceptions whose message says what was wrong and what to do; anything else is a defect and shows where it came from.
    static bool IsForTheUser(Exception e) =>
        e is DataException or DivergedException or RankLostException or CodebookCollapsedException or NotebookFormatException or ConnectionException or ParameterException or PeerException or TorchException or NativeLibraryException or
            ArgumentException or InvalidDataException or IOException or UnauthorizedAccessException;
}
