using System.Diagnostics;

namespace MimKit.Notebook;

/// <summary><c>#!sh</c>: the lines run in a shell of their own, in the notebook's folder.</summary>
static class Shell
{
    public static async Task<object?> Run(CodePart part, string folder, IOutputSink sink, CancellationToken cancellation)
    {
        var shell = File.Exists("/bin/bash") ? "/bin/bash" : "/bin/sh";
        using var process = Process.Start(new ProcessStartInfo(shell, ["-c", part.Code])
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        })!;
        process.StandardInput.Close();
        var copies = Task.WhenAll(Copy(process.StandardOutput, CellStream.Out, sink), Copy(process.StandardError, CellStream.Error, sink));
        try
        {
            await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
            await copies.WaitAsync(TimeSpan.FromSeconds(1), cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException) { }                       // a child that stays in the background holds the pipe
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        return process.ExitCode == 0 ? null : throw CellError.OfCode(part, $"The shell ended with exit code {process.ExitCode}.");
    }

    public static async Task Copy(StreamReader from, CellStream stream, IOutputSink sink)
    {
        var buffer = new char[4096];
        while (await from.ReadAsync(buffer).ConfigureAwait(false) is > 0 and var count)
        {
            var text = new string(buffer, 0, count);
            CellContext.Outside(() => sink.Write(stream, text));
        }
    }
}
