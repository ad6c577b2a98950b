using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace MimKit.Notebook;

/// <summary>Thrown inside a cell that is being stopped.</summary>
public sealed class CellStoppedException() : OperationCanceledException("The cell was stopped.");

/// <summary>A cell called Environment.Exit: the cell ends, the session stays.</summary>
public sealed class CellExitException(int code) : Exception($"Environment.Exit({code}) ended this cell. The session and its variables stay; restart the kernel to end them.");

/// <summary>
/// What <see cref="CheckedCode"/> writes into the loops and functions of a cell, so that any cell can be stopped and no recursion takes the
/// process with it. Cells do not call these by themselves.
/// </summary>
public static class CellChecks
{
    /// <summary>Some cell is to stop; which one is asked only then.</summary>
    internal static volatile bool Requested;

    /// <summary>Below this address there is too little of the current thread's stack left for another call.</summary>
    [ThreadStatic] internal static nuint LowestAddress;

    /// <summary>At the start of a loop's body.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Loop()
    {
        if (Requested) StopHere();
    }

    /// <summary>At the start of a function's body.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Function()
    {
        byte here;
        if (Requested) StopHere();
        if ((nuint)(&here) < LowestAddress) TooDeep();
    }

    /// <summary>In place of Environment.Exit.</summary>
    [DoesNotReturn]
    public static void Exit(int code) => throw new CellExitException(code);

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void StopHere() => CellContext.Current?.ThrowIfStopping();

    [DoesNotReturn, MethodImpl(MethodImplOptions.NoInlining)]
    static void TooDeep() =>
        throw new InsufficientExecutionStackException("The calls are nested too deep: a function calls itself without end, or a loop is the better form for so many steps.");
}
