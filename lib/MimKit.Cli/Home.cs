namespace MimKit.Cli;

/// <summary>The repository's root: <c>MIMKIT_HOME</c> as the launcher sets it, else upward from the assembly.</summary>
static class Home
{
    public static string Folder { get; } = Find();

    public static string At(params string[] parts) => Path.Combine([Folder, .. parts]);

    static string Find()
    {
        if (Environment.GetEnvironmentVariable("MIMKIT_HOME") is { Length: > 0 } home) return home;
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "MimKit.sln"))) return at.FullName;
        throw new DirectoryNotFoundException($"MimKit.sln was not found upward from {AppContext.BaseDirectory}; set MIMKIT_HOME to the repository's root.");
    }
}
