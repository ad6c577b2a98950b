using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace MimKit.Training;

/// <summary>
/// Writes a property declared as one of the kit's abstract types (a masking, a view) as what it really is, its type's name first;
/// by itself the serializer would write the declared type and lose the ratio.
/// </summary>
sealed class RuntimeTypeConverter : JsonConverterFactory
{
    public override bool CanConvert(Type type) => type is { IsClass: true, IsAbstract: true, Namespace: { } space } && space.StartsWith(nameof(MimKit), StringComparison.Ordinal);

    public override JsonConverter CreateConverter(Type type, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Writer<>).MakeGenericType(type))!;

    sealed class Writer<T> : JsonConverter<T> where T : class
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
}
