using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MimKit.Notebook;

/// <summary>One message of Jupyter's protocol, as received.</summary>
/// <param name="Identities">The route back to the sender.</param>
/// <param name="Header">The sender's header, byte for byte: answers carry it as their parent.</param>
/// <param name="Type">Such as execute_request.</param>
/// <param name="Parent">The header of the message that this one answers; empty for requests.</param>
/// <param name="Content">What the type asks for.</param>
/// <param name="Metadata">What else the sender said.</param>
/// <param name="Buffers">Binary parts.</param>
sealed record Message(IReadOnlyList<byte[]> Identities, byte[] Header, string Type, JsonObject Parent, JsonObject Content, JsonObject Metadata, IReadOnlyList<byte[]> Buffers)
{
    /// <summary>When it arrived, as <see cref="Stopwatch.GetTimestamp"/>.</summary>
    public long Arrived { get; } = Stopwatch.GetTimestamp();

    /// <summary>Stands for the parent of what nobody asked for.</summary>
    public static readonly Message None = new([], "{}"u8.ToArray(), "", [], [], [], []);
}

/// <summary>A message that cannot be taken: unsigned, cut off, or not JSON.</summary>
sealed class MalformedMessageException(string message) : Exception(message);

/// <summary>Messages to frames and back, signed with the connection's key.</summary>
sealed class Framing(byte[] key)
{
    const string Protocol = "5.3";                         // 5.4 makes servers of today log that they adapt
    static readonly byte[] Delimiter = "<IDS|MSG>"u8.ToArray();
    static readonly byte[] Empty = "{}"u8.ToArray();

    readonly string _session = Guid.NewGuid().ToString("N");
    long _count;

    /// <exception cref="MalformedMessageException">The frames are not a message, or not signed by who knows the key.</exception>
    public Message Read(byte[][] frames)
    {
        var at = Array.FindIndex(frames, frame => frame.AsSpan().SequenceEqual(Delimiter));
        if (at < 0) throw new MalformedMessageException($"{frames.Length} frames without a delimiter");
        if (frames.Length < at + 6) throw new MalformedMessageException($"{frames.Length - at - 1} frames after the delimiter; a message has at least 5");
        var signed = frames.AsSpan(at + 2, 4);
        if (!IsSigned(frames[at + 1], signed)) throw new MalformedMessageException("the signature does not fit");
        try
        {
            var type = Parse(signed[0]).Text("msg_type");
            if (type.Length == 0) throw new MalformedMessageException("the header names no msg_type");
            return new Message(frames[..at], signed[0], type, Parse(signed[1]), Parse(signed[3]), Parse(signed[2]), frames[(at + 6)..]);
        }
        catch (Exception e) when (e is JsonException or ArgumentException)      // a member twice is an ArgumentException
        {
            throw new MalformedMessageException($"not JSON: {e.Message}");
        }
    }

    public List<byte[]> Write(IEnumerable<byte[]> identities, string type, byte[] parent, JsonObject content, JsonObject? metadata = null, IEnumerable<byte[]>? buffers = null)
    {
        var header = new JsonObject
        {
            ["msg_id"] = $"{_session}_{Interlocked.Increment(ref _count)}", ["session"] = _session, ["username"] = "kernel",
            ["date"] = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture), ["msg_type"] = type, ["version"] = Protocol,
        };
        byte[][] signed = [Bytes(header), parent, metadata is null ? Empty : Bytes(metadata), Bytes(content)];
        return [.. identities, Delimiter, Sign(signed), .. signed, .. buffers ?? []];
    }

    static JsonObject Parse(byte[] json) => JsonNode.Parse(json) as JsonObject ?? throw new MalformedMessageException("a part is not a JSON object");

    static byte[] Bytes(JsonObject json) => Encoding.UTF8.GetBytes(json.ToJsonString());

    bool IsSigned(byte[] signature, ReadOnlySpan<byte[]> parts) => key.Length == 0 || CryptographicOperations.FixedTimeEquals(signature, Sign(parts));

    byte[] Sign(ReadOnlySpan<byte[]> parts)
    {
        if (key.Length == 0) return [];
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        foreach (var part in parts) hash.AppendData(part);
        return Encoding.ASCII.GetBytes(Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}
