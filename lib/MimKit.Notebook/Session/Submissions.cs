using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;

namespace MimKit.Notebook;

/// <summary>A cell that compiled.</summary>
/// <param name="Run">Runs it; null where there is nothing to run (usings, comments).</param>
/// <param name="Warnings">What the compiler warns of and has not said before in this session.</param>
sealed record CompiledCell(Func<Task<object?>>? Run, IReadOnlyList<string> Warnings);

/// <summary>
/// The chain of compiled cells. Each is a submission of the C# compiler that sees the earlier ones; their variables are fields of objects in
/// the slots. References go with the first submission only and are inherited: passing them each time makes memory grow with the square of the cells.
/// </summary>
sealed class Submissions
{
    public static readonly CSharpParseOptions Parse = new(LanguageVersion.Latest, kind: SourceCodeKind.Script);
    static readonly CSharpCompilationOptions Compiler = new(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release,
        allowUnsafe: true, nullableContextOptions: NullableContextOptions.Disable, concurrentBuild: true);

    static readonly string[] Usings =
    [
        "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Text", "System.Threading", "System.Threading.Tasks",
        "Comm = MimKit.Notebook.Comm", "Formatter = MimKit.Notebook.Formatter",      // by name only: the rest of the engine would fill a cell's completion
    ];

    readonly ConcurrentDictionary<string, string[]> _sources = [];
    readonly ConcurrentDictionary<int, string> _names = [];
    readonly List<string> _pending = [];                   // libraries named by #r since the last cell that compiled
    readonly ConcurrentDictionary<string, string> _paths = [];
    readonly CellAssemblies _assemblies = new();
    readonly Task _start;
    object?[] _slots = new object?[16];
    int _filled = 1;                                       // slot 0 is for a host object, which there is not
    readonly HashSet<string> _warned = [];
    int _compiled;
    bool _whole;                                           // the rest of the platform is referenced too
    CSharpCompilation? _last;

    public Submissions(SessionOptions options) => _start = Task.Run(() => Start(options));

    /// <summary>The session's packages.</summary>
    public Packages Packages { get; } = new();

    /// <summary>Where errors say that code stands: "cell 3", or the file's name.</summary>
    public string Place(int cell) => _names.GetValueOrDefault(cell) ?? $"cell {cell}";

    /// <summary>Names code that is no cell.</summary>
    public void Name(int cell, string name) => _names[cell] = name;

    /// <summary>Libraries for the next cell and all after it.</summary>
    public void Add(IReadOnlyList<string> libraries, IReadOnlyList<string> nativeFolders)
    {
        foreach (var library in libraries.Where(library => !_paths.ContainsKey(Path.GetFileNameWithoutExtension(library))))
        {
            _assemblies.Add(library);
            _pending.Add(library);
        }
        foreach (var folder in nativeFolders) _assemblies.AddNative(folder);
    }

    /// <summary>The variables of all cells, the latest of each name.</summary>
    public IEnumerable<(string Name, Type Type, object? Value)> Variables() => _slots.Take(_filled + 1).Reverse().OfType<object>()
        .SelectMany(slot => slot.GetType().GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly).Reverse().Select(field => (Slot: slot, Field: field)))
        .Where(found => found.Field.Name.IndexOf('<') < 0).DistinctBy(found => found.Field.Name)
        .Select(found => (found.Field.Name, found.Field.FieldType, found.Field.GetValue(found.Slot)));

    /// <exception cref="KeyNotFoundException">No cell has declared it.</exception>
    public object? Value(string name)
    {
        foreach (var variable in Variables())
            if (variable.Name == name) return variable.Value;
        throw new KeyNotFoundException(name);
    }

    /// <summary>Line <paramref name="line"/> (from 1) of code that was run, or null.</summary>
    public string? SourceLine(string place, int line) =>
        _sources.TryGetValue(place, out var lines) && line >= 1 && line <= lines.Length ? lines[line - 1] : null;

    /// <summary>The file of a referenced assembly, or null where none of that name is referenced.</summary>
    public string? PathOf(string assembly) => _paths.GetValueOrDefault(assembly);

    /// <summary>What is being typed, seen after the cells that have run.</summary>
    public Draft Draft(string code, int cursor)
    {
        _start.GetAwaiter().GetResult();
        var tree = CSharpSyntaxTree.ParseText(code, Parse);
        var compilation = CSharpCompilation.CreateScriptCompilation("Draft", tree, references: null, Compiler, _last, typeof(object));
        return new Draft(code, compilation.GetSemanticModel(tree), Math.Min(cursor, code.Length));
    }

    /// <summary>Compiles and loads a cell.</summary>
    /// <exception cref="CellException">The cell does not compile.</exception>
    public CompiledCell Compile(int cell, string code, CancellationToken cancellation)
    {
        _start.GetAwaiter().GetResult();
        var place = Place(cell);
        var lines = _sources[place] = code.Split('\n');
        var references = _pending.Select(Reference).ToList();

        var text = CheckedCode.Of(code, Parse);
        var (compilation, found) = Check(cell, text, references, cancellation);
        if (!_whole && found.Any(CompileErrors.IsMissingName))
        {
            List<PortableExecutableReference> all = [.. references, .. Platform.Rest().Select(Reference)];
            var wider = Check(cell, text, all, cancellation);
            if (Errors(wider.Found).Count < Errors(found).Count) (compilation, found, references, _whole) = (wider.Compilation, wider.Found, all, Errors(wider.Found).Count == 0);
        }
        if (text != code && found.Count > 0)               // what is reported has the places of the cell as it was written
        {
            var plain = Check(cell, code, references, cancellation);
            if (Errors(found).Count > 0) compilation = plain.Compilation;
            found = plain.Found;
        }
        if (Errors(found) is { Count: > 0 } errors) throw new CellException(CompileErrors.Describe(cell, place, errors, lines));
        var run = Load(compilation, cell, cancellation);
        _pending.Clear();
        return new CompiledCell(run, [.. CompileErrors.Warnings(place, found.Where(IsNews), lines)]);
    }

    bool IsNews(Diagnostic warning) => _warned.Add($"{warning.Id} {warning.GetMessage()}");

    static IReadOnlyList<Diagnostic> Errors(IReadOnlyList<Diagnostic> found) => [.. found.Where(one => one.Severity == DiagnosticSeverity.Error)];

    PortableExecutableReference Reference(string path)
    {
        _paths[Path.GetFileNameWithoutExtension(path)] = path;
        return MetadataReference.CreateFromFile(path);
    }

    // A first submission with the host's references and usings; it also makes the compiler warm while nobody waits.
    void Start(SessionOptions options)
    {
        IEnumerable<string> usings = [.. Usings, .. options.MoreUsings, "static " + typeof(CellFunctions).FullName];
        var code = string.Join('\n', usings.Distinct().Select(name => $"using {name};")) + "\nawait Task.FromResult($\"{new[] { 1 }.Sum()}\")";
        var ours = options.References.Append(typeof(CellFunctions).Assembly.Location).Distinct();
        var (compilation, found) = Check(0, code, [.. Platform.First().Concat(ours).Select(Reference)], default);
        if (Errors(found) is { Count: > 0 } errors)
            throw new InvalidOperationException("The host's references and usings do not compile:\n" + CompileErrors.Describe(0, "start", errors, code.Split('\n')).Text);
        _ = Load(compilation, 0, default)!().Result;
    }

    (CSharpCompilation Compilation, IReadOnlyList<Diagnostic> Found) Check(
        int cell, string code, IEnumerable<MetadataReference> references, CancellationToken cancellation)
    {
        var text = SourceText.From(code, Encoding.UTF8);   // an encoding, or there are no symbols
        var tree = CSharpSyntaxTree.ParseText(text, Parse, path: UserFrames.PathOf(Place(cell)), cancellationToken: cancellation);
        var compilation = CSharpCompilation.CreateScriptCompilation($"Cell{++_compiled}", tree, references, Compiler, _last, typeof(object));
        return (compilation, [.. compilation.GetDiagnostics(cancellation).Where(found => found.Severity >= DiagnosticSeverity.Warning)]);
    }

    Func<Task<object?>>? Load(CSharpCompilation compilation, int cell, CancellationToken cancellation)
    {
        using var assembly = new MemoryStream();
        using var symbols = new MemoryStream();
        var emitted = compilation.Emit(assembly, symbols, options: new EmitOptions(debugInformationFormat: DebugInformationFormat.PortablePdb),
            cancellationToken: cancellation);
        var errors = emitted.Diagnostics.Where(found => found.Severity == DiagnosticSeverity.Error).ToImmutableArray();
        if (errors.Length > 0) throw new CellException(CompileErrors.Describe(cell, Place(cell), errors, _sources[Place(cell)]));
        _last = compilation;
        if (!emitted.Success) return null;                 // usings and comments only

        assembly.Position = symbols.Position = 0;
        var entry = compilation.GetEntryPoint(cancellation)!;
        var method = _assemblies.Load(assembly, symbols).GetType(entry.ContainingType.MetadataName)!
            .GetMethod(entry.MetadataName, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)!;
        var run = method.CreateDelegate<Func<object?[], Task<object?>>>();
        if (++_filled >= _slots.Length) Array.Resize(ref _slots, _slots.Length * 2);
        var slots = _slots;
        return () => run(slots);
    }
}
