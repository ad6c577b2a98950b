using System.Globalization;
using System.Reflection;

namespace MimKit.Cli.Settings;

/// <summary>
/// <c>--set KEY=VALUE</c> on a method's record: a copy with that property changed, as a <c>with</c> expression would. A key may lead into
/// a nested record (<c>Encoder.Width=192</c>); a value may be the name of a preset (<c>Encoder=Base16</c>).
/// </summary>
static class RecordSettings
{
    /// <exception cref="ArgumentException">No such key, or a value that does not fit; the message lists what would.</exception>
    public static T Apply<T>(T config, IEnumerable<string> settings) where T : class =>
        settings.Aggregate(config, (changed, setting) => (T)Apply(changed, setting));

    static object Apply(object config, string setting)
    {
        var equals = setting.IndexOf('=');
        if (equals < 1) throw new ArgumentException($"--set {setting}: a setting is given as KEY=VALUE.");
        return With(config, setting[..equals].Split('.'), setting[(equals + 1)..], setting);
    }

    static object With(object config, ReadOnlySpan<string> key, string value, string setting)
    {
        var property = Property(config, key[0], setting);
        var changed = key.Length == 1 ? Value(property.PropertyType, value, setting)
            : With(property.GetValue(config) ?? throw new ArgumentException($"--set {setting}: {key[0]} is not set; give it as a whole."), key[1..], value, setting);
        var copy = Copy(config, setting);
        property.SetValue(copy, changed);
        return copy;
    }

    static PropertyInfo Property(object config, string name, string setting)
    {
        var known = config.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite && property.GetIndexParameters().Length == 0).ToList();
        return known.FirstOrDefault(property => property.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new ArgumentException($"--set {setting}: {config.GetType().Name} has no '{name}'.\n  it has: {string.Join(", ", known.Select(property => property.Name))}");
    }

    // What the compiler calls for `with`.
    static object Copy(object record, string setting) =>
        record.GetType().GetMethod("<Clone>$")?.Invoke(record, null)
        ?? throw new ArgumentException($"--set {setting}: {record.GetType().Name} cannot be changed in parts; give it as a whole.");

    static object? Value(Type type, string text, string setting)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
            return text is "" or "null" ? null : Value(inner, text, setting);
        if (type == typeof(string)) return text;
        if (text == "null" && !type.IsValueType) return null;
        if (type.IsEnum)
            return Enum.TryParse(type, text, ignoreCase: true, out var member) && Enum.IsDefined(type, member!) ? member
                : throw Misfit(setting, text, $"one of {string.Join(", ", Enum.GetNames(type))}");
        if (Presets(type) is { Count: > 0 } presets)
            return presets.FirstOrDefault(preset => preset.Name.Equals(text, StringComparison.OrdinalIgnoreCase)).Value
                ?? throw Misfit(setting, text, $"one of {string.Join(", ", presets.Select(preset => preset.Name))}, or one of its parts: {string.Join(", ", Parts(type))}");
        try
        {
            return Convert.ChangeType(text, type, CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is FormatException or OverflowException or InvalidCastException)
        {
            throw Misfit(setting, text, Kind(type));
        }
    }

    static ArgumentException Misfit(string setting, string text, string wanted) => new($"--set {setting}: '{text}' is not {wanted}.");

    // Static members of a record that are of its own type: VitConfig.Base16.
    static List<(string Name, object? Value)> Presets(Type type) =>
        type.IsPrimitive ? [] :
        [
            .. type.GetProperties(BindingFlags.Public | BindingFlags.Static).Where(member => member.PropertyType == type).Select(member => (member.Name, member.GetValue(null))),
            .. type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(member => member.FieldType == type).Select(member => (member.Name, member.GetValue(null))),
        ];

    static IEnumerable<string> Parts(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite).Select(property => property.Name);

    static string Kind(Type type) =>
        type == typeof(bool) ? "true or false"
        : type == typeof(float) || type == typeof(double) ? "a number such as 0.75 or 1e-3"
        : type == typeof(int) || type == typeof(long) ? "a whole number"
        : type == typeof(uint) || type == typeof(ulong) ? "a whole number from 0"
        : $"a {type.Name}; it cannot be given on the command line";
}
