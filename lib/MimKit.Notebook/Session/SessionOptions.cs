namespace MimKit.Notebook;

/// <summary>What a host gives a session: assemblies, usings and what surrounds a cell.</summary>
public sealed record SessionOptions
{
    /// <summary>Assemblies that cells may use besides the .NET platform, by path.</summary>
    public IReadOnlyList<string> References { get; init; } = [];

    /// <summary>
    /// Usings of every cell besides System, collections, IO, LINQ, text and tasks, as written after the keyword:
    /// <c>System.Net</c>, <c>static System.Math</c>, <c>X = System.Text</c>.
    /// </summary>
    public IReadOnlyList<string> MoreUsings { get; init; } = [];

    /// <summary>Packages that <see cref="References"/> already provide: <c>#r "nuget: NAME"</c> is then without effect.</summary>
    public IReadOnlyList<string> ProvidedPackages { get; init; } = [];

    /// <summary>Where relative paths of <c>#r "library.dll"</c> start. Default: the current folder.</summary>
    public string BaseFolder { get; init; } = Directory.GetCurrentDirectory();

    /// <summary>How tensors of the host are shared with Python; without it only numbers, text and arrays are.</summary>
    public TensorExchange? Tensors { get; init; }

    /// <summary>The file mermaid.min.js of the npm package <c>mermaid</c>, which draws <c>#!mermaid</c>; null where it is not installed.</summary>
    public string? MermaidScript { get; init; }

    /// <summary>
    /// Called in the execution context of each cell just before it runs, with the cell's token: the place to set ambient (async-local) state.
    /// What it returns is disposed when the cell has ended.
    /// </summary>
    public Func<CancellationToken, IDisposable?>? AroundCell { get; init; }

    /// <summary>
    /// Called after <see cref="AroundCell"/>. What it returns is asked, from any thread, whether a library is at work that ends at a good place by
    /// itself once the cell's token is cancelled: while it is, and for ten seconds at most, the cell is not stopped in other ways.
    /// </summary>
    public Func<Func<bool>>? StopsByItself { get; init; }
}
