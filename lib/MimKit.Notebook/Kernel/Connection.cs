using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MimKit.Notebook;

/// <summary>A connection file that cannot be used; the message says what is wrong with it.</summary>
public sealed class ConnectionException(string message) : Exception(message);

/// <summary>Where a front end expects its kernel: the contents of Jupyter's connection file.</summary>
sealed record Connection(string Transport, string Ip, int Shell, int Control, int Stdin, int IoPub, int Heartbeat, byte[] Key)
{
    /// <exception cref="ConnectionException">The file is missing, or not a connection file this kernel can serve.</exception>
    public static Connection Load(string path)
    {
        if (!File.Exists(path)) throw new ConnectionException($"There is no connection file {Path.GetFullPath(path)}. A Jupyter front end writes it and starts the kernel.");
        JsonObject? file;
        try { file = JsonNode.Parse(File.ReadAllText(path)) as JsonObject; }
        catch (JsonException e) { throw new ConnectionException($"{path} is not a connection file: {e.Message}"); }
        if (file is null) throw new ConnectionException($"{path} is not a connection file: it holds no JSON object.");

        var scheme = file.Text("signature_scheme") is { Length: > 0 } named ? named : "hmac-sha256";
        var transport = file.Text("transport") is { Length: > 0 } given ? given : "tcp";
        if (scheme != "hmac-sha256") throw new ConnectionException($"{path} asks for signatures by '{scheme}'; this kernel signs by hmac-sha256.");
        if (transport is not ("tcp" or "ipc")) throw new ConnectionException($"{path} asks for the transport '{transport}'; this kernel has tcp and ipc.");
        return new Connection(transport, file.Text("ip") is { Length: > 0 } ip ? ip : "127.0.0.1", Port("shell_port"), Port("control_port"), Port("stdin_port"),
            Port("iopub_port"), Port("hb_port"), Encoding.UTF8.GetBytes(file.Text("key")));

        int Port(string name) => file.Number(name) is { } port and >= 0 and <= 65535 ? port : throw new ConnectionException($"{path} has no usable '{name}'.");
    }

    public string Address(int port) => Transport == "ipc" ? $"ipc://{Ip}-{port}" : $"tcp://{Ip}:{port}";
}
