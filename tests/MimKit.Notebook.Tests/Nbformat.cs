using System.Diagnostics;

namespace MimKit.Notebook.Tests;

/// <summary>A test that asks Jupyter's own reader; skipped where the distribution's Python does not have it.</summary>
sealed class NbformatFactAttribute : FactAttribute
{
    public NbformatFactAttribute()
    {
        if (!Nbformat.Python("import nbformat")) Skip = "/usr/bin/python3 has no nbformat (apt: python3-nbformat)";
    }
}

static class Nbformat
{
    const string Interpreter = "/usr/bin/python3";

    /// <summary>Whether the code runs without an error or a warning.</summary>
    public static bool Python(string code)
    {
        if (!File.Exists(Interpreter)) return false;
        using var process = Process.Start(new ProcessStartInfo(Interpreter, ["-W", "error", "-c", code]) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
