using System.Net;

namespace MimKit.Cli.Tests;

/// <summary>A web server with one file, that understands ranges and may send slowly.</summary>
sealed class FileServer : IDisposable
{
    readonly HttpListener _listener = new();
    readonly byte[] _content;
    readonly int _chunkPause;

    public FileServer(byte[] content, int chunkPauseMilliseconds)
    {
        (_content, _chunkPause) = (content, chunkPauseMilliseconds);
        for (var port = 40_000 + Environment.ProcessId % 10_000; ; port++)
            try
            {
                _listener.Prefixes.Clear();
                _listener.Prefixes.Add(Url = $"http://127.0.0.1:{port}/");
                _listener.Start();
                break;
            }
            catch (HttpListenerException) { }
        _ = Task.Run(Serve);
    }

    public string Url { get; private set; } = "";
    public int ResumedRequests { get; private set; }

    async Task Serve()
    {
        while (_listener.IsListening)
            try
            {
                _ = Answer(await _listener.GetContextAsync());
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException) { return; }
    }

    async Task Answer(HttpListenerContext context)
    {
        var from = 0;
        if (context.Request.Headers["Range"] is { } range && context.Request.Headers["If-Range"] == "\"v1\"")
        {
            from = int.Parse(range["bytes=".Length..].TrimEnd('-'));
            ResumedRequests++;
        }
        try
        {
            context.Response.Headers["ETag"] = "\"v1\"";
            context.Response.StatusCode = from == 0 ? 200 : from >= _content.Length ? 416 : 206;
            if (from > 0) context.Response.Headers["Content-Range"] = from >= _content.Length ? $"bytes */{_content.Length}" : $"bytes {from}-{_content.Length - 1}/{_content.Length}";
            context.Response.ContentLength64 = Math.Max(0, _content.Length - from);
            for (var at = from; at < _content.Length; at += 1 << 14)
            {
                await context.Response.OutputStream.WriteAsync(_content.AsMemory(at, Math.Min(1 << 14, _content.Length - at)));
                if (_chunkPause > 0) await Task.Delay(_chunkPause);
            }
            context.Response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or IOException or ObjectDisposedException) { }     // the client was killed
    }

    public void Dispose() => _listener.Close();
}
