using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;

namespace MimKit.Notebook;

/// <summary>
/// Chooses how a value is shown: by the form that a cell has registered for its type; by its own <c>MimeBundle()</c> method, found by name; as text; or as a table of its items or members.
/// A value that cannot be shown gives a line that says so: showing never fails a run.
/// </summary>
public static class Formatter
{
    static readonly ConcurrentDictionary<Type, MethodInfo?> Bundles = [];

    static readonly ConcurrentDictionary<Type, (string Mime, Func<object, string> Form)> Registered = [];

    /// <summary>From now on values of this type, and of types derived from it, are shown in this form.</summary>
    /// <param name="form">Gives the value's text, HTML …</param>
    /// <param name="mime">What it gives.</param>
    public static void Register<T>(Func<T, string> form, string mime = MimeBundle.Html) => Registered[typeof(T)] = (mime, value => form((T)value));

    /// <summary>All forms of the value; text/plain is always among them.</summary>
    public static MimeBundle Format(object? value)
    {
        try
        {
            return Chosen(value) ?? Own(value) ?? Image(value) ?? Plain(value) ?? ValueTable.Of(value!);
        }
        catch (Exception e)
        {
            var cause = e is TargetInvocationException { InnerException: { } inner } ? inner : e;
            return new MimeBundle().Add(MimeBundle.Text, $"{value?.GetType().Name}: could not be shown ({cause.GetType().Name}: {cause.Message})");
        }
    }

    // The nearest type up the inheritance, then interfaces.
    static MimeBundle? Chosen(object? value)
    {
        if (value is null || Registered.IsEmpty) return null;
        for (var type = value.GetType(); type is not null; type = type.BaseType)
            if (Registered.TryGetValue(type, out var exact)) return Form(exact);
        foreach (var type in value.GetType().GetInterfaces())
            if (Registered.TryGetValue(type, out var general)) return Form(general);
        return null;

        MimeBundle Form((string Mime, Func<object, string> Of) chosen)
        {
            var text = chosen.Of(value);
            return new MimeBundle().Add(chosen.Mime, text).Add(MimeBundle.Text, chosen.Mime == MimeBundle.Text ? text : Line(value) ?? value.ToString() ?? "");
        }
    }

    /// <summary>What <c>public IReadOnlyDictionary&lt;string, object&gt; MimeBundle()</c> gives, or null where the type has no such method.</summary>
    internal static MimeBundle? Own(object? value)
    {
        if (value is null || Bundles.GetOrAdd(value.GetType(), Find) is not { } method) return null;
        var bundle = Of((IEnumerable<KeyValuePair<string, object>>)method.Invoke(value, null)!);
        if (!bundle.Has(MimeBundle.Text)) bundle.Add(MimeBundle.Text, value.ToString() ?? "");
        return bundle;
    }

    /// <summary>The forms that a value has given of itself.</summary>
    internal static MimeBundle Of(IEnumerable<KeyValuePair<string, object>> forms)
    {
        var bundle = new MimeBundle();
        foreach (var (mime, form) in forms)
            if (form is not null) bundle.Add(mime, Node(mime, form));
        return bundle;
    }

    /// <summary>The value as one line of text, or null where it has parts to be shown.</summary>
    internal static string? Line(object? value) => value switch
    {
        null => "null",
        string text => text,
        double number => number.ToString("G10", CultureInfo.InvariantCulture),
        float number => number.ToString("G6", CultureInfo.InvariantCulture),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        bool or char or Type or Delegate or Exception or Version or Uri => value.ToString(),
        _ when !IsCollection(value) && SaysItself(value.GetType()) => value.ToString(),
        _ => null,
    };

    static MethodInfo? Find(Type type) =>
        type.GetMethod("MimeBundle", BindingFlags.Instance | BindingFlags.Public, []) is { } method
        && typeof(IEnumerable<KeyValuePair<string, object>>).IsAssignableFrom(method.ReturnType) ? method : null;

    static JsonNode Node(string mime, object form) => form switch
    {
        JsonNode node => node.DeepClone(),
        byte[] bytes => Convert.ToBase64String(bytes),
        string text => text,
        _ => throw new InvalidOperationException($"{mime} is a {form.GetType().Name}; a form is a string, a byte[] or a JsonNode."),
    };

    static MimeBundle? Image(object? value) => value switch
    {
        byte[] and [0x89, (byte)'P', (byte)'N', (byte)'G', ..] => Own(CellFunctions.PNG((byte[])value)),
        byte[] and [0xFF, 0xD8, 0xFF, ..] => Own(new RichContent(MimeBundle.Jpeg, value)),
        _ => null,
    };

    static MimeBundle? Plain(object? value) => Line(value) is { } text ? new MimeBundle().Add(MimeBundle.Text, text) : null;

    static bool IsCollection(object value) => value is IEnumerable;

    // A record writes its own ToString, which a table shows better; anonymous types and value tuples do too.
    static bool SaysItself(Type type) =>
        type.GetMethod("ToString", [])!.DeclaringType is { } by && by != typeof(object) && by != typeof(ValueType)
        && type.GetMethod("<Clone>$") is null && !type.Name.StartsWith("<>") && !type.Name.StartsWith("ValueTuple`")
        && !(type.IsValueType && type.GetMethod("PrintMembers", BindingFlags.Instance | BindingFlags.NonPublic) is not null);
}
