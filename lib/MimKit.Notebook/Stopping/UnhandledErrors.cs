using System.Runtime.ExceptionServices;

namespace MimKit.Notebook;

/// <summary>Errors that nobody catches, on threads and in callbacks that a cell has started, are printed below that cell; without this they end the process.</summary>
static class UnhandledErrors
{
    static int _installed;

    public static void Install()
    {
        if (Interlocked.Exchange(ref _installed, 1) != 0) return;
        try { ExceptionHandling.SetUnhandledExceptionHandler(IsOfACell); }
        catch (InvalidOperationException) { }              // the host has its own
    }

    static bool IsOfACell(Exception e)
    {
        if (CellContext.Current is not { } cell) return false;
        if (e is not (CellStoppedException or ThreadInterruptedException))
            CellContext.Outside(() => cell.Sink.Write(CellStream.Error, $"Not caught, on a thread that the cell has started:\n{UserFrames.Describe(0, e, (_, _) => null).Text}\n"));
        return true;
    }
}
