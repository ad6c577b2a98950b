namespace MimKit.Data;

/// <summary>Image files with what is made of each: a training loop reads them as it reads a set in memory, decoded by threads while it computes.</summary>
/// <param name="source">the files</param>
/// <param name="views">what is made of every image; where there are several views, a method takes them with <see cref="LoadedViews"/></param>
public sealed class FileImages(ImageSource source, SampleViews views) : IImages
{
    public ImageSource Source => source;
    public SampleViews Views => views;
    public DataManifest Manifest => source.Manifest;
    public string Name => source.Name;
    public string Split => source.Split;
    public int Count => source.Count;
    public string Digest => source.Digest;

    /// <summary>Threads that decode; default: one a core.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Batches that may be ready before they are asked for.</summary>
    public int Ahead { get; init; } = 2;

    public CorruptImages OnCorrupt { get; init; } = CorruptImages.Fail;

    public IBatches Batches(int batchSize, ulong seed, bool dropLast = true, int rank = 0, int ranks = 1) =>
        new ImageLoader(source, views, batchSize, seed, dropLast, rank, ranks) { Threads = Threads, Ahead = Ahead, OnCorrupt = OnCorrupt };

    public override string ToString() => $"{source}; {views}";
}
