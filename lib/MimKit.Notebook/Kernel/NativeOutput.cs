using System.Runtime.InteropServices;
using System.Text;

namespace MimKit.Notebook;

/// <summary>
/// Takes what native code and child processes write to the process's own standard output and error, and gives it to the running cell.
/// The real streams go on under <see cref="CellConsole"/>'s terminal writers.
/// </summary>
static partial class NativeOutput
{
    static readonly ManualResetEventSlim[] Marked = [new(), new(), new()];       // by descriptor
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Call before anything is printed, once in a process that serves as a kernel.</summary>
    /// <param name="running">The output of the cell that runs or ran last; null before the first.</param>
    public static void Redirect(Func<IOutputSink?> running)
    {
        CellConsole.UseTerminal(Divert(1, CellStream.Out, running), Divert(2, CellStream.Error, running));
    }

    static StreamWriter Divert(int descriptor, CellStream stream, Func<IOutputSink?> running)
    {
        Span<int> ends = stackalloc int[2];
        var real = dup(descriptor);
        if (real < 0 || pipe(ref MemoryMarshal.GetReference(ends)) != 0 || dup2(ends[1], descriptor) < 0)
            throw new IOException($"Standard stream {descriptor} cannot be taken: {Marshal.GetLastPInvokeErrorMessage()}.");
        _ = close(ends[1]);
        var written = new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(ends[0], ownsHandle: true), FileAccess.Read, 1);
        var terminal = new StreamWriter(new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(real, ownsHandle: true), FileAccess.Write, 1)) { AutoFlush = true };
        new Thread(() => Pump(written, descriptor, running, terminal)) { IsBackground = true, Name = $"native {stream}" }.Start();
        return terminal;
    }

    static void Pump(FileStream written, int descriptor, Func<IOutputSink?> running, StreamWriter terminal)
    {
        var decoder = Encoding.UTF8.GetDecoder();          // a character may arrive in two parts
        var bytes = new byte[1 << 16];
        var text = new char[1 << 16];
        while (written.Read(bytes) is > 0 and var count)
        {
            var all = new string(text, 0, decoder.GetChars(bytes.AsSpan(0, count), text, flush: false));
            var part = all.Replace("\0", "");
            if (part.Length > 0 && running() is { } cell) cell.Write(descriptor == 1 ? CellStream.Out : CellStream.Error, part);
            else if (part.Length > 0) terminal.Write(part);
            if (part.Length < all.Length) Marked[descriptor].Set();
        }
    }

    /// <summary>Makes C's own buffers give what they hold and waits until a mark behind it has come through, so that a cell's native output comes before its end.</summary>
    public static void Flush()
    {
        _ = fflush(0);
        byte mark = 0;
        for (var descriptor = 1; descriptor <= 2; descriptor++)
        {
            Marked[descriptor].Reset();
            if (write(descriptor, in mark, 1) == 1) Marked[descriptor].Wait(Patience);
        }
    }

    [LibraryImport("libc")] private static partial int dup(int descriptor);
    [LibraryImport("libc")] private static partial int dup2(int from, int to);
    [LibraryImport("libc")] private static partial nint write(int descriptor, in byte bytes, nuint count);
    [LibraryImport("libc")] private static partial int close(int descriptor);
    [LibraryImport("libc", SetLastError = true)] private static partial int pipe(ref int ends);
    [LibraryImport("libc")] private static partial int fflush(nint all);
}
