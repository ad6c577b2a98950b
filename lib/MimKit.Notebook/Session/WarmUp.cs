using Microsoft.CodeAnalysis.CSharp;

namespace MimKit.Notebook;

/// <summary>
/// Compiles and runs a small piece of code that nobody sees, so that the compiler and what most cells need of the runtime are warm when a
/// cell comes: most of what a first cell waits for is code that runs for the first time.
/// </summary>
static class WarmUp
{
    const string Code = "using System.Linq; using System.Threading.Tasks; await Task.FromResult($\"{new[] { 1 }.Sum()}\")";
    static readonly TimeSpan UntilCell = TimeSpan.FromMilliseconds(50);
    static int _begun;

    /// <summary>Once in a process, as early as possible: on another core than the one where the host and the session get ready.</summary>
    public static void Begin()
    {
        if (Interlocked.Exchange(ref _begun, 1) != 0) return;
        Alone(() => Run(Small()));
    }

    internal static Built Small() => Built.Of("", Code, [.. Platform.Files("System.Private.CoreLib", "System.Runtime", "System.Linq").Select(Built.Library)], previous: null, default);

    /// <summary>The rest, after the session's start, unless a cell comes at once and needs the time itself.</summary>
    public static void AfterStart(Func<CSharpCompilation?> start, CancellationToken cellCame) => Alone(() =>
    {
        if (start() is not { } previous || cellCame.WaitHandle.WaitOne(UntilCell)) return;
        try { Run(Built.Of("", Code, [], previous, cellCame)); }
        catch (OperationCanceledException) { }
    });

    // A thread of its own: the pool has one a core, and the front end's requests need those.
    static void Alone(Action work) => new Thread(() => work()) { IsBackground = true, Name = "warm-up" }.Start();

    static void Run(Built built)
    {
        if (built.IsCode) built.Load(new CellAssemblies())(new object?[2]).Wait();
    }
}
