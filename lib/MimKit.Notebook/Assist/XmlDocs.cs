using System.Collections.Concurrent;
using System.IO.MemoryMappedFiles;
using System.Text;
using Microsoft.CodeAnalysis;

namespace MimKit.Notebook;

/// <summary>
/// Documentation of a symbol: of a cell's own code from its comments, of a library from the XML file beside it, of the platform from the SDK's
/// reference pack. The files are searched as they are, a few milliseconds each, so nothing is read before somebody asks.
/// </summary>
sealed class XmlDocs(Func<string, string?> pathOfAssembly)
{
    static readonly string PlatformFolder = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
    static readonly Lazy<string[]> PlatformFiles = new(FindPlatformFiles);

    // Where most of what cells use is documented; searched first.
    static readonly string[] Usual = ["System.Runtime", "System.Linq", "System.Collections", "System.Console", "System.Threading"];

    readonly ConcurrentDictionary<string, string?> _known = [];

    /// <summary>Markdown, or null where nothing is documented.</summary>
    public string? Find(ISymbol symbol) => Find(symbol, depth: 0);

    string? Find(ISymbol symbol, int depth)
    {
        symbol = (symbol is IMethodSymbol { ReducedFrom: { } extension } ? extension : symbol).OriginalDefinition;
        var xml = symbol.Locations.Any(place => place.IsInSource) ? symbol.GetDocumentationCommentXml() : OfLibrary(symbol);
        if (string.IsNullOrWhiteSpace(xml) || xml.Contains("<inheritdoc") && depth < 4)
            return depth < 4 && Above(symbol) is { } above ? Find(above, depth + 1) : null;
        return DocText.ToMarkdown(xml);
    }

    string? OfLibrary(ISymbol symbol)
    {
        if (symbol.GetDocumentationCommentId() is not { } id || symbol.ContainingAssembly is not { } assembly) return null;
        return _known.GetOrAdd(id, _ => Files(assembly.Name).Select(file => Search(file, id)).FirstOrDefault(found => found is not null));
    }

    IEnumerable<string> Files(string assembly)
    {
        if (pathOfAssembly(assembly) is not { } path) return [];
        if (Path.GetDirectoryName(path) != PlatformFolder) return File.Exists(Path.ChangeExtension(path, ".xml")) ? [Path.ChangeExtension(path, ".xml")] : [];
        return PlatformFiles.Value.OrderByDescending(file => Path.GetFileNameWithoutExtension(file) == assembly)
            .ThenByDescending(file => Usual.Contains(Path.GetFileNameWithoutExtension(file)));
    }

    static string[] FindPlatformFiles()
    {
        var packs = Path.GetFullPath("../../../packs/Microsoft.NETCore.App.Ref", PlatformFolder);
        if (!Directory.Exists(packs)) return [];
        var newest = Directory.GetDirectories(packs, $"{Environment.Version.Major}.*").OrderByDescending(folder => folder.Length).ThenByDescending(folder => folder).FirstOrDefault();
        return newest is null ? [] : Directory.GetFiles(newest, "*.xml", SearchOption.AllDirectories);
    }

    static unsafe string? Search(string file, string id)
    {
        using var map = MemoryMappedFile.CreateFromFile(file, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        using var view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        try
        {
            var bytes = new ReadOnlySpan<byte>(start, (int)new FileInfo(file).Length);
            var at = bytes.IndexOf(Encoding.UTF8.GetBytes($"<member name=\"{id}\">"));
            if (at < 0) return null;
            var member = bytes[at..];
            return Encoding.UTF8.GetString(member[..(member.IndexOf("</member>"u8) + "</member>".Length)]);
        }
        finally { view.SafeMemoryMappedViewHandle.ReleasePointer(); }
    }

    static ISymbol? Above(ISymbol symbol) => symbol switch
    {
        IMethodSymbol { MethodKind: MethodKind.Constructor } made => made.ContainingType,
        IMethodSymbol { OverriddenMethod: { } overridden } => overridden,
        IPropertySymbol { OverriddenProperty: { } overridden } => overridden,
        IMethodSymbol or IPropertySymbol => symbol.ContainingType?.AllInterfaces.SelectMany(type => type.GetMembers(symbol.Name))
            .FirstOrDefault(member => SymbolEqualityComparer.Default.Equals(symbol.ContainingType.FindImplementationForInterfaceMember(member), symbol)),
        _ => null,
    };
}
