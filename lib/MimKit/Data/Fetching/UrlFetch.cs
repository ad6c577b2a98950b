using System.Net;
using System.Net.Http.Headers;

namespace MimKit.Data;

/// <summary>
/// Downloads into NAME.partial and goes on where an earlier download stopped: the server's ETag (or date) is kept beside it, so that halves
/// of two different files are never joined.
/// </summary>
internal static class UrlFetch
{
    private static readonly HttpClient Client = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(30) }) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Ending of the file that says which version of a file the partial one is of.</summary>
    internal const string Stamp = ".etag";

    /// <returns>the arrived file, still under its partial name</returns>
    public static string Get(string url, DataFile file, DataManifest manifest, TextWriter output, CancellationToken cancellation)
    {
        var packed = url.EndsWith(".gz", StringComparison.Ordinal) && !file.Name.EndsWith(".gz", StringComparison.Ordinal);
        var partial = Path.Combine(Directory.CreateDirectory(DataFolder.Of(manifest)).FullName, file.Name + (packed ? ".gz" : "") + ".partial");
        try
        {
            Receive(url, partial, file, output, cancellation);
            return partial;
        }
        catch (Exception problem) when (problem is HttpRequestException or IOException)
        {
            throw new DataException($"{problem.Message}{(File.Exists(partial) ? $" ({new FileInfo(partial).Length:N0} bytes are kept; fetch again to go on from there)" : "")}", problem);
        }
    }

    private static void Receive(string url, string partial, DataFile file, TextWriter output, CancellationToken cancellation)
    {
        var (stamp, have) = (partial + Stamp, File.Exists(partial) ? new FileInfo(partial).Length : 0);
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        if (have > 0 && File.Exists(stamp))
        {
            request.Headers.Range = new RangeHeaderValue(have, null);
            request.Headers.TryAddWithoutValidation("If-Range", File.ReadAllText(stamp));
        }
        using var answer = Client.Send(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (answer.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && answer.Content.Headers.ContentRange?.Length == have) return;   // all of it had come
        if (!answer.IsSuccessStatusCode) throw new HttpRequestException($"the server answered {(int)answer.StatusCode} {answer.ReasonPhrase}");
        if (answer.StatusCode != HttpStatusCode.PartialContent) have = 0;
        KeepStamp(stamp, answer);
        var total = have + answer.Content.Headers.ContentLength ?? file.Bytes ?? 0;
        DiskSpace.Check(Path.GetDirectoryName(partial)!, total - have);
        using var from = answer.Content.ReadAsStream(cancellation);
        using var to = new FileStream(partial, have > 0 ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 16);
        Copy(from, to, have, total, file.Name, output, cancellation);
        to.Flush(flushToDisk: true);
        if (total > 0 && to.Length < total) throw new IOException($"the connection ended after {to.Length:N0} of {total:N0} bytes");
    }

    private static void KeepStamp(string stamp, HttpResponseMessage answer)
    {
        if (answer.Headers.ETag is { IsWeak: false } tag) File.WriteAllText(stamp, tag.ToString());
        else if (answer.Content.Headers.LastModified is { } date) File.WriteAllText(stamp, date.ToString("R"));
        else File.Delete(stamp);
    }

    private static void Copy(Stream from, Stream to, long done, long total, string name, TextWriter output, CancellationToken cancellation)
    {
        var (buffer, start, began, shown) = (new byte[1 << 17], done, Environment.TickCount64, 0L);
        for (int read; (read = from.Read(buffer)) > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            to.Write(buffer, 0, read);
            done += read;
            if (Environment.TickCount64 - shown < 200) continue;
            shown = Environment.TickCount64;
            var speed = (done - start) / 1e3 / Math.Max(1, shown - began);
            output.Write($"\r{name}: {done / 1e6:F0}{(total > 0 ? $" of {total / 1e6:F0}" : "")} MB at {speed:F1} MB/s   ");
        }
        if (shown > 0) output.Write("\r" + new string(' ', name.Length + 40) + "\r");
    }
}
