using System.Reflection;

namespace MimKit.Notebook;

/// <summary>
/// <c>#!fsharp</c>: F# by the compiler service of the installed SDK, one interactive session for the notebook. The service is bound by name,
/// so that a notebook without F# carries nothing of it.
/// </summary>
sealed class FSharp(SessionOptions options) : ILanguage
{
    // Without these F# compiles against reference assemblies, whose int is not the int of a shared value.
    static readonly string[] SameTypesAsHere = ["--usesdkrefs-", "--multiemit-"];

    object? _session;

    public Task<object?> Run(CodePart part, IOutputSink sink, CancellationToken cancellation)
    {
        // The session holds "it" when the code ends in an expression; a mark tells an old one from a new one.
        var session = Session();
        Invoke(session, "AddBoundValue", "it", Nothing);
        var answer = Invoke(session, "EvalInteractionNonThrowing", part.Code, Some(cancellation))!;
        var (outcome, diagnostics) = (Item(answer, 1), ((Array)Item(answer, 2)!).Cast<object>().ToList());
        var errors = diagnostics.Where(found => Text(found, "Severity") == "Error").ToList();
        if (errors.Count > 0) throw Failed(part, errors);
        foreach (var warning in diagnostics.Where(found => Text(found, "Severity") == "Warning"))
            CellContext.Outside(() => sink.Write(CellStream.Error, Line(warning) + "\n"));
        if (outcome!.GetType().Name.Contains("Choice2Of2"))
        {
            var thrown = UserFrames.Unwrap((Exception)outcome.GetType().GetProperty("Item")!.GetValue(outcome)!);
            if (cancellation.IsCancellationRequested) throw new OperationCanceledException(cancellation);
            throw new CellException(new CellError(CellErrorKind.Runtime, 0, thrown.GetType().Name, thrown.Message, part.Line, null, part.Text, [$"F#: {thrown.GetType().Name}: {thrown.Message}"]));
        }
        var value = Bound("it", out _);
        return Task.FromResult(ReferenceEquals(value, Nothing) ? null : value);
    }

    public Task Set(string name, object? value)
    {
        if (value is null) throw new ArgumentException($"'{name}' is null, and F# needs a value to know its type.");
        Invoke(Session(), "AddBoundValue", name, value);
        return Task.CompletedTask;
    }

    public Task<object?> Get(string name)
    {
        var value = Bound(name, out var found);
        return found ? Task.FromResult(value) : throw new KeyNotFoundException(name);
    }

    static readonly object Nothing = new Unset();

    object Session() => _session ??= Start();

    object Start()
    {
        var service = Service();
        var shell = service.GetType("FSharp.Compiler.Interactive.Shell+FsiEvaluationSession", throwOnError: true)!;
        var configuration = shell.GetMethod("GetDefaultConfiguration", [])!.Invoke(null, [])!;
        var references = options.References.Append(typeof(FSharp).Assembly.Location).Where(File.Exists).Select(path => "-r:" + path);
        var create = shell.GetMethod("Create")!;
        object?[] given = [configuration, (string[])["fsi", "--noninteractive", "--nologo", "--quiet", .. SameTypesAsHere, .. references], TextReader.Null, TextWriter.Null, TextWriter.Null];
        return create.Invoke(null, [.. given, .. create.GetParameters().Skip(given.Length).Select(_ => (object?)null)])!;
    }

    static Assembly Service()
    {
        var sdks = Path.GetFullPath("../../../sdk", Path.GetDirectoryName(typeof(object).Assembly.Location)!);
        var folder = Directory.Exists(sdks) ? Directory.GetDirectories(sdks, $"{Environment.Version.Major}.*").Order(StringComparer.Ordinal).LastOrDefault() : null;
        var path = folder is null ? null : Path.Combine(folder, "FSharp", "FSharp.Compiler.Service.dll");
        if (!File.Exists(path)) throw new FileNotFoundException($"F# needs the .NET SDK's compiler, which was not found under {sdks}.");
        var loader = new System.Runtime.Loader.AssemblyLoadContext("fsharp");
        loader.Resolving += (_, name) => Path.Combine(Path.GetDirectoryName(path)!, name.Name + ".dll") is var beside && File.Exists(beside) ? loader.LoadFromAssemblyPath(beside) : null;
        return loader.LoadFromAssemblyPath(path);
    }

    object? Bound(string name, out bool found)
    {
        var option = Invoke(Session(), "TryFindBoundValue", name);
        found = option is not null;
        if (option is null) return null;
        var bound = option.GetType().GetProperty("Value")!.GetValue(option)!;
        var value = bound.GetType().GetProperty("Value")!.GetValue(bound)!;
        return value.GetType().GetProperty("ReflectionValue")!.GetValue(value);
    }

    static object? Invoke(object target, string method, params object?[] arguments)
    {
        var found = target.GetType().GetMethods().First(one => one.Name == method && one.GetParameters().Length >= arguments.Length);
        try { return found.Invoke(target, [.. arguments, .. Enumerable.Repeat<object?>(null, found.GetParameters().Length - arguments.Length)]); }
        catch (TargetInvocationException e) when (e.InnerException is not null) { throw e.InnerException; }
    }

    object? Some(CancellationToken token)
    {
        var option = Session().GetType().GetMethods().First(one => one.Name == "EvalInteractionNonThrowing").GetParameters()[1].ParameterType;
        return option.GetMethod("Some")!.Invoke(null, [token]);
    }

    static object? Item(object tuple, int number) => tuple.GetType().GetProperty($"Item{number}")!.GetValue(tuple);

    static string Text(object found, string property) => found.GetType().GetProperty(property)!.GetValue(found)!.ToString()!;

    static string Line(object found) => $"F#, line {Text(found, "StartLine")}, column {int.Parse(Text(found, "StartColumn")) + 1}: FS{Text(found, "ErrorNumber").PadLeft(4, '0')}: {Text(found, "Message")}";

    static CellException Failed(CodePart part, List<object> errors) =>
        new(new CellError(CellErrorKind.Compile, 0, $"FS{Text(errors[0], "ErrorNumber").PadLeft(4, '0')}", Text(errors[0], "Message"), int.Parse(Text(errors[0], "StartLine")),
            int.Parse(Text(errors[0], "StartColumn")) + 1, part.Code.Split('\n').ElementAtOrDefault(int.Parse(Text(errors[0], "StartLine")) - 1), [.. errors.Select(Line)]));

    public void Dispose() => (_session as IDisposable)?.Dispose();
}

/// <summary>Stands for "no value yet" in an F# session, which takes no null.</summary>
public sealed class Unset;
