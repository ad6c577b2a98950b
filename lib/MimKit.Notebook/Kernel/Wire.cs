using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace MimKit.Notebook;

/// <summary>The channels on which messages are exchanged.</summary>
enum Channel { Shell, Control, Stdin, IoPub }

/// <summary>
/// The kernel's end of the connection. One thread owns every socket and answers the heartbeat: it never waits for a cell. Other threads
/// leave what they send in a queue.
/// </summary>
sealed class Wire : IDisposable
{
    const int PatienceMs = 10_000;                         // for the first subscriber, before what is published is lost
    const int MostUnheard = 10_000;                        // messages that wait for it
    const int RetryMs = 50;
    const long MostBytes = 1L << 30;                       // of one frame

    readonly Framing _framing;
    readonly Action<Channel, Message> _received;
    readonly Action<string> _log;
    readonly ConcurrentQueue<(Channel Channel, List<byte[]> Frames)> _toSend = [];
    readonly nint _context = Zmq.NewContext();
    readonly nint _heartbeat, _wakeIn, _wakeOut;
    readonly nint[] _sockets;
    readonly Queue<List<byte[]>> _unheard = [];
    readonly Lock _waking = new();
    readonly Thread _thread;
    readonly long _opened = Environment.TickCount64;
    List<byte[]>? _unasked;                                // a cell's question, while the front end's stdin channel is not there to take it
    bool _heard;
    volatile bool _closing;

    /// <param name="connection">The addresses to bind.</param>
    /// <param name="received">Gets every valid message, on the wire's thread: it must return at once.</param>
    /// <param name="log">Gets a line for every message that was dropped.</param>
    public Wire(Connection connection, Action<Channel, Message> received, Action<string> log)
    {
        (_framing, _received, _log) = (new Framing(connection.Key), received, log);
        _sockets = [Bound(Zmq.Router, connection.Shell), Bound(Zmq.Router, connection.Control), Bound(Zmq.Router, connection.Stdin), Bound(Zmq.XPub, connection.IoPub)];
        Zmq.Set(_sockets[(int)Channel.Stdin], Zmq.RouterMandatory, 1);     // a cell may run before its front end's stdin channel has connected
        _heartbeat = Bound(Zmq.Rep, connection.Heartbeat);
        (_wakeIn, _wakeOut) = (Zmq.Open(_context, Zmq.Pair), Zmq.Open(_context, Zmq.Pair));
        Zmq.Bind(_wakeOut, "inproc://wake");
        Zmq.Connect(_wakeIn, "inproc://wake");
        _thread = new Thread(Loop) { IsBackground = true, Name = "jupyter wire" };
        _thread.Start();

        nint Bound(int type, int port)
        {
            var socket = Zmq.Open(_context, type);
            Zmq.Set(socket, Zmq.Linger, 1000);
            Zmq.Set(socket, Zmq.SendLimit, 0);             // nothing of a flood is lost; the cell is what slows down
            Zmq.Set(socket, Zmq.MaxMessageSize, MostBytes);
            Zmq.Bind(socket, connection.Address(port));
            return socket;
        }
    }

    /// <summary>Answers a request on the channel it came by.</summary>
    public void Reply(Channel channel, Message request, string type, JsonObject content) => Send(channel, _framing.Write(request.Identities, type, request.Header, content));

    /// <summary>Tells every front end.</summary>
    public void Publish(Message parent, string type, JsonObject content, JsonObject? metadata = null, IEnumerable<byte[]>? buffers = null) =>
        Send(Channel.IoPub, _framing.Write([System.Text.Encoding.ASCII.GetBytes(type)], type, parent.Header, content, metadata, buffers));

    void Send(Channel channel, List<byte[]> frames)
    {
        _toSend.Enqueue((channel, frames));
        Wake();
    }

    void Wake()
    {
        lock (_waking)
            if (!_closing) Zmq.Send(_wakeIn, [[]]);
    }

    void Loop()
    {
        Zmq.PollItem[] items = [.. _sockets.Append(_heartbeat).Append(_wakeOut).Select(socket => new Zmq.PollItem { Socket = socket, Events = Zmq.Readable })];
        while (!_closing)
        {
            Zmq.Poll(items, _unheard.Count > 0 || _unasked is not null ? RetryMs : -1);
            for (var i = 0; i < _sockets.Length; i++)
                if (items[i].Found != 0) Take((Channel)i);
            if (items[^2].Found != 0) Zmq.Send(_heartbeat, Zmq.Receive(_heartbeat));
            if (items[^1].Found != 0) Zmq.Receive(_wakeOut);
            SendAll();
        }
        SendAll();
        foreach (var socket in _sockets.Append(_heartbeat).Append(_wakeOut)) Zmq.Close(socket);
    }

    void Take(Channel channel)
    {
        var frames = Zmq.Receive(_sockets[(int)channel]);
        if (channel == Channel.IoPub)
        {
            _heard |= frames[0] is [1, ..];                // a subscription
            return;
        }
        try { _received(channel, _framing.Read(frames)); }
        catch (MalformedMessageException e) { _log($"dropped a message on {channel}: {e.Message}"); }
    }

    void SendAll()
    {
        if (!_heard) _heard = _unheard.Count > MostUnheard || Environment.TickCount64 - _opened > PatienceMs;
        if (_heard) while (_unheard.TryDequeue(out var late)) Zmq.Send(_sockets[(int)Channel.IoPub], late);
        while (_toSend.TryDequeue(out var message))
            if (message.Channel == Channel.IoPub && !_heard) _unheard.Enqueue(message.Frames);
            else if (message.Channel == Channel.Stdin) _unasked = message.Frames;
            else Zmq.Send(_sockets[(int)message.Channel], message.Frames);
        if (_unasked is not null && Zmq.Send(_sockets[(int)Channel.Stdin], _unasked)) _unasked = null;
    }

    /// <summary>Sends what is queued and closes.</summary>
    public void Dispose()
    {
        lock (_waking)
        {
            if (_closing) return;
            _closing = true;
            Zmq.Send(_wakeIn, [[]]);
        }
        _thread.Join();
        Zmq.Close(_wakeIn);
        Zmq.End(_context);
    }
}
