using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace MimKit.Notebook;

/// <summary>Loads the assemblies of one session: compiled cells, the libraries named by <c>#r</c> with what lies beside them, and their native libraries.</summary>
sealed class CellAssemblies : AssemblyLoadContext
{
    readonly Dictionary<string, string> _named = new(StringComparer.OrdinalIgnoreCase);
    readonly HashSet<string> _folders = [];
    readonly HashSet<string> _nativeFolders = [];

    // Asked only for what the host has not: a type of the host must not exist twice.
    public CellAssemblies() : base("notebook") => Resolving += (_, name) => Find(name.Name!) is { } path ? LoadFromAssemblyPath(path) : null;

    public Assembly Load(Stream assembly, Stream symbols) => LoadFromStream(assembly, symbols);

    public void Add(string path)
    {
        _named[Path.GetFileNameWithoutExtension(path)] = path;
        _folders.Add(Path.GetDirectoryName(path)!);
    }

    public void AddNative(string folder) => _nativeFolders.Add(folder);

    string? Find(string name) => _named.GetValueOrDefault(name) ?? _folders.Select(folder => Path.Combine(folder, name + ".dll")).FirstOrDefault(File.Exists);

    protected override nint LoadUnmanagedDll(string name)
    {
        foreach (var folder in _nativeFolders.Concat(_folders))
            foreach (var file in new[] { name, $"lib{name}.so", $"{name}.so", $"lib{name}" })
                if (File.Exists(Path.Combine(folder, file)) && NativeLibrary.TryLoad(Path.Combine(folder, file), out var library)) return library;
        return 0;
    }
}
