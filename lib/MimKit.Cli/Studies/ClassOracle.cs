using MimKit.Data;
using MimKit.Models;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Cli.Studies;

/// <summary>The tokenizer that a study compares with and nobody has: every patch's token is the class of its image, which it recognises by its pixels.</summary>
sealed class ClassOracle : Target
{
    readonly Dictionary<ulong, long> _class = [];
    readonly PatchGrid _grid;

    /// <param name="grid">the patches</param>
    /// <param name="sets">every image that will ever be asked for</param>
    public ClassOracle(PatchGrid grid, params ImageSet[] sets)
    {
        (_grid, Size) = (grid, sets[0].ClassCount);
        foreach (var set in sets)
            foreach (var places in Enumerable.Range(0, set.Count).Select(place => (long)place).Chunk(500))
            {
                using var batch = Batch.Of(set, places);
                foreach (var (key, place) in Keys(batch.Images).Zip(places)) _class[key] = set.Labels[place];
            }
    }

    public override PatchGrid Grid => _grid;
    public override int Size { get; }

    public override TargetValues Of(Tensor view)
    {
        var ids = Keys(view).Select(key => _class.TryGetValue(key, out var label) ? label : throw new ArgumentException("The class oracle was asked about an image that it was not made for; use plain views."));
        using var classes = tensor(ids.ToArray());
        return new(classes.unsqueeze(1).repeat(1, _grid.Count));
    }

    public override string ToString() => $"the class of the image, {Size} tokens";

    static List<ulong> Keys(Tensor images)
    {
        var values = images.contiguous().bytes;
        var width = (int)(images.numel() / images.size(0)) * sizeof(float);
        var keys = new List<ulong>();
        for (var at = 0; at < values.Length; at += width) keys.Add(Fnv(values.Slice(at, width)));
        return keys;
    }

    static ulong Fnv(ReadOnlySpan<byte> bytes)
    {
        var hash = 14695981039346656037UL;
        foreach (var value in bytes) hash = (hash ^ value) * 1099511628211UL;
        return hash;
    }
}
