using System.Reflection;
using System.Runtime.InteropServices;

namespace MimKit.Notebook;

/// <summary>The few calls of the system's libzmq that a kernel needs. A socket is used by one thread only.</summary>
static partial class Zmq
{
    const string Library = "libzmq.so.5";

    public const int Pair = 0, Sub = 2, Req = 3, Rep = 4, Dealer = 5, Router = 6, XPub = 9;
    public const int Identity = 5, Subscribe = 6, Linger = 17, MaxMessageSize = 22, SendLimit = 23, ReceiveLimit = 24, RouterMandatory = 33;
    public const short Readable = 1;
    const int More = 2, Eintr = 4;

    static Zmq() => NativeLibrary.SetDllImportResolver(typeof(Zmq).Assembly, Find);

    /// <summary>One entry of <see cref="Poll"/>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PollItem
    {
        public nint Socket;
        public int File;
        public short Events;
        public short Found;
    }

    [StructLayout(LayoutKind.Sequential, Size = 64)]
    struct Frame;

    public static nint NewContext() => Checked(zmq_ctx_new());

    /// <summary>Waits for sent messages to leave (each socket's linger time at most) and ends the context.</summary>
    public static void End(nint context) => _ = zmq_ctx_term(context);

    public static nint Open(nint context, int type) => Checked(zmq_socket(context, type));

    public static void Close(nint socket) => _ = zmq_close(socket);

    public static void Bind(nint socket, string address)
    {
        if (zmq_bind(socket, address) != 0) throw new IOException($"The address {address} cannot be used: {Problem()}.");
    }

    public static void Connect(nint socket, string address)
    {
        if (zmq_connect(socket, address) != 0) throw new IOException($"No connection to {address}: {Problem()}.");
    }

    public static void Set(nint socket, int option, int value) => Checked(zmq_setsockopt(socket, option, in value, sizeof(int)) == 0);

    public static void Set(nint socket, int option, long value) => Checked(zmq_setsockopt64(socket, option, in value, sizeof(long)) == 0);

    public static void Set(nint socket, int option, byte[] value) => Checked(zmq_setsockopt(socket, option, value, (nuint)value.Length) == 0);

    /// <summary>Waits until one of the sockets has something to read; −1 waits for ever. A signal may end the wait early.</summary>
    public static void Poll(Span<PollItem> items, int milliseconds = -1)
    {
        if (zmq_poll(ref MemoryMarshal.GetReference(items), items.Length, milliseconds) >= 0) return;
        foreach (ref var item in items) item.Found = 0;
        if (zmq_errno() != Eintr) throw new IOException($"zmq_poll failed: {Problem()}.");
    }

    /// <summary>All frames of one message.</summary>
    public static byte[][] Receive(nint socket)
    {
        var frames = new List<byte[]>();
        bool more;
        do
        {
            var frame = new Frame();
            Checked(zmq_msg_init(ref frame) == 0);
            while (zmq_msg_recv(ref frame, socket, 0) < 0)
                if (zmq_errno() != Eintr) throw new IOException($"zmq_msg_recv failed: {Problem()}.");
            var bytes = new byte[(int)zmq_msg_size(ref frame)];
            if (bytes.Length > 0) Marshal.Copy(zmq_msg_data(ref frame), bytes, 0, bytes.Length);
            frames.Add(bytes);
            more = zmq_msg_more(ref frame) != 0;
            _ = zmq_msg_close(ref frame);
        }
        while (more);
        return [.. frames];
    }

    /// <summary>Sends one message. False where the peer is gone or, under <see cref="RouterMandatory"/>, not there yet: nothing was sent.</summary>
    public static bool Send(nint socket, IReadOnlyList<byte[]> frames)
    {
        for (var i = 0; i < frames.Count; i++)
            while (zmq_send(socket, in MemoryMarshal.GetArrayDataReference(frames[i]), (nuint)frames[i].Length, i < frames.Count - 1 ? More : 0) < 0)
                if (zmq_errno() != Eintr) return false;
        return true;
    }

    static nint Find(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Library) return 0;
        var conda = Environment.GetEnvironmentVariable("CONDA_PREFIX");
        if (NativeLibrary.TryLoad(Library, out var found) || conda is not null && NativeLibrary.TryLoad(Path.Combine(conda, "lib", Library), out found)) return found;
        throw new DllNotFoundException($"{Library} was not found, and a Jupyter kernel speaks through it.\n  fix: apt-get install libzmq5, or conda install -c conda-forge zeromq");
    }

    static string Problem() => Marshal.PtrToStringUTF8(zmq_strerror(zmq_errno())) ?? "unknown";

    static nint Checked(nint handle) => handle != 0 ? handle : throw new IOException($"libzmq: {Problem()}.");

    static void Checked(bool done)
    {
        if (!done) throw new IOException($"libzmq: {Problem()}.");
    }

    [LibraryImport(Library)] private static partial nint zmq_ctx_new();
    [LibraryImport(Library)] private static partial int zmq_ctx_term(nint context);
    [LibraryImport(Library)] private static partial nint zmq_socket(nint context, int type);
    [LibraryImport(Library)] private static partial int zmq_close(nint socket);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] private static partial int zmq_bind(nint socket, string address);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] private static partial int zmq_connect(nint socket, string address);
    [LibraryImport(Library)] private static partial int zmq_setsockopt(nint socket, int option, in int value, nuint size);
    [LibraryImport(Library)] private static partial int zmq_setsockopt(nint socket, int option, byte[] value, nuint size);
    [LibraryImport(Library, EntryPoint = "zmq_setsockopt")] private static partial int zmq_setsockopt64(nint socket, int option, in long value, nuint size);
    [LibraryImport(Library)] private static partial int zmq_poll(ref PollItem items, int count, long milliseconds);
    [LibraryImport(Library)] private static partial int zmq_msg_init(ref Frame frame);
    [LibraryImport(Library)] private static partial int zmq_msg_recv(ref Frame frame, nint socket, int flags);
    [LibraryImport(Library)] private static partial nuint zmq_msg_size(ref Frame frame);
    [LibraryImport(Library)] private static partial nint zmq_msg_data(ref Frame frame);
    [LibraryImport(Library)] private static partial int zmq_msg_more(ref Frame frame);
    [LibraryImport(Library)] private static partial int zmq_msg_close(ref Frame frame);
    [LibraryImport(Library)] private static partial int zmq_send(nint socket, in byte bytes, nuint size, int flags);
    [LibraryImport(Library)] private static partial int zmq_errno();
    [LibraryImport(Library)] private static partial nint zmq_strerror(int error);
}
