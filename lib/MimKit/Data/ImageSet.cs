using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace MimKit.Data;

/// <summary>Images of one split in memory, as the files hold them: uint8, unnormalised.</summary>
public sealed class ImageSet
{
    private readonly Lazy<string> _digest;

    /// <param name="manifest">The data set.</param>
    /// <param name="split">"train", "val", "test", or words of the caller's own.</param>
    /// <param name="pixels">[N, C, H, W] uint8, row-major.</param>
    /// <param name="labels">[N] in 0 … classes − 1.</param>
    /// <exception cref="ArgumentException">Pixels and labels do not fit together, or a label is outside the classes.</exception>
    public ImageSet(DataManifest manifest, string split, byte[] pixels, int[] labels)
    {
        (Manifest, Split, Pixels, Labels) = (manifest, split, pixels, labels);
        if (pixels.LongLength != (long)labels.Length * ImageBytes)
            throw new ArgumentException($"{labels.Length:N0} labels need {(long)labels.Length * ImageBytes:N0} bytes of {Channels}x{Height}x{Width} images, found {pixels.LongLength:N0}.");
        var wrong = Array.FindIndex(labels, label => label < 0 || label >= ClassCount);
        if (wrong >= 0) throw new ArgumentException($"Label {labels[wrong]} of image {wrong} is outside the {ClassCount} classes of {Name}.");
        _digest = new(ComputeDigest);
    }

    public DataManifest Manifest { get; }
    public string Name => Manifest.Name;
    public string Split { get; }
    public int Count => Labels.Length;
    public int Channels => Manifest.Image.Channels;
    public int Height => Manifest.Image.Height;
    public int Width => Manifest.Image.Width;
    public int ClassCount => Manifest.Classes.Count;
    /// <summary>[N, C, H, W] uint8.</summary>
    public byte[] Pixels { get; }
    /// <summary>[N] class numbers.</summary>
    public int[] Labels { get; }
    /// <summary>Bytes of one image: C·H·W.</summary>
    public int ImageBytes => Channels * Height * Width;
    /// <summary>sha256 over name, split, pixels and labels in hexadecimal; computed once.</summary>
    public string Digest => _digest.Value;

    /// <summary>The bytes of one image, [C, H, W].</summary>
    public ReadOnlySpan<byte> Image(int index) => Pixels.AsSpan(checked(index * ImageBytes), ImageBytes);

    /// <summary>The first <paramref name="count"/> images, for a quick look or a small scale.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than there are, or fewer than one.</exception>
    public ImageSet Take(int count)
    {
        if (count < 1 || count > Count) throw new ArgumentOutOfRangeException(nameof(count), $"{Name} {Split} has {Count:N0} images; asked for {count:N0}.");
        return count == Count ? this : new(Manifest, Split, Pixels[..(count * ImageBytes)], Labels[..count]);
    }

    /// <summary>The images at the given places, in that order.</summary>
    public ImageSet Select(ReadOnlySpan<int> places, string split)
    {
        var pixels = new byte[(long)places.Length * ImageBytes];
        var labels = new int[places.Length];
        for (var i = 0; i < places.Length; i++)
        {
            Image(places[i]).CopyTo(pixels.AsSpan(i * ImageBytes));
            labels[i] = Labels[places[i]];
        }
        return new(Manifest, split, pixels, labels);
    }

    /// <summary>Both sets one after the other: the gallery train + val once nothing is left to choose.</summary>
    public ImageSet With(ImageSet other)
    {
        if (other.Manifest != Manifest) throw new ArgumentException($"{Name} and {other.Name} are different data sets.");
        return new(Manifest, $"{Split}+{other.Split}", [.. Pixels, .. other.Pixels], [.. Labels, .. other.Labels]);
    }

    public override string ToString() => $"{Name} {Split}: {Count:N0} images {Channels}x{Height}x{Width}, {ClassCount} classes";

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
