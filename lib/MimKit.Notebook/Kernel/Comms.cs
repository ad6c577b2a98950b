using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace MimKit.Notebook;

/// <summary>
/// A line between a cell and code in the front end (Jupyter's comm): <c>Comm.Open("target", data)</c> calls a target that the front end
/// has registered; <c>Comm.Register("target", comm => …)</c> takes calls from it.
/// </summary>
public sealed class Comm
{
    readonly Comms _comms;

    internal Comm(Comms comms, string id, string target) => (_comms, Id, Target) = (comms, id, target);

    public string Id { get; }

    /// <summary>The name under which the other side is registered.</summary>
    public string Target { get; }

    /// <summary>Called with the data of every message of the other side.</summary>
    public event Action<JsonObject>? Received;

    /// <summary>Called when the other side closes.</summary>
    public event Action? Closed;

    /// <summary>Opens a line to a target of the front end.</summary>
    /// <exception cref="InvalidOperationException">There is no front end: the notebook runs headless.</exception>
    public static Comm Open(string target, JsonObject? data = null) => Comms.Here.Open(target, data ?? []);

    /// <summary>Takes lines that the front end opens under this name.</summary>
    public static void Register(string target, Action<Comm> opened) => Comms.Here.Register(target, opened);

    public void Send(JsonObject data, params byte[][] buffers) => _comms.Send("comm_msg", this, data, buffers);

    public void Close() => _comms.Close(this);

    internal void OnReceived(JsonObject data) => Received?.Invoke(data);

    internal void OnClosed() => Closed?.Invoke();
}

/// <summary>The open comms of a kernel.</summary>
sealed class Comms(Wire wire, Func<Message> parent)
{
    static Comms? _here;
    readonly ConcurrentDictionary<string, Comm> _open = [];
    readonly ConcurrentDictionary<string, Action<Comm>> _targets = [];

    /// <summary>The comms of this process's kernel.</summary>
    public static Comms Here
    {
        get => _here ?? throw new InvalidOperationException("There is no front end to open a comm with: this notebook runs headless.");
        set => _here = value;
    }

    public void Register(string target, Action<Comm> opened) => _targets[target] = opened;

    public Comm Open(string target, JsonObject data)
    {
        var comm = _open.GetOrAdd(Guid.NewGuid().ToString("N"), id => new Comm(this, id, target));
        wire.Publish(parent(), "comm_open", new JsonObject { ["comm_id"] = comm.Id, ["target_name"] = target, ["data"] = data.DeepClone() });
        return comm;
    }

    public void Send(string type, Comm comm, JsonObject data, byte[][] buffers) =>
        wire.Publish(parent(), type, new JsonObject { ["comm_id"] = comm.Id, ["data"] = data.DeepClone() }, buffers: buffers);

    public void Close(Comm comm)
    {
        if (_open.TryRemove(comm.Id, out _)) Send("comm_close", comm, [], []);
    }

    /// <summary>comm_open, comm_msg and comm_close of the front end. A target that nobody has registered is closed again at once.</summary>
    public void Take(Message message)
    {
        var (id, data) = (message.Content.Text("comm_id"), message.Content.Object("data"));
        switch (message.Type)
        {
            case "comm_open" when _targets.TryGetValue(message.Content.Text("target_name"), out var opened):
                opened(_open.GetOrAdd(id, _ => new Comm(this, id, message.Content.Text("target_name"))));
                break;
            case "comm_open":
                wire.Publish(message, "comm_close", new JsonObject { ["comm_id"] = id, ["data"] = new JsonObject() });
                break;
            case "comm_msg" when _open.TryGetValue(id, out var comm):
                comm.OnReceived(data);
                break;
            case "comm_close" when _open.TryRemove(id, out var comm):
                comm.OnClosed();
                break;
        }
    }

    /// <summary>Answers comm_info_request.</summary>
    public JsonObject Info(JsonObject request)
    {
        var target = request.Text("target_name");
        var open = _open.Values.Where(comm => target.Length == 0 || comm.Target == target)
            .Select(comm => KeyValuePair.Create(comm.Id, (JsonNode?)new JsonObject { ["target_name"] = comm.Target }));
        return new JsonObject { ["status"] = "ok", ["comms"] = new JsonObject(open) };
    }
}
