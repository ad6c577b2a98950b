using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;

namespace MimKit.Torch;

/// <summary>The live tensors that one line of code has made.</summary>
/// <param name="Site">method, file and line: the innermost outside MimKit.Torch</param>
/// <param name="Tensors">how many of them are alive</param>
/// <param name="Bytes">what their elements take; views count as if they were copies</param>
public sealed record TensorSite(string Site, long Tensors, long Bytes);

/// <summary>
/// Says which lines of code the live tensors come from. Off by default, since looking at the stack costs some ten microseconds a tensor: on
/// between <see cref="Watch"/> and its disposal, or for the whole process with <c>MIMKIT_TENSOR_SITES=1</c>. Tensors made before are not known.
/// </summary>
public static class TensorSites
{
    private sealed class Counter(string site) { public readonly string Site = site; public long Tensors, Bytes; }

    private static readonly ConcurrentDictionary<(MethodBase?, int), Counter> Sites = [];
    private static readonly ConcurrentDictionary<nint, (Counter Site, long Bytes)> Alive = [];
    private static int s_watchers = Environment.GetEnvironmentVariable("MIMKIT_TENSOR_SITES") == "1" ? 1 : 0;

    internal static bool Watching => s_watchers > 0;

    /// <summary>Counts from now on, until disposed.</summary>
    public static IDisposable Watch() => new Watcher();

    /// <summary>Every site with live tensors, most bytes first.</summary>
    public static IReadOnlyList<TensorSite> Live() =>
        [.. Sites.Values.Select(c => new TensorSite(c.Site, Interlocked.Read(ref c.Tensors), Interlocked.Read(ref c.Bytes))).Where(s => s.Tensors > 0).OrderByDescending(s => s.Bytes)];

    internal static void Born(nint handle, long bytes)
    {
        var trace = new StackTrace(1, fNeedFileInfo: false);
        var depth = Enumerable.Range(0, trace.FrameCount).FirstOrDefault(i => trace.GetFrame(i)!.GetMethod()?.Module.Assembly != typeof(TensorSites).Assembly, 0);
        var frame = trace.GetFrame(depth);
        var site = Sites.GetOrAdd((frame?.GetMethod(), frame?.GetILOffset() ?? 0), key => new(Describe(key.Item1, new StackTrace(fNeedFileInfo: true))));
        Interlocked.Increment(ref site.Tensors);
        Interlocked.Add(ref site.Bytes, bytes);
        Alive[handle] = (site, bytes);
    }

    internal static void Died(nint handle)
    {
        if (!Alive.TryRemove(handle, out var one)) return;
        Interlocked.Decrement(ref one.Site.Tensors);
        Interlocked.Add(ref one.Site.Bytes, -one.Bytes);
    }

    private static string Describe(MethodBase? method, StackTrace withFiles)
    {
        var frame = withFiles.GetFrames().FirstOrDefault(f => f.GetMethod() == method);
        var file = frame?.GetFileName() is { } path ? $" ({Path.GetFileName(path)}:{frame.GetFileLineNumber()})" : "";
        return $"{method?.DeclaringType?.Name}.{method?.Name}{file}";
    }

    private sealed class Watcher : IDisposable
    {
        private int _on = 1;
        internal Watcher() => Interlocked.Increment(ref s_watchers);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _on, 0) == 0 || Interlocked.Decrement(ref s_watchers) > 0) return;
            Alive.Clear();
            Sites.Clear();
        }
    }
}
