using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace MimKit.Training;

/// <summary>
/// Writes a property declared as an abstract class (a masking, a view) as what it really is, its type's name first. By itself the
/// serializer would lose the ratio, or refuse a masking that a notebook derived.
/// </summary>
sealed class RuntimeTypeConverter<T> : JsonConverter<T> where T : class
{
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        var json = new JsonObject { ["kind"] = value.GetType().Name };
        foreach (var (name, part) in JsonSerializer.SerializeToNode(value, value.GetType(), options)!.AsObject()) json[name] = part?.DeepClone();
        json.WriteTo(writer, options);
    }

    public override T Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        throw new NotSupportedException($"A {type.Name} is written for the record; it is not read back.");
}

/// <summary>Gives every such property its converter; used as a contract's modifier.</summary>
static class RuntimeTypes
{
    public static void Write(JsonTypeInfo contract)
    {
        if (contract.Kind != JsonTypeInfoKind.Object) return;
        foreach (var property in contract.Properties)
            if (property.PropertyType is { IsClass: true, IsAbstract: true } type)
                property.CustomConverter = (JsonConverter)Activator.CreateInstance(typeof(RuntimeTypeConverter<>).MakeGenericType(type))!;
    }
}
