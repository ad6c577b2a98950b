namespace MimKit.Notebook;

/// <summary>The .NET platform as assemblies for the compiler: a small set that most cells need, and the rest for those that need more.</summary>
static class Platform
{
    // Each reference costs about two milliseconds and two megabytes at the first cell, so the rest waits until a name is missing.
    static readonly string[] Usual =
    [
        "System.Private.CoreLib", "System.Runtime", "System.Console", "System.Collections", "System.Linq", "System.Memory", "System.ObjectModel",
        "System.Text.Json", "System.Text.RegularExpressions", "System.Threading", "System.Diagnostics.Process", "System.ComponentModel.Primitives",
        "System.Private.Uri", "System.Runtime.InteropServices", "System.Collections.Concurrent", "System.Linq.Expressions", "System.Runtime.Numerics",
        "System.Runtime.Extensions", "netstandard",
    ];

    static readonly string[] All = ((string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);

    static readonly string Folder = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

    public static IEnumerable<string> First() => Ours().Where(IsUsual);

    public static IEnumerable<string> Rest() => Ours().Where(path => !IsUsual(path));

    public static IEnumerable<string> Files(params string[] names) => names.Select(name => Path.Combine(Folder, name + ".dll"));

    static IEnumerable<string> Ours() => All.Where(path => Path.GetDirectoryName(path) == Folder);

    static bool IsUsual(string path) => Usual.Contains(Path.GetFileNameWithoutExtension(path));
}
