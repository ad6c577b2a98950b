using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MimKit.Notebook;

/// <summary><c>#!python</c>: one Python process for the session. Code and values go over a socket, so that printing stays the program's own.</summary>
sealed class Python(SessionOptions options) : ILanguage
{
    readonly string _folder = Directory.CreateTempSubdirectory("python-").FullName;
    Process? _process;
    StreamReader? _replies;
    StreamWriter? _requests;
    StreamReader? _out, _error;

    public async Task<object?> Run(CodePart part, IOutputSink sink, CancellationToken cancellation)
    {
        var reply = await Ask(new JsonObject { ["run"] = part.Code }, part.Arguments, sink, cancellation).ConfigureAwait(false);
        if (reply["error"] is not null)
        {
            cancellation.ThrowIfCancellationRequested();
            throw Failed(part, reply);
        }
        return reply["forms"] is JsonObject forms ? new Shown(forms) : null;
    }

    public async Task Set(string name, object? value)
    {
        var sent = options.Tensors?.Take(value!) ?? SharedArray.Of(value);
        var json = sent is null ? new JsonObject { ["json"] = JsonSerializer.SerializeToNode(value) } : new JsonObject
        {
            ["type"] = sent.Type, ["shape"] = new JsonArray([.. sent.Shape.Select(size => (JsonNode)size)]), ["tensor"] = sent.IsTensor, ["data"] = Convert.ToBase64String(sent.Data),
        };
        ThrowIfFailed(await Ask(new JsonObject { ["set"] = name, ["value"] = json }, "", null, default).ConfigureAwait(false));
    }

    public async Task<object?> Get(string name)
    {
        var reply = await Ask(new JsonObject { ["get"] = name }, "", null, default).ConfigureAwait(false);
        ThrowIfFailed(reply);
        if (reply["missing"] is not null) throw new KeyNotFoundException(name);
        var value = reply.Object("value");
        if (value.ContainsKey("json")) return Plain(value["json"]);
        var array = new SharedArray(value.Text("type"), [.. value["shape"]!.AsArray().Select(size => (int)size!)], Convert.FromBase64String(value.Text("data")),
            value.Flag("tensor", false));
        return array.IsTensor && options.Tensors is { } tensors ? tensors.Make(array) : array.ToArray();
    }

    // Lists of numbers become arrays; a mixed list stays JSON.
    static object? Plain(JsonNode? json) => json switch
    {
        null => null,
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        JsonValue value when value.TryGetValue<bool>(out var flag) => flag,
        JsonValue value when value.TryGetValue<int>(out var number) => number,
        JsonValue value when value.TryGetValue<long>(out var number) => number,
        JsonValue value => (double)value,
        JsonArray { Count: > 0 } list when list.All(item => item is JsonValue value && value.TryGetValue<int>(out _)) => list.Select(item => (int)item!).ToArray(),
        JsonArray { Count: > 0 } list when list.All(item => item is JsonValue value && value.TryGetValue<double>(out _)) => list.Select(item => (double)item!).ToArray(),
        JsonArray { Count: > 0 } list when list.All(item => item is JsonValue value && value.TryGetValue<string>(out _)) => list.Select(item => (string)item!).ToArray(),
        _ => json,
    };

    async Task<JsonObject> Ask(JsonObject request, string program, IOutputSink? sink, CancellationToken cancellation)
    {
        if (_process is not { HasExited: false }) await Start(program).ConfigureAwait(false);
        using var stop = cancellation.Register(() => Process.Start("kill", ["-INT", _process!.Id.ToString()]));
        var printed = Task.WhenAll(Copy(_out!, CellStream.Out, sink), Copy(_error!, CellStream.Error, sink));
        await _requests!.WriteLineAsync(request.ToJsonString()).ConfigureAwait(false);
        var line = await _replies!.ReadLineAsync(CancellationToken.None).ConfigureAwait(false);
        if (line is not null) await printed.ConfigureAwait(false);
        else
        {
            await _process!.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            throw new InvalidOperationException($"The Python process ended with code {_process.ExitCode}; its variables are lost. The next #!python cell starts another.");
        }
        return JsonNode.Parse(line)!.AsObject();
    }

    async Task Start(string program)
    {
        var path = Path.Combine(_folder, "python_side.py");
        await using (var source = typeof(Python).Assembly.GetManifestResourceStream("python_side.py")!)
        await using (var file = File.Create(path)) await source.CopyToAsync(file).ConfigureAwait(false);

        var address = Path.Combine(_folder, "socket");
        File.Delete(address);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(address));
        listener.Listen(1);
        var python = program.Length > 0 ? program : Find();
        _process = Process.Start(new ProcessStartInfo(python, ["-u", path, address])
        {
            WorkingDirectory = options.BaseFolder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            Environment = { ["PYTHONPATH"] = string.Join(':', new[] { options.BaseFolder, Environment.GetEnvironmentVariable("PYTHONPATH") }.Where(part => !string.IsNullOrEmpty(part))) },
        })!;
        _process.StandardInput.Close();
        (_out, _error) = (_process.StandardOutput, _process.StandardError);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var stream = new NetworkStream(await listener.AcceptAsync(patience.Token).ConfigureAwait(false), ownsSocket: true);
        (_replies, _requests) = (new StreamReader(stream), new StreamWriter(stream, new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\n" });
    }

    // The environment that the user has activated comes before the system's.
    static string Find()
    {
        if (Environment.GetEnvironmentVariable("MIMKIT_PYTHON") is { Length: > 0 } named) return named;
        foreach (var variable in new[] { "VIRTUAL_ENV", "CONDA_PREFIX" })
            if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } prefix && Path.Combine(prefix, "bin", "python3") is var python && File.Exists(python)) return python;
        return "python3";
    }

    // Each side of the process marks the end of a request's output by a zero character.
    static async Task Copy(StreamReader from, CellStream stream, IOutputSink? sink)
    {
        var buffer = new char[4096];
        while (await from.ReadAsync(buffer).ConfigureAwait(false) is > 0 and var count)
        {
            var ended = buffer[count - 1] == '\0';
            var text = new string(buffer, 0, ended ? count - 1 : count);
            if (text.Length > 0 && sink is not null) CellContext.Outside(() => sink.Write(stream, text));
            if (ended) return;
        }
    }

    static void ThrowIfFailed(JsonObject reply)
    {
        if (reply["error"] is not null) throw new InvalidOperationException($"Python: {reply.Text("error")}: {reply.Text("message")}");
    }

    static CellException Failed(CodePart part, JsonObject reply)
    {
        var lines = reply["lines"]!.AsArray().Select(line => "    " + (string)line!);
        return new CellException(new CellError(CellErrorKind.Runtime, 0, reply.Text("error"), reply.Text("message"), part.Line, null, part.Text,
            [$"Python: {reply.Text("error")}: {reply.Text("message")}", .. lines]));
    }

    sealed class Shown(JsonObject forms)
    {
        public IReadOnlyDictionary<string, object> MimeBundle() => forms.ToDictionary(form => form.Key, form => (object)form.Value!);

        public override string ToString() => forms.Text(Notebook.MimeBundle.Text);
    }

    public void Dispose()
    {
        if (_process is { HasExited: false }) _process.Kill(entireProcessTree: true);
        Directory.Delete(_folder, recursive: true);
    }
}
