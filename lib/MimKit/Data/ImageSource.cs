using System.Security.Cryptography;
using System.Text;
using MimKit.Runtime;

namespace MimKit.Data;

/// <summary>Encoded images of one split that stay on the disk and are read one by one, in any order, from any thread.</summary>
public abstract class ImageSource
{
    private readonly Lazy<string> _digest;

    protected ImageSource(DataManifest manifest, string split, IReadOnlyList<string> classes, int[] labels)
    {
        (Manifest, Split, Classes, Labels) = (manifest, split, classes, labels);
        _digest = new(ComputeDigest);
    }

    public DataManifest Manifest { get; }
    public string Name => Manifest.Name;
    public string Split { get; }
    public IReadOnlyList<string> Classes { get; }
    /// <summary>[N] class numbers.</summary>
    public int[] Labels { get; }
    public int Count => Labels.Length;
    /// <summary>sha256 over names and labels: which images, in which order; their bytes are not read for it.</summary>
    public string Digest => _digest.Value;

    /// <summary>The encoded bytes of one image.</summary>
    /// <exception cref="DataException">It cannot be read; the message names it.</exception>
    public abstract byte[] Read(int index);

    /// <summary>The file of one image, for messages.</summary>
    public abstract string NameOf(int index);

    /// <summary>The order of one epoch, from (seed, epoch) alone. [N]</summary>
    public virtual long[] Order(ulong seed, int epoch) => Draw.Order(seed, epoch, Count);

    /// <summary>The images at the given places.</summary>
    public abstract ImageSource Select(int[] places, string split);

    public override string ToString() => $"{Name} {Split}: {Count:N0} image files, {Classes.Count:N0} classes";

    private string ComputeDigest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var i = 0; i < Count; i++) hash.AppendData(Encoding.UTF8.GetBytes($"{Path.GetFileName(NameOf(i))} {Labels[i]}\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

/// <summary>The splits of a data set of image files; one that the data set does not have is null.</summary>
public sealed record SourceSplits(ImageSource? Train, ImageSource? Val, ImageSource? Test);
