namespace MimKit.Data;

/// <summary>
/// sha256 of files whose manifest publishes none, kept beside them as <c>checksums.sha256</c> (sha256sum's format) when they are first fetched:
/// from then on a change is noticed.
/// </summary>
internal static class Checksums
{
    public static string? Recorded(DataManifest manifest, DataFile file)
    {
        var path = PathOf(manifest);
        if (!File.Exists(path)) return null;
        return File.ReadLines(path).Select(line => line.Split("  ", 2)).LastOrDefault(parts => parts.Length == 2 && parts[1] == file.Name)?[0];
    }

    public static void Record(DataManifest manifest, DataFile file, string sha256)
    {
        var path = PathOf(manifest);
        var lines = (File.Exists(path) ? File.ReadAllLines(path) : []).Where(line => !line.EndsWith("  " + file.Name, StringComparison.Ordinal));
        Placing.Write(path, stream =>
        {
            using var text = new StreamWriter(stream, leaveOpen: true);
            foreach (var line in lines.Append($"{sha256}  {file.Name}")) text.WriteLine(line);
        });
    }

    private static string PathOf(DataManifest manifest) => Path.Combine(DataFolder.Of(manifest), "checksums.sha256");
}
