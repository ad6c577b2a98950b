namespace MimKit.Notebook;

/// <summary>How a notebook is run headless.</summary>
public sealed record RunnerOptions
{
    /// <summary>Where NAME.ipynb, NAME.html and NAME.json go; made where it is missing.</summary>
    public required string OutDir { get; init; }

    /// <summary>Values for the notebook's parameters, as text.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>The session's references, usings and hooks. Its base folder becomes the notebook's.</summary>
    public SessionOptions Session { get; init; } = new();

    /// <summary>Where the report's scripts lie.</summary>
    public ReportAssets Assets { get; init; } = new();

    public INotebookObserver Observer { get; init; } = new NoObserver();

    /// <summary>Asked once at the end: what the host knows of the run (commit, data, machine), shown in the report and stored with the numbers.</summary>
    public Func<IReadOnlyDictionary<string, string>> Provenance { get; init; } = () => new Dictionary<string, string>();

    /// <summary>How long a cancelled cell may take to stop before the files are written without it.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>Files of npm packages that a report embeds where it needs them. Without them charts and formulas are shown in their plain forms.</summary>
public sealed record ReportAssets
{
    /// <summary>plotly.min.js of <c>plotly.js-dist-min</c>.</summary>
    public string? PlotlyPath { get; init; }

    /// <summary>The <c>dist</c> folder of <c>katex</c>: katex.min.js, katex.min.css and fonts/*.woff2.</summary>
    public string? KatexFolder { get; init; }
}
