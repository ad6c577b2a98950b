using System.Formats.Tar;
using System.IO.Compression;

namespace MimKit.Data;

/// <summary>
/// Unpacks archives of formats that are read as many files: into a folder beside the archive, named after it, that gets its name when
/// everything is in it. Entries that would leave that folder, links and devices are refused.
/// </summary>
internal static class Unpacking
{
    private static readonly string[] Endings = [".tar.gz", ".tgz", ".tar", ".zip"];

    public static bool IsWanted(DataManifest manifest) => manifest.Format is DataFormat.ImageFolder or DataFormat.SegmentationFolder;

    public static bool IsDone(DataManifest manifest, DataFile file) => IsWanted(manifest) && Directory.Exists(FolderOf(manifest, file));

    public static void Run(DataManifest manifest, DataFile file, TextWriter output, CancellationToken cancellation)
    {
        var (archive, folder) = (DataFiles.Find(manifest, file), FolderOf(manifest, file));
        var partial = folder + ".partial";
        if (Directory.Exists(partial)) Directory.Delete(partial, recursive: true);
        Directory.CreateDirectory(partial);
        DiskSpace.Check(partial, new FileInfo(archive).Length);
        var count = 0;
        try
        {
            if (archive.EndsWith(".zip", StringComparison.Ordinal)) Zip(archive, partial, () => Tick(++count));
            else Tar(archive, partial, () => Tick(++count));
        }
        catch (Exception problem) when (problem is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw new DataException($"{archive} does not unpack: {problem.Message}\n  to do: remove it and run ./mimkit data fetch {manifest.Name} again.", problem);
        }
        Directory.Move(partial, folder);
        output.WriteLine($"\r{file.Name}: {count:N0} files unpacked");

        void Tick(int done)
        {
            cancellation.ThrowIfCancellationRequested();
            if (done % 1000 == 0) output.Write($"\r{file.Name}: {done:N0} files unpacked");
        }
    }

    private static string FolderOf(DataManifest manifest, DataFile file) =>
        Path.Combine(DataFolder.Of(manifest), Endings.FirstOrDefault(file.Name.EndsWith) is { } ending ? file.Name[..^ending.Length] : file.Name + ".d");

    private static void Zip(string archive, string folder, Action tick)
    {
        using var zip = ZipFile.OpenRead(archive);
        foreach (var entry in zip.Entries.Where(entry => !entry.FullName.EndsWith('/')))
        {
            entry.ExtractToFile(Inside(folder, entry.FullName));
            tick();
        }
    }

    private static void Tar(string archive, string folder, Action tick)
    {
        using var file = File.OpenRead(archive);
        using Stream content = archive.EndsWith(".tar", StringComparison.Ordinal) ? file : new GZipStream(file, CompressionMode.Decompress);
        using var tar = new TarReader(content);
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile)) continue;
            entry.ExtractToFile(Inside(folder, entry.Name), overwrite: false);
            tick();
        }
    }

    private static string Inside(string folder, string name)
    {
        var path = Path.GetFullPath(Path.Combine(folder, name));
        if (!path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal)) throw new InvalidDataException($"its entry '{name}' would be written outside the folder");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }
}
