using System.Collections;

namespace MimKit.Runtime;

/// <summary>A name that a pickle mentions: a class, a function or a constant of Python. Here it is a name and nothing else.</summary>
public sealed record PickleGlobal(string Module, string Name)
{
    public override string ToString() => $"{Module}.{Name}";
}

/// <summary>
/// A Python dictionary in the file's order. Keys are what Python's were: text, numbers, tuples. A list of pairs, not a hash table: a
/// hostile file chooses its keys, and hash tables of chosen integers are slow.
/// </summary>
public sealed class PickleDict : IEnumerable<KeyValuePair<object?, object?>>
{
    List<KeyValuePair<object?, object?>>? _pairs;

    public int Count => _pairs?.Count ?? 0;

    /// <summary>Attributes that Python hung on the dictionary object itself (PyTorch's <c>_metadata</c>), or null.</summary>
    public object? Attributes { get; internal set; }

    /// <summary>The value of a text key, or null when there is none; of equal keys the last, as in Python.</summary>
    public object? this[string key] => _pairs?.FindLast(pair => pair.Key is string text && text == key).Value;

    internal void Add(object? key, object? value) => (_pairs ??= []).Add(new(key, value));

    public IEnumerator<KeyValuePair<object?, object?>> GetEnumerator() => (_pairs ?? []).GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>
/// What a pickle says of an instance of a class that is not known here, such as <c>argparse.Namespace</c>: inert data. No code of the
/// class exists or runs.
/// </summary>
public sealed class PickleObject(PickleGlobal type, object?[] arguments)
{
    /// <summary>The Python class.</summary>
    public PickleGlobal Type { get; } = type;

    /// <summary>What the class would have been called with.</summary>
    public object?[] Arguments { get; } = arguments;

    /// <summary>What would have been its attributes: mostly a <see cref="PickleDict"/>, else what the class made of itself; null when it has none.</summary>
    public object? State { get; internal set; }

    /// <summary>What would have been appended to it (a subclass of list); null when nothing was.</summary>
    public List<object?>? Items { get; internal set; }

    /// <summary>What would have been set in it (a subclass of dict); null when nothing was.</summary>
    public PickleDict? Entries { get; internal set; }
}
