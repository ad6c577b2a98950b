using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

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
    readonly Task<CSharpCompilation> _start;
    readonly CancellationTokenSource _cellCame = new();
    object?[] _slots = new object?[16];
    int _filled = 1;                                       // slot 0 is for a host object, which there is not
    readonly HashSet<string> _warned = [];
    bool _whole;                                           // the rest of the platform is referenced too
    CSharpCompilation? _last;

    public Submissions(SessionOptions options)
    {
        WarmUp.Begin();
        _start = Task.Factory.StartNew(() => Start(options), TaskCreationOptions.LongRunning);
        WarmUp.AfterStart(() => { try { return _start.Result; } catch (AggregateException) { return null; } }, _cellCame.Token);       // a failed start is told to the cell
    }

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
        var compilation = Built.Submission("", code, [], _last ?? _start.GetAwaiter().GetResult(), default);
        return new Draft(code, compilation.GetSemanticModel(compilation.SyntaxTrees[0]), Math.Min(cursor, code.Length));
    }

    /// <summary>Compiles and loads a cell.</summary>
    /// <exception cref="CellException">The cell does not compile.</exception>
    public CompiledCell Compile(int cell, string code, CancellationToken cancellation)
    {
        _cellCame.Cancel();
        _last ??= _start.GetAwaiter().GetResult();
        var (place, path) = (Place(cell), UserFrames.PathOf(Place(cell)));
        var lines = _sources[place] = code.Split('\n');
        var references = _pending.Select(Reference).ToList();

        var text = CheckedCode.Of(code, Built.Parse);
        var built = Built.Of(path, text, references, _last, cancellation);
        if (!_whole && built.Found.Any(CompileErrors.IsMissingName))
        {
            var wider = Built.Of(path, text, [.. references, .. Platform.Rest().Select(Reference)], _last, cancellation);
            if (wider.Errors.Count < built.Errors.Count) (built, _whole) = (wider, wider.Errors.Count == 0);
        }
        if (text != code && built.Found.Count > 0)         // what is reported has the places of the cell as it was written
        {
            var plain = Built.Of(path, code, built.References, _last, cancellation);
            built = built.Errors.Count > 0 ? plain : built with { Found = plain.Found };
        }
        if (built.Errors is { Count: > 0 } errors) throw new CellException(CompileErrors.Describe(cell, place, errors, lines));
        _last = built.Compilation;
        _pending.Clear();
        return new CompiledCell(built.IsCode ? InSlots(built.Load(_assemblies)) : null, [.. CompileErrors.Warnings(place, built.Found.Where(IsNews), lines)]);
    }

    Func<Task<object?>> InSlots(Func<object?[], Task<object?>> run)
    {
        if (++_filled >= _slots.Length) Array.Resize(ref _slots, _slots.Length * 2);
        var slots = _slots;
        return () => run(slots);
    }

    bool IsNews(Diagnostic warning) => _warned.Add($"{warning.Id} {warning.GetMessage()}");

    PortableExecutableReference Reference(string path)
    {
        _paths[Path.GetFileNameWithoutExtension(path)] = path;
        return Built.Library(path);
    }

    // A first submission with the host's references and usings, which a first cell waits for.
    CSharpCompilation Start(SessionOptions options)
    {
        IEnumerable<string> usings = [.. Usings, .. options.MoreUsings, "static " + typeof(CellFunctions).FullName];
        var code = string.Join('\n', usings.Distinct().Select(name => $"using {name};"));
        var ours = options.References.Append(typeof(CellFunctions).Assembly.Location).Distinct();
        var start = Built.Submission("", code, [.. Platform.First().Concat(ours).Select(Reference)], previous: null, default);
        if (start.GetDiagnostics().Where(found => found.Severity == DiagnosticSeverity.Error).ToList() is { Count: > 0 } errors)
            throw new InvalidOperationException("The host's references and usings do not compile:\n" + CompileErrors.Describe(0, "start", errors, code.Split('\n')).Text);
        return start;
    }
}
