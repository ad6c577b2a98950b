using System.Reflection;
using System.Reflection.PortableExecutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;

namespace MimKit.Notebook;

/// <summary>What the compiler made of a cell's text.</summary>
/// <param name="Compilation">A submission: the next one names it as the one before.</param>
/// <param name="References">Libraries it was given besides those it inherits.</param>
/// <param name="Assembly">The code, and with <paramref name="Symbols"/> its line numbers.</param>
/// <param name="Found">Errors and warnings.</param>
/// <param name="IsCode">There is something to run: usings and comments alone are not.</param>
sealed record Built(
    CSharpCompilation Compilation, IReadOnlyList<MetadataReference> References, MemoryStream Assembly, MemoryStream Symbols, IReadOnlyList<Diagnostic> Found, bool IsCode)
{
    public static readonly CSharpParseOptions Parse = new(LanguageVersion.Latest, kind: SourceCodeKind.Script);

    static readonly CSharpCompilationOptions Options = new(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release,
        allowUnsafe: true, nullableContextOptions: NullableContextOptions.Disable, concurrentBuild: true);
    static readonly EmitOptions Emitted = new(debugInformationFormat: DebugInformationFormat.PortablePdb);
    static int _last;

    public IReadOnlyList<Diagnostic> Errors { get; } = [.. Found.Where(one => one.Severity == DiagnosticSeverity.Error)];

    /// <summary>A library for the compiler: of the file only what it reads, because most of it is machine code.</summary>
    public static PortableExecutableReference Library(string path)
    {
        using var file = File.OpenRead(path);
        return AssemblyMetadata.Create(ModuleMetadata.CreateFromStream(file, PEStreamOptions.PrefetchMetadata)).GetReference(filePath: path);
    }

    /// <summary>A submission that nothing has been asked of yet; <paramref name="path"/> stands in its line numbers.</summary>
    public static CSharpCompilation Submission(string path, string code, IEnumerable<MetadataReference> references, CSharpCompilation? previous, CancellationToken cancellation)
    {
        var text = SourceText.From(code, Encoding.UTF8);   // an encoding, or there are no symbols
        var tree = CSharpSyntaxTree.ParseText(text, Parse, path, cancellation);
        return CSharpCompilation.CreateScriptCompilation($"Cell{Interlocked.Increment(ref _last)}", tree, references, Options, previous, typeof(object));
    }

    /// <summary>Compiles to machine-independent code at once: asking for errors first would bind everything twice.</summary>
    public static Built Of(string path, string code, IReadOnlyList<MetadataReference> references, CSharpCompilation? previous, CancellationToken cancellation)
    {
        var compilation = Submission(path, code, references, previous, cancellation);
        var (assembly, symbols) = (new MemoryStream(), new MemoryStream());
        var emitted = compilation.Emit(assembly, symbols, options: Emitted, cancellationToken: cancellation);
        IEnumerable<Diagnostic> found = emitted.Diagnostics;
        if (found.Any(one => one.Severity == DiagnosticSeverity.Error)) found = found.Concat(compilation.GetDiagnostics(cancellation)).Distinct();
        return new Built(compilation, references, assembly, symbols, [.. found.Where(one => one.Severity >= DiagnosticSeverity.Warning)], emitted.Success);
    }

    /// <summary>Loads the code; what is returned runs it in the slots of its session.</summary>
    public Func<object?[], Task<object?>> Load(CellAssemblies assemblies)
    {
        Assembly.Position = Symbols.Position = 0;
        var entry = Compilation.GetEntryPoint(default)!;
        var method = assemblies.Load(Assembly, Symbols).GetType(entry.ContainingType.MetadataName)!
            .GetMethod(entry.MetadataName, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)!;
        return method.CreateDelegate<Func<object?[], Task<object?>>>();
    }
}
