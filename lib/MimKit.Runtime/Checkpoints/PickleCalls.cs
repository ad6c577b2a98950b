using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Numerics;
using System.Text;

namespace MimKit.Runtime;

/// <summary>
/// What a checkpoint may call: the functions that rebuild tensors and Python's plain containers, each with what it means here; a few
/// harmless classes that are kept as inert data; and nothing else. Every other call is refused with its name.
/// </summary>
/// <param name="alsoInert">further names, as "module.name", whose calls the user wants kept as inert data</param>
sealed class PickleCalls(IEnumerable<string>? alsoInert)
{
    static readonly FrozenDictionary<string, Func<object?[], object?>> Known = new Dictionary<string, Func<object?[], object?>>
    {
        ["torch._utils._rebuild_tensor"] = a => TorchTensor.Rebuild(At<TorchStorage>(a, 0), At<long>(a, 1), At(a, 2), At(a, 3)),
        ["torch._utils._rebuild_tensor_v2"] = a => TorchTensor.Rebuild(At<TorchStorage>(a, 0), At<long>(a, 1), At(a, 2), At(a, 3)),
        ["torch._utils._rebuild_tensor_v3"] = a => TorchTensor.Rebuild(At<TorchStorage>(a, 0).Of(At<PickleGlobal>(a, 6)), At<long>(a, 1), At(a, 2), At(a, 3)),
        ["torch._utils._rebuild_parameter"] = a => At<TorchTensor>(a, 0),
        ["torch._utils._rebuild_parameter_with_state"] = a => At<TorchTensor>(a, 0),
        ["torch._tensor._rebuild_from_type_v2"] = a => RebuildSubclass(At<PickleGlobal>(a, 0), At<object?[]>(a, 2)),
        ["torch.Size"] = a => At(a, 0),
        ["torch.jit._pickle.restore_type_tag"] = a => At(a, 0),
        ["torch.jit._pickle.build_intlist"] = a => At(a, 0),
        ["torch.jit._pickle.build_doublelist"] = a => At(a, 0),
        ["torch.jit._pickle.build_boollist"] = a => At(a, 0),
        ["torch.jit._pickle.build_tensorlist"] = a => At(a, 0),
        ["collections.OrderedDict"] = a => Dictionary(a.ElementAtOrDefault(0)),
        ["collections.defaultdict"] = a => Dictionary(a.ElementAtOrDefault(1)),
        ["builtins.dict"] = a => Dictionary(a.ElementAtOrDefault(0)),
        ["builtins.list"] = List, ["builtins.set"] = List, ["builtins.frozenset"] = List,
        ["builtins.tuple"] = a => List(a).ToArray(),
        ["builtins.bytearray"] = a => a is [string text, ..] ? Encoding.Latin1.GetBytes(text) : a is [] ? [] : At<byte[]>(a, 0),
        ["builtins.complex"] = a => new Complex(At<double>(a, 0), At<double>(a, 1)),
        ["_codecs.encode"] = a => Encoding.Latin1.GetBytes(At<string>(a, 0)),         // how protocol 2 writes bytes
        ["numpy.core.multiarray.scalar"] = NumpyScalar, ["numpy._core.multiarray.scalar"] = NumpyScalar,
    }.ToFrozenDictionary();

    static readonly string[] Inert =
    [
        "torch.device", "torch.serialization._get_layout", "numpy.dtype", "numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct",
        "pathlib.PosixPath", "pathlib.PurePosixPath", "pathlib.WindowsPath", "pathlib.PureWindowsPath", "datetime.datetime", "datetime.date", "datetime.timedelta",
        "decimal.Decimal", "uuid.UUID", "functools.partial", "builtins.slice", "builtins.range", "copyreg._reconstructor",
    ];

    static readonly FrozenDictionary<string, string> Unsupported = new Dictionary<string, string>
    {
        ["torch._utils._rebuild_sparse_tensor"] = "a sparse tensor; save it dense: tensor.to_dense()",
        ["torch._utils._rebuild_sparse_csr_tensor"] = "a sparse tensor; save it dense: tensor.to_dense()",
        ["torch._utils._rebuild_qtensor"] = "a quantised tensor; save it as numbers: tensor.dequantize()",
        ["torch._utils._rebuild_meta_tensor_no_storage"] = "a tensor on the meta device, which has no values",
        ["torch._utils._rebuild_device_tensor_from_numpy"] = "a tensor of another kind of device; save it from the CPU: tensor.cpu()",
        ["torch._utils._rebuild_nested_tensor"] = "a nested tensor; save its parts as a list: tensor.unbind()",
    }.ToFrozenDictionary();

    // Nothing is ever called, so these could stay inert too. But no weights need them: a file that names one is meant to harm.
    static readonly FrozenSet<string> Forbidden = FrozenSet.Create("os", "posix", "nt", "subprocess", "sys", "shutil", "socket", "importlib", "runpy", "pty", "ctypes",
        "pickle", "_pickle", "cPickle", "marshal", "code", "commands", "popen2", "webbrowser", "operator", "_operator", "multiprocessing", "asyncio", "pip", "bdb", "pdb", "timeit", "cProfile");

    static readonly FrozenSet<string> PlainBuiltins = FrozenSet.Create("set", "frozenset", "list", "dict", "tuple", "int", "float", "complex", "bool", "str", "bytes", "bytearray",
        "object", "slice", "range", "Ellipsis", "NotImplemented");

    readonly FrozenSet<string> _inert = Inert.Concat(alsoInert ?? []).ToFrozenSet();

    /// <summary>A name in the file; Python 2's module names become Python 3's.</summary>
    public PickleGlobal Mention(string module, string name)
    {
        (module, name) = (module, name) switch
        {
            ("__builtin__", "unicode") => ("builtins", "str"), ("__builtin__", "long") => ("builtins", "int"), ("__builtin__", "xrange") => ("builtins", "range"),
            ("__builtin__", _) => ("builtins", name), ("copy_reg", _) => ("copyreg", name), _ => (module, name),
        };
        var global = new PickleGlobal(module, name);
        if (Forbidden.Contains(module.Split('.')[0]) || module == "builtins" && !PlainBuiltins.Contains(name))
            throw new InvalidDataException($"it names {global}, which can do harm in Python and which no weights need; nothing of the file was run");
        return global;
    }

    /// <summary>What a call in the file stands for.</summary>
    /// <exception cref="InvalidDataException">The name is not on the list.</exception>
    public object? Call(PickleGlobal callee, object?[] arguments)
    {
        var name = callee.ToString();
        if (Known.TryGetValue(name, out var meaning)) return meaning(arguments);
        if (Unsupported.TryGetValue(name, out var kind)) throw new InvalidDataException($"it holds {kind}");
        if (_inert.Contains(name)) return new PickleObject(callee, arguments);
        throw Refused(callee);
    }

    /// <summary>An object made from its class without a call of Python code of the file's choosing: inert, unless it is a plain container.</summary>
    public object? Instance(PickleGlobal type, object?[] arguments) =>
        type.Module is "builtins" or "collections" && Known.TryGetValue(type.ToString(), out var meaning) ? meaning(arguments) : new PickleObject(type, arguments);

    static InvalidDataException Refused(PickleGlobal name) => new(
        $"it calls {name}, which rebuilds no tensor; nothing of the file was run. If you know that class and want it kept as plain data, open the file with alsoInert: [\"{name}\"]");

    static object? RebuildSubclass(PickleGlobal function, object?[] arguments) => function.Module == "torch._utils" && Known.TryGetValue(function.ToString(), out var meaning)
        ? meaning(arguments) : throw Refused(function);

    static PickleDict Dictionary(object? from)
    {
        var made = new PickleDict();
        if (from is PickleDict other)
            foreach (var (key, value) in other) made.Add(key, value);
        else if (from is IEnumerable<object?> pairs)                               // Python 2's OrderedDict: a list of pairs
            foreach (var pair in pairs) made.Add(At(Items(pair), 0), At(Items(pair), 1));
        return made;
    }

    static List<object?> List(object?[] arguments) => arguments is [] ? [] : [.. Items(arguments[0])];

    static IReadOnlyList<object?> Items(object? value) => value as IReadOnlyList<object?> ?? throw new InvalidDataException($"it takes {PickleReader.Describe(value)} for a list");

    static object? At(IReadOnlyList<object?> arguments, int place) => place < arguments.Count ? arguments[place] : throw new InvalidDataException($"it makes a call with {arguments.Count} arguments where more than {place} are wanted");

    static T At<T>(object?[] arguments, int place) => At(arguments, place) is T value ? value
        : throw new InvalidDataException($"it makes a call with {PickleReader.Describe(arguments[place])} in place {place}, where a {typeof(T).Name} is wanted");

    static object? NumpyScalar(object?[] arguments)
    {
        var (type, bytes) = (At<string>(At<PickleObject>(arguments, 0).Arguments, 0), At<byte[]>(arguments, 1));
        return type switch
        {
            "f8" => BinaryPrimitives.ReadDoubleLittleEndian(bytes), "f4" => (double)BinaryPrimitives.ReadSingleLittleEndian(bytes), "f2" => (double)BinaryPrimitives.ReadHalfLittleEndian(bytes),
            "i8" => BinaryPrimitives.ReadInt64LittleEndian(bytes), "i4" => (long)BinaryPrimitives.ReadInt32LittleEndian(bytes), "i2" => (long)BinaryPrimitives.ReadInt16LittleEndian(bytes),
            "u1" when bytes is [var one] => (long)one, "b1" when bytes is [var one] => one != 0,
            _ => new PickleObject(new("numpy", type), arguments),
        };
    }
}
