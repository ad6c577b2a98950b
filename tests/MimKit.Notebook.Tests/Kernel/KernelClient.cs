using System.Text;
using System.Text.Json.Nodes;

namespace MimKit.Notebook.Tests;

/// <summary>A front end over the real protocol: five sockets, signed messages. The kernel is in this process, or in another that was given <see cref="File"/>.</summary>
sealed class KernelClient : IDisposable
{
    const int PatienceMs = 120_000;                        // a busy machine

    readonly string _folder = Directory.CreateTempSubdirectory("kernel-").FullName;
    readonly nint _context = Zmq.NewContext();
    readonly Connection _connection;
    readonly Framing _framing;
    readonly Dictionary<Channel, nint> _sockets;
    readonly nint _heartbeat;

    /// <param name="key">Signs the messages.</param>
    /// <param name="stdin">False leaves the stdin channel to <see cref="ConnectStdin"/>.</param>
    public KernelClient(string key = "secret", bool stdin = true)
    {
        _connection = new Connection("ipc", Path.Combine(_folder, "s"), 1, 2, 3, 4, 5, Encoding.UTF8.GetBytes(key));
        _framing = new Framing(_connection.Key);
        System.IO.File.WriteAllText(File, new JsonObject
        {
            ["transport"] = "ipc", ["ip"] = _connection.Ip, ["shell_port"] = 1, ["control_port"] = 2, ["stdin_port"] = 3, ["iopub_port"] = 4, ["hb_port"] = 5,
            ["key"] = key, ["signature_scheme"] = "hmac-sha256",
        }.ToJsonString());
        _sockets = new()
        {
            [Channel.Shell] = Open(Zmq.Dealer, 1), [Channel.Control] = Open(Zmq.Dealer, 2), [Channel.IoPub] = Open(Zmq.Sub, 4),
        };
        if (stdin) ConnectStdin();
        Zmq.Set(_sockets[Channel.IoPub], Zmq.Subscribe, []);
        _heartbeat = Open(Zmq.Req, 5);
    }

    /// <summary>The connection file.</summary>
    public string File => Path.Combine(_folder, "connection.json");

    public void ConnectStdin() => _sockets[Channel.Stdin] = Open(Zmq.Dealer, 3);

    nint Open(int type, int port)
    {
        var socket = Zmq.Open(_context, type);
        Zmq.Set(socket, Zmq.Linger, 0);
        foreach (var option in new[] { Zmq.SendLimit, Zmq.ReceiveLimit }) Zmq.Set(socket, option, 0);
        if (type == Zmq.Dealer) Zmq.Set(socket, Zmq.Identity, Encoding.ASCII.GetBytes("client"));        // one identity on all channels, as the protocol asks
        Zmq.Connect(socket, _connection.Address(port));
        return socket;
    }

    /// <summary>Sends a request and returns the id under which answers name it as their parent.</summary>
    public string Send(Channel channel, string type, JsonObject content)
    {
        var frames = _framing.Write([], type, "{}"u8.ToArray(), content);
        Zmq.Send(_sockets[channel], frames);
        return (string)JsonNode.Parse(frames[2])!["msg_id"]!;
    }

    /// <summary>Sends frames as they are.</summary>
    public void SendRaw(Channel channel, params byte[][] frames) => Zmq.Send(_sockets[channel], frames);

    /// <summary>The next message of the channel, or null where none comes in time.</summary>
    public Message? Receive(Channel channel, int milliseconds = PatienceMs) => Wait(_sockets[channel], milliseconds) ? _framing.Read(Zmq.Receive(_sockets[channel])) : null;

    /// <summary>Whether the kernel echoes on the heartbeat channel.</summary>
    public bool Beats()
    {
        Zmq.Send(_heartbeat, ["ping"u8.ToArray()]);
        return Wait(_heartbeat, PatienceMs) && Zmq.Receive(_heartbeat)[0].AsSpan().SequenceEqual("ping"u8);
    }

    static bool Wait(nint socket, int milliseconds)
    {
        var until = Environment.TickCount64 + milliseconds;
        var items = new[] { new Zmq.PollItem { Socket = socket, Events = Zmq.Readable } };
        while (Environment.TickCount64 < until)
        {
            Zmq.Poll(items, (int)Math.Max(1, until - Environment.TickCount64));
            if (items[0].Found != 0) return true;
        }
        return false;
    }

    /// <summary>Sends a request and waits for its reply.</summary>
    public JsonObject Ask(string type, JsonObject? content = null, Channel channel = Channel.Shell) => Reply(Send(channel, type, content ?? []), channel);

    /// <summary>The reply to a request.</summary>
    public JsonObject Reply(string id, Channel channel = Channel.Shell)
    {
        while (Receive(channel) is { } message)
            if (ParentOf(message) == id) return message.Content;
        throw new TimeoutException($"no reply on {channel}");
    }

    public string Start(string code, bool stdin = false) => Send(Channel.Shell, "execute_request", new JsonObject { ["code"] = code, ["allow_stdin"] = stdin });

    /// <summary>Runs a cell to its end.</summary>
    public Ran Run(string code) => End(Start(code));

    /// <summary>Waits for a cell's reply and for all it published until idle.</summary>
    public Ran End(string id)
    {
        var published = new List<Message>();
        while (Receive(Channel.IoPub) is { } message)
        {
            if (ParentOf(message) != id) continue;
            published.Add(message);
            if (message.Type == "status" && message.Content.Text("execution_state") == "idle") return new Ran(Reply(id), published);
        }
        throw new TimeoutException("the cell does not become idle");
    }

    /// <summary>Waits until something of a kind is published.</summary>
    public Message Published(Func<Message, bool> wanted)
    {
        while (Receive(Channel.IoPub) is { } message)
            if (wanted(message)) return message;
        throw new TimeoutException("it was not published");
    }

    static string ParentOf(Message message) => message.Parent.Text("msg_id");

    public void Dispose()
    {
        foreach (var socket in _sockets.Values.Append(_heartbeat)) Zmq.Close(socket);
        Zmq.End(_context);
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>A cell that was run: its reply and what was published for it.</summary>
sealed record Ran(JsonObject Reply, IReadOnlyList<Message> Published)
{
    public string Status => Reply.Text("status");

    public string Out => Stream("stdout");

    public string Error => Stream("stderr");

    public string? Result => Of("execute_result").Select(message => message.Content.Object("data").Text("text/plain")).LastOrDefault();

    public string Traceback => string.Join('\n', Reply["traceback"]?.AsArray().Select(line => (string)line!) ?? []);

    public IEnumerable<Message> Of(string type) => Published.Where(message => message.Type == type);

    string Stream(string name) => string.Concat(Of("stream").Where(message => message.Content.Text("name") == name).Select(message => message.Content.Text("text")));
}
