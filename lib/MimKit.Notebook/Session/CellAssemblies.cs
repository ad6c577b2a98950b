using System.Reflection;
using System.Runtime.Loader;

namespace MimKit.Notebook;

/// <summary>Loads the assemblies of one session: compiled cells and the libraries named by <c>#r</c> with what lies beside them.</summary>
sealed class CellAssemblies : AssemblyLoadContext
{
    readonly HashSet<string> _folders = [];

    // Asked only for what the host has not: a type of the host must not exist twice.
    public CellAssemblies() : base("notebook") => Resolving += (_, name) =>
        _folders.Select(folder => Path.Combine(folder, name.Name + ".dll")).Where(File.Exists).Select(LoadFromAssemblyPath).FirstOrDefault();

    public Assembly Load(Stream assembly, Stream symbols) => LoadFromStream(assembly, symbols);

    public void Add(string path) => _folders.Add(Path.GetDirectoryName(path)!);
}
