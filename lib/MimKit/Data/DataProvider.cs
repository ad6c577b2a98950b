namespace MimKit.Data;

/// <summary>One way to get the files of a data set.</summary>
/// <param name="File">the one role it gives; null: all files</param>
public abstract record DataProvider(string? File)
{
    /// <summary>One line: what a person does, or what <c>data fetch</c> will do.</summary>
    public abstract string Describe();

    internal static DataProvider Read(ManifestSection section)
    {
        var file = section.TextOrNull("file");
        DataProvider provider =
            section.Has("system-package") ? new SystemPackage(section.Text("system-package"), section.Text("folder"))
            : section.Has("npm") ? new NpmArchive(section.Text("npm"), file)
            : section.Has("url") ? new Download(section.Text("url"), file)
            : section.Has("manual") ? new ByHand(section.Text("manual"))
            : throw section.Error("", "names no provider; one of system-package, npm, url, manual is wanted");
        section.RefuseUnknownKeys();
        return provider;
    }
}

/// <summary>A package of the distribution and the folder that it fills.</summary>
public sealed record SystemPackage(string Package, string Folder) : DataProvider((string?)null)
{
    public override string Describe() => $"apt-get install {Package}      (./mimkit setup does it as root)";
}

/// <summary>The archive of an npm package, fetched by the npm client.</summary>
/// <param name="Package">NAME@VERSION</param>
public sealed record NpmArchive(string Package, string? File) : DataProvider(File)
{
    public override string Describe() => $"npm pack {Package}";
}

/// <summary>A URL; <c>{name}</c> in it stands for the file's name.</summary>
public sealed record Download(string Url, string? File) : DataProvider(File)
{
    public string For(DataFile file) => Url.Replace("{name}", file.Name);
    public override string Describe() => Url;
}

/// <summary>What only a person can do, such as accepting terms.</summary>
public sealed record ByHand(string Instructions) : DataProvider((string?)null)
{
    public override string Describe() => Instructions;
}
