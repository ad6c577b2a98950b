using System.Reflection;
using System.Runtime.Loader;

namespace MimKit.Notebook;

/// <summary>Loads the assemblies of one session: compiled cells and the libraries named by <c>#r</c> with what lies beside them.</summary>
sealed class CellAssemblies() : AssemblyLoadContext("notebook")
{
    readonly HashSet<string> _folders = [];

    public Assembly Load(Stream assembly, Stream symbols) => LoadFromStream(assembly, symbols);

    public void Add(string path) => _folders.Add(Path.GetDirectoryName(path)!);

    protected override Assembly? Load(AssemblyName name)
    {
        // what the host has is shared with it: a type must not exist twice
        if (Default.Assemblies.Any(loaded => loaded.GetName().Name == name.Name)) return null;
        return _folders.Select(folder => Path.Combine(folder, name.Name + ".dll")).Where(File.Exists).Select(LoadFromAssemblyPath).FirstOrDefault();
    }
}
