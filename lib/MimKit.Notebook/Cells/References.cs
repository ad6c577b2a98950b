namespace MimKit.Notebook;

/// <summary><c>#r "library.dll"</c>, <c>#r "nuget: Id, version"</c> and <c>#i "nuget: source"</c>.</summary>
static class References
{
    const string NuGet = "nuget:";

    public static async Task Add(DirectiveCall call)
    {
        if (!call.Target.StartsWith(NuGet, StringComparison.OrdinalIgnoreCase))
        {
            var path = Path.GetFullPath(call.Target, call.Cell.Options.BaseFolder);
            if (!File.Exists(path)) throw call.Error($"The library {path} does not exist. Relative paths start at {call.Cell.Options.BaseFolder}.");
            call.Cell.Submissions.Add([path], []);
            return;
        }
        var parts = call.Target[NuGet.Length..].Split(',', StringSplitOptions.TrimEntries);
        var (id, version) = (parts[0], parts.ElementAtOrDefault(1));
        if (call.Cell.Options.ProvidedPackages.Contains(id, StringComparer.OrdinalIgnoreCase)) return;
        await Fetch(call, id, version).ConfigureAwait(false);
    }

    public static Task AddSource(DirectiveCall call)
    {
        if (!call.Target.StartsWith(NuGet, StringComparison.OrdinalIgnoreCase)) throw call.Error("A source of packages is named as #i \"nuget: folder or address\".");
        call.Cell.Submissions.Packages.Sources.Add(call.Target[NuGet.Length..].Trim());
        return Task.CompletedTask;
    }

    static async Task Fetch(DirectiveCall call, string id, string? version)
    {
        var shown = Guid.NewGuid().ToString("N");
        var wanted = $"{id}{(version is null ? "" : " " + version)}";
        Say(call, $"Fetching {wanted} …", call.Sink.Display, shown);
        RestoredPackage package;
        try { package = await call.Cell.Submissions.Packages.Restore(id, version, call.Cell.Options.BaseFolder, call.Cancellation).ConfigureAwait(false); }
        catch (PackageException e)
        {
            Say(call, $"{wanted} was not fetched.", call.Sink.Update, shown);
            throw call.Error(e.Message);
        }
        call.Cell.Submissions.Add(package.Libraries, package.NativeFolders);
        Say(call, $"{package.Id} {package.Version}, {package.Libraries.Count} {(package.Libraries.Count == 1 ? "library" : "libraries")}", call.Sink.Update, shown);
    }

    static void Say(DirectiveCall call, string text, Action<MimeBundle, string> show, string id) =>
        CellContext.Outside(() => show(new MimeBundle().Add(MimeBundle.Text, text), id));
}
