namespace MimKit.Notebook;

/// <summary>What a host gives a Jupyter kernel.</summary>
public sealed record KernelOptions
{
    /// <summary>Makes the session's options; called once, in the background, while the kernel already answers.</summary>
    public Func<SessionOptions> Session { get; init; } = () => new SessionOptions();

    /// <summary>The kernel's name and version for front ends that ask.</summary>
    public string Implementation { get; init; } = "csharp";

    public string Version { get; init; } = typeof(KernelOptions).Assembly.GetName().Version!.ToString(3);

    /// <summary>Shown by consoles when they start.</summary>
    public string Banner { get; init; } = "C# in Jupyter";

    /// <summary>Entries of a front end's help menu: text and address.</summary>
    public IReadOnlyDictionary<string, string> HelpLinks { get; init; } = new Dictionary<string, string>();

    /// <summary>The file plotly.min.js of the npm package <c>plotly.js-dist-min</c>, which draws charts in pages that have none; null where it is not installed.</summary>
    public string? PlotlyScript { get; init; }

    /// <summary>Gets a line where the kernel meets something it cannot take: a dropped message, a failed answer. Default: standard error.</summary>
    public Action<string> Log { get; init; } = line => CellConsole.TerminalError.WriteLine($"kernel: {line}");
}
