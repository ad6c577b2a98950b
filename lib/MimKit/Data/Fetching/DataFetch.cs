namespace MimKit.Data;

/// <summary>
/// Gets the files of a data set: each that is not in its place whole is asked of the manifest's providers in their order, checked, and only
/// then given its name. A file without a published checksum has the one it came with recorded.
/// </summary>
/// <param name="progress">a line a file, and how far a download is</param>
public sealed class DataFetch(DataManifest manifest, Action<string> progress)
{
    /// <summary>Fetches what is missing or damaged.</summary>
    /// <exception cref="DataException">No provider gave a file; the message says what each of them answered and what a person can do.</exception>
    public void Run(CancellationToken cancellation = default)
    {
        foreach (var (role, file) in manifest.Files)
        {
            if (DataFolder.Find(manifest, file) is not null && Datasets.Verify(manifest, file).Problem is null) progress($"{file.Name}: here and whole");
            else Get(role, file, cancellation);
        }
    }

    private void Get(string role, DataFile file, CancellationToken cancellation)
    {
        var answers = new List<string>();
        foreach (var provider in manifest.Providers.Where(provider => provider.File is null || provider.File == role))
        {
            if (Source(provider) is not { } source)
            {
                answers.Add(provider.Describe());
                continue;
            }
            try
            {
                source(file, cancellation);
                return;
            }
            catch (DataException problem)
            {
                answers.Add($"{provider.Describe()}\n      {problem.Message.ReplaceLineEndings("\n      ")}");
            }
        }
        throw new DataException($"{manifest.Title}: {file.Name} is missing or damaged and was not fetched. Ways to get it:\n    {string.Join("\n    ", answers)}\n" +
                                $"  The files belong into {DataFolder.Of(manifest)}; then ./mimkit data verify {manifest.Name}");
    }

    private Action<DataFile, CancellationToken>? Source(DataProvider provider) => provider switch
    {
        NpmArchive npm => (file, cancellation) => NpmFetch.Get(npm, file, manifest, progress, cancellation),
        _ => null,
    };
}
