using System.Formats.Tar;
using System.Globalization;
using System.Text;
using MimKit.Runtime;

namespace MimKit.Data;

/// <summary>
/// WebDataset shards: tar files in which KEY.jpg (png, webp) and KEY.cls (the class as a number) follow one another. The headers are read
/// once; images are then read at their offsets. An epoch visits the shards in a drawn order and shuffles within a few of them, so that a
/// disk reads nearly in sequence.
/// </summary>
public sealed class TarShards : ImageSource
{
    private const int Together = 4;                    // shards whose samples are mixed
    private const long MostBytes = 1L << 28;           // of one image file
    private static readonly HashSet<string> Images = new(StringComparer.OrdinalIgnoreCase) { "jpg", "jpeg", "png", "webp" };

    private readonly record struct Place(int Shard, long Offset, int Length, string Key);
    private readonly string[] _shards;
    private readonly Place[] _places;

    private TarShards(DataManifest manifest, string split, IReadOnlyList<string> classes, int[] labels, string[] shards, Place[] places) : base(manifest, split, classes, labels) =>
        (_shards, _places) = (shards, places);

    /// <summary>Reads the headers of shards.</summary>
    /// <param name="pattern">a path in which <c>{000..127}</c> stands for each number of a range</param>
    /// <param name="rank">this process takes shards rank, rank + ranks, …</param>
    /// <exception cref="DataException">A shard is missing or damaged, an image has no class or a class no image.</exception>
    public static TarShards Open(DataManifest manifest, string split, string pattern, int rank = 0, int ranks = 1)
    {
        var shards = Expand(pattern).Where((_, i) => i % ranks == rank).ToArray();
        if (shards.Length == 0) throw new ArgumentException($"{pattern} names fewer shards than the {ranks} processes that share them.");
        var samples = shards.SelectMany((shard, number) => Index(shard, number)).ToArray();
        var classes = manifest.Classes.Count > 0 ? manifest.Classes : [.. Enumerable.Range(0, manifest.ClassCount).Select(i => i.ToString(CultureInfo.InvariantCulture))];
        if (samples.FirstOrDefault(sample => sample.Label >= classes.Count) is { Place.Key: { } key, Label: var label })
            throw new DataException($"{pattern}: {key} has class {label}; {manifest.Name} has {classes.Count:N0} classes.");
        return new(manifest, split, classes, Array.ConvertAll(samples, sample => sample.Label), shards, Array.ConvertAll(samples, sample => sample.Place));
    }

    /// <summary>The paths that a pattern with a range stands for: <c>train-{000..127}.tar</c>.</summary>
    public static IReadOnlyList<string> Expand(string pattern)
    {
        var (open, dots, close) = (pattern.IndexOf('{'), pattern.IndexOf("..", StringComparison.Ordinal), pattern.IndexOf('}'));
        if (open < 0 || dots < open || close < dots) return [pattern];
        var (first, last) = (pattern[(open + 1)..dots], pattern[(dots + 2)..close]);
        if (!int.TryParse(first, out var from) || !int.TryParse(last, out var to) || to < from) throw new DataException($"'{pattern}' is no range of shards; one is {{000..127}}.");
        return [.. Enumerable.Range(from, to - from + 1).Select(i => pattern[..open] + i.ToString("D" + first.Length, CultureInfo.InvariantCulture) + pattern[(close + 1)..])];
    }

    public override byte[] Read(int index)
    {
        var place = _places[index];
        try
        {
            using var file = File.OpenHandle(_shards[place.Shard]);
            var bytes = new byte[place.Length];
            for (var done = 0; done < bytes.Length;)
                done += RandomAccess.Read(file, bytes.AsSpan(done), place.Offset + done) is > 0 and var read ? read : throw new IOException("the shard ends before the image does");
            return bytes;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{NameOf(index)} cannot be read: {problem.Message}", problem);
        }
    }

    public override string NameOf(int index) => $"{_shards[_places[index].Shard]}: {_places[index].Key}";

    public override long[] Order(ulong seed, int epoch)
    {
        var shards = Draw.Order(seed, epoch, _shards.Length);
        var members = Enumerable.Range(0, Count).ToLookup(i => _places[i].Shard);
        return [.. shards.Chunk(Together).SelectMany((group, number) =>
        {
            var samples = group.SelectMany(shard => members[(int)shard]).ToArray();
            return new Draw(seed, epoch, [number]).Permutation(Purpose.Order, samples.Length, draw: 1).Select(i => (long)samples[i]);
        })];
    }

    public override TarShards Select(int[] places, string split) =>
        new(Manifest, split, Classes, Array.ConvertAll(places, i => Labels[i]), _shards, Array.ConvertAll(places, i => _places[i]));

    internal static SourceSplits Splits(DataManifest manifest)
    {
        TarShards? Part(string key) => manifest.Layout.TryGetValue(key, out var pattern) ? Open(manifest, key, Path.Combine(DataFolder.Of(manifest), pattern)) : null;
        return new(Part("train"), Part("val"), Part("test"));
    }

    private static List<(Place Place, int Label)> Index(string shard, int number)
    {
        if (!File.Exists(shard)) throw new DataException($"The shard {shard} does not exist.");
        var images = new Dictionary<string, Place>();
        var labels = new Dictionary<string, int>();
        try
        {
            using var stream = File.OpenRead(shard);
            using var tar = new TarReader(stream);
            while (tar.GetNextEntry() is { } entry)
            {
                if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile)) continue;
                var (key, ending) = KeyOf(entry.Name);
                if (Images.Contains(ending) && entry.Length <= MostBytes && entry.DataOffset + entry.Length <= stream.Length) images[key] = new(number, entry.DataOffset, (int)entry.Length, entry.Name);
                else if (ending == "cls") labels[key] = Class(entry, shard);
            }
        }
        catch (Exception problem) when (problem is InvalidDataException or EndOfStreamException or FormatException or IOException)
        {
            throw new DataException($"The shard {shard} is damaged: {problem.Message}", problem);
        }
        if (images.Keys.Except(labels.Keys).FirstOrDefault() is { } image) throw new DataException($"{shard}: {image} has an image but no .cls.");
        if (labels.Keys.Except(images.Keys).FirstOrDefault() is { } label) throw new DataException($"{shard}: {label} has a .cls but no whole image.");
        return [.. images.OrderBy(pair => pair.Value.Offset).Select(pair => (pair.Value, labels[pair.Key]))];
    }

    // WebDataset's rule: the key ends at the first dot of the file name.
    private static (string Key, string Ending) KeyOf(string name)
    {
        var dot = name.IndexOf('.', name.LastIndexOf('/') + 1);
        return dot < 0 ? (name, "") : (name[..dot], name[(dot + 1)..]);
    }

    private static int Class(TarEntry entry, string shard)
    {
        var text = new byte[Math.Min(entry.Length, 16)];
        entry.DataStream?.ReadExactly(text);
        return int.TryParse(Encoding.ASCII.GetString(text).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var label) ? label
            : throw new DataException($"{shard}: {entry.Name} does not hold the number of a class.");
    }
}
