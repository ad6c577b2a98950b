using System.Text.Json.Nodes;

namespace MimKit.Notebook;

/// <summary>Reads members of a message that others wrote: what is missing or of another kind is as if it were not there.</summary>
static class Field
{
    public static string Text(this JsonObject json, string name) => json[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    public static bool Flag(this JsonObject json, string name, bool otherwise) => json[name] is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : otherwise;

    public static int? Number(this JsonObject json, string name) => json[name] is JsonValue value && value.TryGetValue<int>(out var number) ? number : null;

    public static JsonObject Object(this JsonObject json, string name) => json[name] as JsonObject ?? [];
}
