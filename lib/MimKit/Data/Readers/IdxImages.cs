namespace MimKit.Data;

/// <summary>Data sets of four IDX files (Fashion-MNIST, MNIST, KMNIST): one grey channel, val carved from the training files.</summary>
internal static class IdxImages
{
    public static DataSplits Read(DataManifest manifest)
    {
        var (image, splits) = (manifest.Image, manifest.Splits);
        if (image.Channels != 1) throw new DataException($"{manifest.Path}: IDX images have one channel, the manifest says {image.Channels}.");
        var all = ReadSet(manifest, "train", splits.Train + splits.Val);
        var test = ReadSet(manifest, "test", splits.Test);
        var (train, val) = Carve(splits);
        return new(all.Select(train, "train"), all.Select(val, "val"), test);
    }

    /// <summary>The places in the training files: val is the head of a seeded permutation; both keep the files' order.</summary>
    private static (int[] Train, int[] Val) Carve(SplitSizes splits)
    {
        var order = new CounterHash(splits.ValSeed).Permutation(splits.Train + splits.Val);
        var val = order[..splits.Val];
        var train = order[splits.Val..];
        Array.Sort(val);
        Array.Sort(train);
        return (train, val);
    }

    private static ImageSet ReadSet(DataManifest manifest, string part, int count)
    {
        var (images, labels) = (manifest.Files[part + "-images"], manifest.Files[part + "-labels"]);
        var pixels = IdxFile.Content(DataFiles.Bytes(manifest, images), images.Name, count, manifest.Image.Height, manifest.Image.Width);
        var classes = IdxFile.Content(DataFiles.Bytes(manifest, labels), labels.Name, count);
        return new(manifest, part, pixels.ToArray(), Array.ConvertAll(classes.ToArray(), label => (int)label));
    }
}
