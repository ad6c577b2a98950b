namespace MimKit.Notebook;

/// <summary>A language that runs beside C# and keeps its variables.</summary>
interface ILanguage : IDisposable
{
    /// <summary>Runs code and returns what is to be shown as its value, or null.</summary>
    /// <exception cref="CellException">The code fails.</exception>
    Task<object?> Run(CodePart part, IOutputSink sink, CancellationToken cancellation);

    /// <summary>Gives the language a variable.</summary>
    Task Set(string name, object? value);

    /// <summary>The value of a variable.</summary>
    /// <exception cref="KeyNotFoundException">There is no variable of that name.</exception>
    Task<object?> Get(string name);
}

/// <summary>The languages of a session besides C#; those that need a process or a compiler start at their first use.</summary>
sealed class CellLanguages(SessionOptions options) : IDisposable
{
    readonly Dictionary<string, ILanguage> _running = [];
    bool _mermaidIsHere;

    /// <summary>Runs a part and returns what is to be shown as its value, or null.</summary>
    public Task<object?> Run(CodePart part, IOutputSink sink, CancellationToken cancellation) => part.Language switch
    {
        "html" => Shown(CellFunctions.HTML(part.Code.Trim())),
        "javascript" => Shown(CellFunctions.Javascript(part.Code.Trim())),
        "markdown" => Shown(CellFunctions.Markdown(part.Code.Trim())),
        "mermaid" => Shown(Mermaid(part)),
        "sh" => Shell.Run(part, options.BaseFolder, sink, cancellation),
        _ => Of(part.Language)!.Run(part, sink, cancellation),
    };

    /// <summary>The language of that name, started where it is not yet, or null where no values can be shared with it.</summary>
    public ILanguage? Of(string name)
    {
        if (_running.TryGetValue(name, out var running)) return running;
        ILanguage? started = name switch
        {
            "python" => new Python(options),
            "fsharp" => new FSharp(options),
            _ => null,
        };
        if (started is not null) _running.Add(name, started);
        return started;
    }

    static Task<object?> Shown(object value) => Task.FromResult<object?>(value);

    // The script is some megabytes: the first diagram of a session carries it for all.
    object Mermaid(CodePart part)
    {
        var diagram = new MermaidDiagram(part.Code.Trim(), _mermaidIsHere ? null : options.MermaidScript ??
            throw CellError.OfCode(part, "mermaid.min.js is not here, which draws the diagrams: ./mimkit setup or ./mimkit lab fetches it."));
        _mermaidIsHere = true;
        return diagram;
    }

    public void Dispose()
    {
        foreach (var language in _running.Values) language.Dispose();
    }
}
