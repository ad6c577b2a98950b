namespace MimKit.Data;

/// <summary>
/// Gets the files of a data set: each that is not in its place whole is asked of the manifest's providers in their order, checked, and only
/// then given its name. A file without a published checksum has the one it came with recorded. Archives of formats that are read as many
/// files are unpacked. May be stopped at any moment and started again.
/// </summary>
/// <param name="output">a line a file; a download overwrites its own line</param>
public sealed class DataFetch(DataManifest manifest, TextWriter output)
{
    /// <summary>Fetches what is missing or damaged.</summary>
    /// <exception cref="DataException">No provider gave a file; the message says what each of them answered and what a person can do.</exception>
    public void Run(CancellationToken cancellation = default)
    {
        if (manifest.From is { } source)
        {
            output.WriteLine($"{manifest.Name} is made of {source}:");
            new DataFetch(Datasets.Manifest(source), output).Run(cancellation);
        }
        else if (manifest.Files.Count == 0 && !DataFolder.IsPresent(manifest)) throw Nowhere("its folders", [.. manifest.Providers.Select(provider => provider.Describe())]);
        foreach (var (role, file) in manifest.Files)
        {
            if (Unpacking.IsDone(manifest, file)) output.WriteLine($"{file.Name}: unpacked");
            else if (DataFolder.Find(manifest, file) is not null && Datasets.Verify(manifest, file).Problem is null) output.WriteLine($"{file.Name}: here and whole");
            else Get(role, file, cancellation);
            if (Unpacking.IsWanted(manifest) && !Unpacking.IsDone(manifest, file)) Unpacking.Run(manifest, file, output, cancellation);
        }
    }

    private void Get(string role, DataFile file, CancellationToken cancellation)
    {
        var answers = new List<string>();
        foreach (var provider in manifest.Providers.Where(provider => provider.File is null || provider.File == role))
        {
            try
            {
                if (provider is NpmArchive npm) Place(NpmFetch.Get(npm, file, manifest, output, cancellation), file);
                else if (provider is Download download) Place(UrlFetch.Get(download.For(file), file, manifest, output, cancellation), file);
                else
                {
                    answers.Add(provider.Describe());
                    continue;
                }
                return;
            }
            catch (DataException problem)
            {
                answers.Add($"{provider.Describe()}\n      {problem.Message.ReplaceLineEndings("\n      ")}");
            }
        }
        throw Nowhere(file.Name, answers);
    }

    // A damaged arrival is removed, or a resumed download would go on from it for ever.
    private void Place(string arrived, DataFile file)
    {
        try
        {
            var sha256 = DataFiles.CompareFile(manifest, file, arrived);
            var published = file.Sha256 is not null || file.Md5 is not null;
            if (file.Sha256 is null) Checksums.Record(manifest, file, sha256);
            var name = manifest.Format == DataFormat.Idx && arrived.EndsWith(".gz.partial", StringComparison.Ordinal) ? file.Name + ".gz" : file.Name;
            var size = new FileInfo(arrived).Length / 1e6;
            File.Move(arrived, Path.Combine(DataFolder.Of(manifest), name), overwrite: true);
            File.Delete(arrived + UrlFetch.Stamp);
            output.WriteLine($"{file.Name}: {size:F0} MB, " + (published ? "its published checksum is right" : $"no checksum is published; recorded sha256 {sha256}"));
        }
        catch (DataException)
        {
            File.Delete(arrived);
            throw;
        }
    }

    private DataException Nowhere(string what, IReadOnlyList<string> answers) => new(
        $"{manifest.Title}: {what} missing or damaged, and not to be fetched. Ways to get it:\n    {string.Join("\n    ", answers)}\n" +
        $"  The files belong into {DataFolder.Of(manifest)}; then ./mimkit data verify {manifest.Name}");
}
