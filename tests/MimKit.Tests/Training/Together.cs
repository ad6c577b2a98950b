using System.Net;
using System.Net.Sockets;
using MimKit.Runtime;

namespace MimKit.Tests.Training;

/// <summary>A test of several ranks; skipped where this build has no process groups.</summary>
internal sealed class TogetherAttribute : TheoryAttribute
{
    public TogetherAttribute()
    {
        if (!GlooGroup.IsAvailable) Skip = "libmimkit_dist.so was not built: apt-get install libgloo-dev, then ./mimkit setup";
    }
}

/// <summary>Ranks as threads of this process: to Gloo they are strangers on the loopback.</summary>
internal static class Together
{
    /// <summary>Runs one body a rank; gives what each returned, or threw.</summary>
    public static (T? Result, Exception? Error)[] Run<T>(int size, Func<IProcessGroup, T> body, int seconds = 20)
    {
        var port = FreePort();
        var ends = new (T?, Exception?)[size];
        var threads = Enumerable.Range(0, size).Select(rank => new Thread(() =>
        {
            try
            {
                using var group = new GlooGroup(new(rank, size, rank, "127.0.0.1", port) { Network = "127.0.0.1", Timeout = TimeSpan.FromSeconds(seconds) });
                ends[rank] = (body(group), null);
            }
            catch (Exception e)
            {
                ends[rank] = (default, e);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return ends;
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
