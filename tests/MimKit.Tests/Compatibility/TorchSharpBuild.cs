using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace MimKit.Tests.Compatibility;

/// <summary>
/// The projects as <c>-p:TorchBackend=TorchSharp</c> builds them, in memory, against the declarations of <see cref="TorchSharpStub"/>: their sources,
/// those they link, and the global usings of lib/TorchSharp.props.
/// </summary>
sealed class TorchSharpBuild
{
    static readonly string[] Implicit = ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks"];

    const string FilledInByGenerator = "CS8795";                    // a partial method whose body a source generator of .NET writes: [GeneratedRegex]

    readonly string _lib;
    readonly SyntaxTree _usings;
    readonly List<MetadataReference> _references;

    internal TorchSharpBuild(string home)
    {
        _lib = Path.Combine(home, "lib");
        _usings = CSharpSyntaxTree.ParseText(string.Concat(Implicit.Select(name => $"global using {name};\n")) + string.Concat(
            XDocument.Load(Path.Combine(_lib, "TorchSharp.props")).Descendants("Using").Select(use =>
                $"global using {(use.Attribute("Static") is null ? "" : "static ")}{(use.Attribute("Alias") is { } alias ? alias.Value + " = " : "")}{use.Attribute("Include")!.Value};\n")));
        _references = [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => !Path.GetFileName(path).StartsWith("MimKit", StringComparison.Ordinal)).Select(path => MetadataReference.CreateFromFile(path))];
        var declared = TorchSharpStub.Source(File.ReadLines(Path.Combine(home, "tests/reference/torchsharp-api.txt")));
        var errors = Compile("TorchSharp", [CSharpSyntaxTree.ParseText(declared)], NullableContextOptions.Disable);
        if (errors.Length > 0) throw new InvalidDataException($"The list of TorchSharp's members does not make a library:\n{string.Join('\n', errors)}");
    }

    /// <summary>Compiles a project, whose assembly those after it refer to.</summary>
    /// <returns>the compiler's errors, with file and line</returns>
    internal string[] Project(string name)
    {
        var folder = Path.Combine(_lib, name);
        var linked = XDocument.Load(Path.Combine(folder, name + ".csproj")).Descendants("Compile").Where(item => item.Attribute("Include") is not null)
            .SelectMany(item => item.Attribute("Include")!.Value.Split(';')).SelectMany(path => Directory.EnumerateFiles(Path.Combine(folder, Path.GetDirectoryName(path)!), Path.GetFileName(path)));
        var generated = Directory.EnumerateFiles(Path.Combine(folder), "Onnx.cs", SearchOption.AllDirectories).Take(1);       // from onnx.proto, by the build before
        var own = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Where(path => !path.Contains("/obj/") && !path.Contains("/bin/"));
        return Compile(name, [_usings, .. own.Concat(linked).Concat(generated).Select(path => CSharpSyntaxTree.ParseText(File.ReadAllText(path), path: path))], NullableContextOptions.Enable);
    }

    /// <summary>Compiles statements that see what the libraries see, with a tensor x.</summary>
    internal string[] Snippet(string code) => Compile("Snippet", [_usings, CSharpSyntaxTree.ParseText($"static class Snippet {{ static void Run(Tensor x) {{ {code} }} }}")], NullableContextOptions.Enable);

    string[] Compile(string name, IEnumerable<SyntaxTree> sources, NullableContextOptions nullable)
    {
        var compilation = CSharpCompilation.Create(name, sources, _references, new(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: nullable));
        _references.Add(compilation.ToMetadataReference());
        return [.. compilation.GetDiagnostics().Where(found => found.Severity == DiagnosticSeverity.Error && found.Id != FilledInByGenerator).Select(found => found.ToString().Replace(_lib + "/", ""))];
    }
}
