using MimKit.Runtime;

namespace MimKit.Data;

/// <summary>Validation images taken from training images by a seed: the same for ever.</summary>
internal static class Carving
{
    /// <summary>The places of train and val; both keep the files' order.</summary>
    public static (int[] Train, int[] Val) Places(int count, int val, ulong seed)
    {
        if (val == 0) return ([.. Enumerable.Range(0, count)], []);
        var order = Array.ConvertAll(new Draw(seed, 0, [0]).Permutation(Purpose.Split, count), place => (int)place);
        var (head, rest) = (order[..val], order[val..]);
        Array.Sort(head);
        Array.Sort(rest);
        return (rest, head);
    }

    /// <summary>Train and val of a set in memory.</summary>
    public static (ImageSet Train, ImageSet Val) Of(ImageSet all)
    {
        var splits = all.Manifest.Splits;
        if (all.Count != splits.Train + splits.Val)
            throw new DataException($"{all.Manifest.Path}: 'splits' says {splits.Train} + {splits.Val} images to train and choose on, the files hold {all.Count}.");
        var (train, val) = Places(all.Count, splits.Val, splits.ValSeed);
        return (all.Select(train, "train"), all.Select(val, "val"));
    }
}
