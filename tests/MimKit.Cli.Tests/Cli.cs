using System.Diagnostics;

namespace MimKit.Cli.Tests;

/// <summary>What a command said and how it ended.</summary>
sealed record Said(int Code, string Out, string Error);

/// <summary>Runs commands: in this process, as a process of its own, or through the launcher.</summary>
static class Cli
{
    static readonly string Assembly = typeof(CommandLine).Assembly.Location;

    public static Said Run(params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = CommandLine.Run(arguments, output, error);
        return new Said(code, output.ToString(), error.ToString());
    }

    // Started in the background of a script, this process ignores Ctrl-C and so would its children; env gives them the default back.
    public static Process Start(IEnumerable<string> arguments, params (string Name, string Value)[] environment) =>
        StartProgram("env", ["--default-signal=INT", "dotnet", Assembly, .. arguments], Directory.GetCurrentDirectory(), environment);

    public static Process StartProgram(string program, IEnumerable<string> arguments, string folder, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public static Said End(this Process process)
    {
        using (process)
        {
            using var tooLong = new Timer(_ => process.Kill(entireProcessTree: true), null, TimeSpan.FromMinutes(10), Timeout.InfiniteTimeSpan);   // a hang fails instead of holding everything up
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return new Said(process.ExitCode, output, error.Result);
        }
    }
}

/// <summary>A folder that is gone after the test.</summary>
sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("mimkit test ").FullName;     // with a space, as users have

    public string At(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
