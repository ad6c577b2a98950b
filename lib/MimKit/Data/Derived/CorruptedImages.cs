using System.Globalization;

namespace MimKit.Data;

/// <summary>
/// A data set for robustness without a download: train and val of another as they are, and of its test images the first few under every corruption at every severity. The test set is
/// labelled by class, by "corruption" and by "severity", so that <c>test.Where("corruption", "fog").Where("severity", "3")</c> is one cell of a table. The same bits everywhere.
/// </summary>
internal static class CorruptedImages
{
    public static DataSplits Make(DataManifest manifest)
    {
        var clean = Datasets.Open(manifest.From ?? throw new DataException($"{manifest.Path}: 'from' is missing: which data set is corrupted?"));
        if (!int.TryParse(manifest.Layout["images"], CultureInfo.InvariantCulture, out var images) || images < 1 || images > clean.Test.Count)
            throw new DataException($"{manifest.Path}: 'layout.images' is {manifest.Layout["images"]}; {manifest.From} has 1 to {clean.Test.Count:N0} test images to corrupt.");
        var expected = images * Corruptions.All.Count * Corruptions.Severities;
        if (manifest.Splits.Test != expected || manifest.Splits.Train != clean.Train.Count || manifest.Splits.Val != clean.Val.Count)
            throw new DataException($"{manifest.Path}: splits of {clean.Train.Count:N0}/{clean.Val.Count:N0}/{expected:N0} images follow from it, it declares {manifest.Splits.Train:N0}/{manifest.Splits.Val:N0}/{manifest.Splits.Test:N0}.");
        return new(Renamed(clean.Train, manifest), Renamed(clean.Val, manifest), Test(clean.Test.Take(images), manifest));
    }

    private static ImageSet Renamed(ImageSet set, DataManifest manifest) => new(manifest, set.Split, set.Pixels, set.Labellings);

    private static ImageSet Test(ImageSet clean, DataManifest manifest)
    {
        var cells = (from family in Corruptions.All from severity in Enumerable.Range(1, Corruptions.Severities) select (family, severity)).ToList();
        var pixels = new byte[(long)cells.Count * clean.Pixels.Length];
        for (var cell = 0; cell < cells.Count; cell++)
            clean.Corrupt(cells[cell].family, cells[cell].severity, manifest.Splits.ValSeed).Pixels.CopyTo(pixels.AsSpan(checked(cell * clean.Pixels.Length)));
        int[] OfCells(Func<int, int> label) => [.. Enumerable.Range(0, cells.Count).SelectMany(cell => Enumerable.Repeat(label(cell), clean.Count))];
        return new(manifest, "test", pixels,
        [
            .. clean.Labellings.Select(own => own with { Labels = [.. cells.SelectMany(_ => own.Labels)] }),
            new("corruption", [.. Corruptions.All.Select(Corruptions.NameOf)], OfCells(cell => cell / Corruptions.Severities)),
            new("severity", [.. Enumerable.Range(1, Corruptions.Severities).Select(severity => $"{severity}")], OfCells(cell => cell % Corruptions.Severities)),
        ]);
    }
}
