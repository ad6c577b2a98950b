using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace MimKit.Cli.Notebooks;

/// <summary>Where Jupyter looks for kernels, and the description of ours that it finds there.</summary>
static partial class KernelFolder
{
    public const string DefaultName = "mimkit-csharp";

    /// <summary>The name under which .NET Interactive was installed: notebooks made for it ask for this one.</summary>
    const string Alias = ".net-csharp";
    const string Ours = "C# (MimKit)";

    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Jupyter's data folder of the current user.</summary>
    public static string OfUser()
    {
        if (Environment.GetEnvironmentVariable("JUPYTER_DATA_DIR") is { Length: > 0 } named) return named;
        var data = Environment.GetEnvironmentVariable("XDG_DATA_HOME") is { Length: > 0 } xdg ? xdg
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "share");
        return Path.Combine(data, "jupyter");
    }

    /// <summary>Writes the kernel's description under its name and, where no other kernel has it, under .NET Interactive's.</summary>
    /// <returns>What was done, line by line.</returns>
    /// <exception cref="ArgumentException">Jupyter does not take such a name.</exception>
    public static IEnumerable<string> Install(string dataFolder, string name)
    {
        if (!Name().IsMatch(name)) throw new ArgumentException($"--name {name}: a kernel's name has letters, digits, '.', '-' and '_' only, e.g. {DefaultName}.");
        yield return $"{Ours} installed: {Write(dataFolder, name)}";
        if (name == Alias) yield break;
        yield return Owner(dataFolder) is { } other
            ? $"{Alias} stays with '{other}': notebooks that name it open with that kernel."
            : $"{Alias} installed too, for notebooks made with .NET Interactive: {Write(dataFolder, Alias)}";
    }

    static string Write(string dataFolder, string name)
    {
        var folder = Path.Combine(dataFolder, "kernels", name);
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "kernel.json"), Description().ToJsonString(Indented) + "\n");
        return folder;
    }

    // The launcher finds libtorch, sets the environment and builds what has changed, also when the kernel restarts.
    static JsonObject Description() => new()
    {
        ["argv"] = new JsonArray(Home.At("mimkit"), "kernel", "run", "{connection_file}"),
        ["display_name"] = Ours,
        ["language"] = "C#",
        ["interrupt_mode"] = "message",
        // A cell that takes all memory then fails with OutOfMemoryException, and the system does not kill the kernel with all its variables.
        ["env"] = new JsonObject { ["DOTNET_GCHeapHardLimitPercent"] = "0x50" },
        ["metadata"] = new JsonObject { ["debugger"] = false },
    };

    // The display name of the kernel that has the alias now, unless it is ours; a folder nobody can read has no owner.
    static string? Owner(string dataFolder)
    {
        var folders = new[] { dataFolder, OfUser(), "/usr/local/share/jupyter", "/usr/share/jupyter" }
            .Concat((Environment.GetEnvironmentVariable("JUPYTER_PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)).Distinct();
        foreach (var file in folders.Select(folder => Path.Combine(folder, "kernels", Alias, "kernel.json")).Where(File.Exists))
            if (DisplayName(file) is { } name && name != Ours) return name;
        return null;
    }

    static string? DisplayName(string file)
    {
        try { return (string?)JsonNode.Parse(File.ReadAllText(file))?["display_name"] ?? file; }
        catch (Exception e) when (e is JsonException or InvalidOperationException or IOException) { return null; }
    }

    [GeneratedRegex(@"^[A-Za-z0-9._-]+$")]
    private static partial Regex Name();
}
