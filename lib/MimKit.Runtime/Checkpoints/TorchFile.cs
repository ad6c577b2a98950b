using System.Globalization;

namespace MimKit.Runtime;

/// <summary>
/// An open PyTorch checkpoint (.pth, .pt, .ckpt; zip, older format or TorchScript archive), read without Python. Nothing in the file is
/// ever executed: it is read as data, functions other than those that rebuild tensors are refused with their name, and objects of unknown
/// classes (<c>argparse.Namespace</c>) are kept as inert data. Values of tensors are read when they are asked for.
/// </summary>
public sealed class TorchFile : IDisposable
{
    const int MostLevels = 200, MostVisits = 10_000_000;

    readonly string _path;
    readonly FileStream _file;
    readonly TorchRecords _records = null!;
    readonly Dictionary<string, TorchTensor> _entries = [];
    readonly HashSet<TorchStorage> _shared = [];                                   // by more than one tensor
    readonly Dictionary<TorchStorage, Tensor> _kept = [];
    int _visits;

    /// <summary>Opens a file, reads its structure and checks that every storage is there.</summary>
    /// <param name="path">the file</param>
    /// <param name="alsoInert">names ("module.name") of further Python classes whose calls are kept as inert data instead of being refused</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is damaged, of another format, or calls what a checkpoint has no need to call; the message says which.</exception>
    public TorchFile(string path, IEnumerable<string>? alsoInert = null)
    {
        _path = path;
        _file = File.Exists(path) ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16)
            : throw new FileNotFoundException($"There is no file {path}.", path);
        try
        {
            _records = TorchRecords.Open(_file, new PickleCalls(alsoInert));
            Root = _records.Root;
            Collect(Root, "", 0);
            foreach (var storage in _entries.Values.GroupBy(entry => entry.Storage))
            {
                _records.Check(storage.Key);
                if (storage.Skip(1).Any()) _shared.Add(storage.Key);
            }
        }
        catch (Exception error)
        {
            Dispose();
            if (IsOfTheFile(error)) throw Bad(error);
            throw;
        }
    }

    /// <summary>
    /// The saved value: <see cref="PickleDict"/> for dictionaries, <c>List&lt;object?&gt;</c> for lists and sets, <c>object?[]</c> for tuples, long, double, bool,
    /// string, byte[], null, <see cref="TorchTensor"/>, <see cref="PickleObject"/> for anything else.
    /// </summary>
    public object? Root { get; }

    /// <summary>Every tensor by its path: keys of dictionaries, places in lists and tuples, attributes of objects, joined by a slash ("model/blocks.0.norm1.weight").</summary>
    public IReadOnlyDictionary<string, TorchTensor> Entries => _entries;

    /// <summary>Reads every tensor of a file, by its path. Tensors that shared memory in PyTorch share it here.</summary>
    public static Dictionary<string, Tensor> Load(string path)
    {
        using var file = new TorchFile(path);
        return file.Entries.Keys.ToDictionary(name => name, file.Read);
    }

    /// <summary>Reads one tensor by its path, on the CPU, with the file's strides.</summary>
    public Tensor Read(string name) => _entries.TryGetValue(name, out var entry) ? Read(entry)
        : throw new KeyNotFoundException($"{_path} has no tensor '{name}'. It has: {string.Join(", ", _entries.Keys.Take(20))}{(_entries.Count > 20 ? ", ..." : "")}.");

    /// <summary>Reads one tensor found in <see cref="Root"/>.</summary>
    public Tensor Read(TorchTensor entry)
    {
        try
        {
            if (_kept.TryGetValue(entry.Storage, out var kept)) return View(kept, entry);
            var storage = _records.Read(entry.Storage);
            if (!_shared.Contains(entry.Storage))
            {
                using (storage) return View(storage, entry);
            }
            _kept[entry.Storage] = storage.DetachFromDisposeScope();
            return View(storage, entry);
        }
        catch (Exception error) when (IsOfTheFile(error))
        {
            throw Bad(error);
        }
    }

    /// <summary>The value at a path, as in <see cref="Entries"/> ("args/lr"); null when there is none.</summary>
    public object? Find(string path)
    {
        var found = Root;
        foreach (var key in path.Split('/')) found = Children(found).LastOrDefault(child => child.Key == key).Value;
        return found;
    }

    public void Dispose()
    {
        foreach (var storage in _kept.Values) storage.Dispose();
        _kept.Clear();
        _records?.Dispose();
        _file.Dispose();
    }

    static Tensor View(Tensor storage, TorchTensor entry) => storage.as_strided(entry.Shape, entry.Strides, entry.Offset);

    void Collect(object? value, string path, int level)
    {
        // Lists may hold themselves, and one list may be held many times over: a small file can describe an endless or a huge tree.
        if (level > MostLevels || ++_visits > MostVisits) throw new InvalidDataException($"its value is nested more than {MostLevels} levels deep or has more than {MostVisits} parts");
        if (value is TorchTensor tensor && !_entries.TryAdd(path, tensor)) throw new InvalidDataException($"it has two tensors at '{path}'");
        foreach (var (key, child) in Children(value))
            if (child is TorchTensor or PickleDict or PickleObject or List<object?> or object?[]) Collect(child, level == 0 ? key : $"{path}/{key}", level + 1);
            else _visits++;
    }

    static IEnumerable<KeyValuePair<string, object?>> Children(object? value) => value switch
    {
        PickleDict dictionary => dictionary.Select(pair => KeyValuePair.Create(NameOf(pair.Key), pair.Value)),
        List<object?> list => list.Select(Numbered),
        object?[] tuple => tuple.Select(Numbered),
        PickleObject { State: null, Entries: null, Items: null } instance => instance.Arguments.Select(Numbered),         // a named tuple
        PickleObject instance => Children(AttributesOf(instance)).Concat(Children(instance.Entries)).Concat(Children(instance.Items)),
        _ => [],
    };

    // A class with __slots__ leaves a pair: its dictionary or None, and its slots.
    static object? AttributesOf(PickleObject instance) => instance.State is object?[] { Length: 2 } pair && pair[1] is PickleDict slots ? slots : instance.State;

    static KeyValuePair<string, object?> Numbered(object? item, int place) => new(place.ToString(CultureInfo.InvariantCulture), item);

    static string NameOf(object? key) => key switch
    {
        string text => text,
        object?[] tuple => $"({string.Join(", ", tuple.Select(item => item is object?[] ? "..." : NameOf(item)))})",
        _ => Convert.ToString(key, CultureInfo.InvariantCulture) ?? "None",
    };

    // Beside our own words: what .NET's zip reader and number parsers throw at bytes that make no sense.
    static bool IsOfTheFile(Exception error) => error is InvalidDataException or IOException or ArgumentException or OverflowException or FormatException or NotSupportedException;

    InvalidDataException Bad(Exception error) => new($"{_path} cannot be read as a PyTorch checkpoint: {error switch
    {
        InvalidDataException or IOException => error.Message.TrimEnd('.'),
        OverflowException => "it has sizes beyond all numbers",
        _ => $"it is damaged ({error.Message.TrimEnd('.')})",
    }}.", error);
}
