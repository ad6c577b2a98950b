using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace MimKit.Notebook;

/// <summary>
/// A Jupyter kernel for C#: serves one front end's connection until it is told to shut down. Requests on the shell channel are answered one
/// after the other; the control channel (interrupt, shutdown) is answered beside a running cell.
/// </summary>
public sealed class JupyterKernel : IDisposable
{
    readonly KernelOptions _options;
    readonly Wire _wire;
    readonly Execution _execution;
    readonly AssistRequests _assist;
    readonly Comms _comms;
    readonly History _history = new();
    readonly Task<Session> _session;
    readonly Channel<Message> _shell = System.Threading.Channels.Channel.CreateUnbounded<Message>(new() { SingleReader = true });
    readonly Channel<Message> _control = System.Threading.Channels.Channel.CreateUnbounded<Message>(new() { SingleReader = true });
    readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly Dictionary<string, Func<Message, Task<JsonObject?>>> _answers;
    Message _serving = Message.None;

    /// <summary>Opens the connection and starts to answer; the session starts in the background.</summary>
    /// <param name="connectionFile">The file that the front end wrote.</param>
    /// <param name="options">What the host adds.</param>
    /// <exception cref="ConnectionException">The file cannot be used.</exception>
    public JupyterKernel(string connectionFile, KernelOptions? options = null)
    {
        _options = options ?? new KernelOptions();
        var connection = Connection.Load(connectionFile);
        WarmUp.Begin();
        _session = Task.Factory.StartNew(() => new Session(_options.Session()), TaskCreationOptions.LongRunning);
        _answers = Answers();
        _wire = new Wire(connection, Received, _options.Log);
        _assist = new AssistRequests(_session);
        _execution = new Execution(_wire, _session, _assist, _history, new PlotlyOnce(_options.PlotlyScript));
        Comms.Here = _comms = new Comms(_wire, () => _serving);
        _wire.Publish(Message.None, "status", new JsonObject { ["execution_state"] = "starting" });
        _ = Task.Run(() => Serve(Channel.Shell, _shell.Reader));
        _ = Task.Run(() => Serve(Channel.Control, _control.Reader));
    }

    /// <summary>Done when a front end has asked the kernel to shut down.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Stops the running cell, as the front end's interrupt does.</summary>
    public void Interrupt() => _execution.Interrupt();

    /// <summary>
    /// For a process that is nothing but this kernel: what native code and child processes print goes to the running cell, and the kernel ends
    /// when the front end that started it is gone.
    /// </summary>
    public void OwnProcess()
    {
        NativeOutput.Redirect(() => _execution.Current);
        _execution.FlushNative = NativeOutput.Flush;
        ParentWatch.Start(End);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => _execution.ProcessEnds();
    }

    /// <summary>Ends the kernel as if the front end had asked for it.</summary>
    public void End() => _ended.TrySetResult();

    Dictionary<string, Func<Message, Task<JsonObject?>>> Answers() => new()
    {
        ["kernel_info_request"] = _ => Task.FromResult<JsonObject?>(KernelInfo()),
        ["execute_request"] = async request => await _execution.Run(request).ConfigureAwait(false),
        ["complete_request"] = async request => await _assist.Complete(request.Content).ConfigureAwait(false),
        ["inspect_request"] = async request => await _assist.Inspect(request.Content).ConfigureAwait(false),
        ["is_complete_request"] = request => Task.FromResult<JsonObject?>(AssistRequests.IsComplete(request.Content)),
        ["history_request"] = request => Task.FromResult<JsonObject?>(_history.Answer(request.Content)),
        ["comm_info_request"] = request => Task.FromResult<JsonObject?>(_comms.Info(request.Content)),
        ["comm_open"] = Comm, ["comm_msg"] = Comm, ["comm_close"] = Comm,
        ["interrupt_request"] = _ => { Interrupt(); return Task.FromResult<JsonObject?>(Ok()); },
        ["shutdown_request"] = request => Task.FromResult<JsonObject?>(new JsonObject { ["status"] = "ok", ["restart"] = request.Content.Flag("restart", false) }),
    };

    Task<JsonObject?> Comm(Message message)
    {
        _comms.Take(message);
        return Task.FromResult<JsonObject?>(null);
    }

    void Received(Channel channel, Message message)
    {
        if (channel == Channel.Control) _control.Writer.TryWrite(message);
        else if (channel == Channel.Shell) _shell.Writer.TryWrite(message);
        else if (message.Type == "input_reply") _execution.Answered(message.Content);
    }

    async Task Serve(Channel channel, ChannelReader<Message> queue)
    {
        await foreach (var request in queue.ReadAllAsync().ConfigureAwait(false))
        {
            if (channel == Channel.Shell) _serving = request;
            _wire.Publish(request, "status", new JsonObject { ["execution_state"] = "busy" });
            await Answer(channel, request).ConfigureAwait(false);
            _wire.Publish(request, "status", new JsonObject { ["execution_state"] = "idle" });
            if (request.Type == "shutdown_request") End();
        }
    }

    async Task Answer(Channel channel, Message request)
    {
        var type = request.Type.EndsWith("_request") ? request.Type[..^"request".Length] + "reply" : null;
        JsonObject? content;
        try
        {
            if (!_answers.TryGetValue(request.Type, out var answer)) throw new NotSupportedException($"This kernel knows no {request.Type}.");
            content = await answer(request).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _options.Log($"{request.Type} failed: {(e is NotSupportedException ? e.Message : e)}");
            content = new JsonObject { ["status"] = "error", ["ename"] = e.GetType().Name, ["evalue"] = e.Message, ["traceback"] = new JsonArray() };
        }
        if (content is null || type is null) return;
        _wire.Reply(channel, request, type, content);
        if (type == "shutdown_reply") _wire.Publish(request, type, (JsonObject)content.DeepClone());
    }

    JsonObject KernelInfo() => new()
    {
        ["status"] = "ok", ["protocol_version"] = "5.3", ["implementation"] = _options.Implementation, ["implementation_version"] = _options.Version,
        ["banner"] = _options.Banner, ["debugger"] = false,
        ["language_info"] = new JsonObject
        {
            ["name"] = "C#", ["version"] = "14.0", ["file_extension"] = ".cs", ["mimetype"] = "text/x-csharp", ["pygments_lexer"] = "csharp", ["codemirror_mode"] = "text/x-csharp",
        },
        ["help_links"] = new JsonArray([.. _options.HelpLinks.Select(link => (JsonNode)new JsonObject { ["text"] = link.Key, ["url"] = link.Value })]),
    };

    static JsonObject Ok() => new() { ["status"] = "ok" };

    /// <summary>Sends what is queued and closes the connection.</summary>
    public void Dispose()
    {
        _wire.Dispose();
        if (_session.IsCompletedSuccessfully) _session.Result.Dispose();
    }
}
