using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace MimKit.Data;

/// <summary>Images of one split in memory, as the files hold them: uint8, unnormalised.</summary>
public sealed class ImageSet : IImages
{
    private readonly Lazy<string> _digest;

    /// <summary>Images with the one labelling that the manifest names.</summary>
    /// <param name="manifest">The data set.</param>
    /// <param name="split">"train", "val", "test", or words of the caller's own.</param>
    /// <param name="pixels">[N, C, H, W] uint8, row-major.</param>
    /// <param name="labels">[N] in 0 … classes − 1.</param>
    /// <exception cref="ArgumentException">Pixels and labels do not fit together, or a label is outside the classes.</exception>
    public ImageSet(DataManifest manifest, string split, byte[] pixels, int[] labels)
        : this(manifest, split, pixels, [new Labelling("class", manifest.Classes, labels)]) { }

    /// <summary>Images with one or more labellings, the first of which is in use.</summary>
    /// <exception cref="ArgumentException">Pixels and labels do not fit together, or a label is outside its classes.</exception>
    public ImageSet(DataManifest manifest, string split, byte[] pixels, IReadOnlyList<Labelling> labellings)
    {
        (Manifest, Split, Pixels, Labellings) = (manifest, split, pixels, labellings);
        foreach (var labelling in labellings)
        {
            var labels = labelling.Labels;
            if (pixels.LongLength != (long)labels.Length * ImageBytes)
                throw new ArgumentException($"{labels.Length:N0} labels need {(long)labels.Length * ImageBytes:N0} bytes of {Channels}x{Height}x{Width} images, found {pixels.LongLength:N0}.");
            var wrong = Array.FindIndex(labels, label => label < 0 || label >= labelling.Classes.Count);
            if (wrong >= 0) throw new ArgumentException($"Label {labels[wrong]} of image {wrong} is outside the {labelling.Classes.Count} classes of {Name}.");
        }
        _digest = new(ComputeDigest);
    }

    public DataManifest Manifest { get; }
    public string Name => Manifest.Name;
    public string Split { get; }
    public int Count => Labels.Length;
    public int Channels => Manifest.Image.Channels;
    public int Height => Manifest.Image.Height;
    public int Width => Manifest.Image.Width;
    public int ClassCount => Classes.Count;
    /// <summary>Names of the classes that <see cref="Labels"/> counts.</summary>
    public IReadOnlyList<string> Classes => Labellings[0].Classes;
    /// <summary>[N, C, H, W] uint8.</summary>
    public byte[] Pixels { get; }
    /// <summary>[N] class numbers.</summary>
    public int[] Labels => Labellings[0].Labels;
    /// <summary>Every labelling of these images; the first is in use, <see cref="By"/> chooses another.</summary>
    public IReadOnlyList<Labelling> Labellings { get; }
    /// <summary>Bytes of one image: C·H·W.</summary>
    public int ImageBytes => Channels * Height * Width;
    /// <summary>sha256 over name, split, pixels and labels in hexadecimal; computed once.</summary>
    public string Digest => _digest.Value;

    /// <summary>The bytes of one image, [C, H, W].</summary>
    public ReadOnlySpan<byte> Image(int index) => Pixels.AsSpan(checked(index * ImageBytes), ImageBytes);

    /// <summary>The same images under another labelling, as "sub-category" of Emoji-64.</summary>
    /// <exception cref="ArgumentException">There is none of that name; the message lists those there are.</exception>
    public ImageSet By(string labelling) => new(Manifest, Split, Pixels, [Labelled(labelling), .. Labellings.Where(other => other.Name != labelling)]);

    /// <summary>The images of one class of a labelling, as the "google" ones by "style".</summary>
    public ImageSet Where(string labelling, string @class)
    {
        var by = Labelled(labelling);
        var wanted = by.Classes.ToList().IndexOf(@class);
        if (wanted < 0) throw new ArgumentException($"{Name} has no {labelling} '{@class}'; there are: {string.Join(", ", by.Classes)}.");
        return Select([.. Enumerable.Range(0, Count).Where(i => by.Labels[i] == wanted)], $"{Split}, {labelling} {@class}");
    }

    /// <summary>The first <paramref name="count"/> images, for a quick look or a small scale.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than there are, or fewer than one.</exception>
    public ImageSet Take(int count)
    {
        if (count < 1 || count > Count) throw new ArgumentOutOfRangeException(nameof(count), $"{Name} {Split} has {Count:N0} images; asked for {count:N0}.");
        return count == Count ? this : Select([.. Enumerable.Range(0, count)], Split);
    }

    /// <summary>The images at the given places, in that order.</summary>
    public ImageSet Select(int[] places, string split)
    {
        var pixels = new byte[(long)places.Length * ImageBytes];
        for (var i = 0; i < places.Length; i++) Image(places[i]).CopyTo(pixels.AsSpan(checked(i * ImageBytes)));
        return new(Manifest, split, pixels, [.. Labellings.Select(labelling => labelling.At(places))]);
    }

    /// <summary>Both sets one after the other: the gallery train + val once nothing is left to choose.</summary>
    public ImageSet With(ImageSet other)
    {
        if (other.Manifest != Manifest) throw new ArgumentException($"{Name} and {other.Name} are different data sets.");
        return new(Manifest, $"{Split}+{other.Split}", [.. Pixels, .. other.Pixels],
            [.. Labellings.Select(own => own with { Labels = [.. own.Labels, .. other.Labelled(own.Name).Labels] })]);
    }

    public IBatches Batches(int batchSize, ulong seed, bool dropLast = true, int rank = 0, int ranks = 1) => new BatchLoader(this, batchSize, seed, dropLast, rank, ranks);

    public override string ToString() => $"{Name} {Split}: {Count:N0} images {Channels}x{Height}x{Width}, {ClassCount} classes";

    private Labelling Labelled(string name) => Labellings.FirstOrDefault(labelling => labelling.Name == name)
        ?? throw new ArgumentException($"{Name} has no labelling '{name}'; there are: {string.Join(", ", Labellings.Select(labelling => labelling.Name))}.");

    private string ComputeDigest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{Name}/{Split}/{Count}x{Channels}x{Height}x{Width}\n"));
        hash.AppendData(Pixels);
        hash.AppendData(MemoryMarshal.AsBytes(Labels.AsSpan()));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

/// <summary>The three splits of a data set. Choices are made on val; test is read once per table cell.</summary>
public sealed record DataSplits(ImageSet Train, ImageSet Val, ImageSet Test);
