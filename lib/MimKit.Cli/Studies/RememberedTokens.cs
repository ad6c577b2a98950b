using System.Runtime.InteropServices;
using MimKit.Data;
using MimKit.Models;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Cli.Studies;

/// <summary>
/// Tokens of images that are always seen as they are: found once, remembered by the images' pixels, so that a study of many trainings asks no tokenizer twice.
/// </summary>
sealed class RememberedTokens : Target
{
    const int AtOnce = 500;

    readonly Dictionary<ulong, long[]> _tokens = [];                               // of an image's pixels: [N]

    RememberedTokens(PatchGrid grid, int size) => (Grid, Size) = (grid, size);

    public override PatchGrid Grid { get; }
    public override int Size { get; }

    /// <summary>What a tokenizer says.</summary>
    /// <param name="sets">every image that will be asked for</param>
    public static RememberedTokens Of(Target tokenizer, params ImageSet[] sets)
    {
        var remembered = new RememberedTokens(tokenizer.Grid, tokenizer.Size);
        foreach (var (batch, _) in Batches(sets)) remembered.Add(batch.Images, tokenizer.Of(batch.Images).Values.ToArray<long>());
        return remembered;
    }

    /// <summary>The tokenizer that a study compares with and nobody has: every patch's token is the class of its image.</summary>
    public static RememberedTokens OfClasses(PatchGrid grid, params ImageSet[] sets)
    {
        var remembered = new RememberedTokens(grid, sets[0].ClassCount);
        foreach (var (batch, labels) in Batches(sets)) remembered.Add(batch.Images, [.. labels.SelectMany(label => Enumerable.Repeat((long)label, grid.Count))]);
        return remembered;
    }

    public override TargetValues Of(Tensor view) =>
        new(tensor([.. Keys(view).SelectMany(key => _tokens.GetValueOrDefault(key) ?? throw new ArgumentException("An image was asked for whose tokens are not remembered; use plain views of the images given."))], [view.size(0), Grid.Count]));

    public override string ToString() => $"{Size} remembered tokens";

    void Add(Tensor images, long[] ids)
    {
        foreach (var (key, at) in Keys(images).Select((key, at) => (key, at))) _tokens[key] = ids[(at * Grid.Count)..((at + 1) * Grid.Count)];
    }

    static IEnumerable<(Batch Batch, IEnumerable<int> Labels)> Batches(ImageSet[] sets)
    {
        foreach (var set in sets)
            foreach (var places in Enumerable.Range(0, set.Count).Select(place => (long)place).Chunk(AtOnce))
            {
                using var scope = NewDisposeScope();
                yield return (Batch.Of(set, places), places.Select(place => set.Labels[place]));
            }
    }

    static List<ulong> Keys(Tensor images)
    {
        var values = images.contiguous().bytes;
        var width = (int)(images.numel() / images.size(0)) * sizeof(float);
        var keys = new List<ulong>();
        for (var at = 0; at < values.Length; at += width) keys.Add(Hash(values.Slice(at, width)));
        return keys;
    }

    // FNV's mixing, eight bytes at a time and the rest one by one
    static ulong Hash(ReadOnlySpan<byte> bytes)
    {
        var hash = 14695981039346656037UL;
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes)) hash = ulong.RotateLeft(hash ^ word, 29) * 1099511628211UL;
        foreach (var rest in bytes[(bytes.Length / 8 * 8)..]) hash = (hash ^ rest) * 1099511628211UL;
        return hash;
    }
}
