using MimKit.Runtime;

namespace MimKit.Data;

/// <summary>
/// Emoji-64: every glyph in every drawing style, transparent pixels on white. Four labellings: category (in use), sub-category, style and
/// glyph. All drawings of a glyph (styles, skin tones) are in one split, so that nothing tested was seen; with <c>test-by: style</c> the last
/// style is the test split instead.
/// </summary>
internal static class EmojiImages
{
    public static DataSplits Read(DataManifest manifest)
    {
        var all = PackedImages.Load(manifest) ?? Decode(manifest);
        var (glyph, style, sizes) = (all.Labellings.Single(by => by.Name == "glyph"), all.Labellings.Single(by => by.Name == "style"), manifest.Splits);
        var part = sizes.TestBy switch
        {
            "glyph" => Divide(glyph.Labels, sizes.ValSeed, [sizes.Test, sizes.Val]),
            "style" => [.. Divide(OfOtherStyles(glyph, style), sizes.ValSeed, [sizes.Val]).Select((split, i) => style.Labels[i] == style.Classes.Count - 1 ? 0 : split + 1)],
            var other => throw new DataException($"{manifest.Path}: 'splits.test-by' is '{other}'; it is glyph or style."),
        };
        ImageSet Split(int number, string name) => all.Select([.. Enumerable.Range(0, all.Count).Where(i => part[i] == number)], name);
        var (test, val, train) = (Split(0, "test"), Split(1, "val"), Split(2, "train"));
        if ((train.Count, val.Count, test.Count) != (sizes.Train, sizes.Val, sizes.Test))
            throw new DataException($"{manifest.Path}: 'splits' says {sizes.Train}/{sizes.Val}/{sizes.Test} images, the archives give {train.Count}/{val.Count}/{test.Count}.");
        return new(train, val, test);
    }

    private static ImageSet Decode(DataManifest manifest)
    {
        var styles = manifest.Files.Select(file => (Style: file.Key, Archive: new EmojiArchive(DataFiles.Checked(manifest, file.Value), file.Key))).ToList();
        var glyphs = styles[0].Archive.Glyphs;
        var drawings = styles.SelectMany((style, s) => glyphs.SelectMany((glyph, g) => glyph.Files.Select(file => (Style: s, Glyph: g, File: file)))).ToArray();
        var (image, subs) = (manifest.Image, glyphs.Select(glyph => glyph.SubCategory).Distinct().ToList());
        var bytes = image.Channels * image.Height * image.Width;
        var pixels = new byte[checked(drawings.Length * bytes)];
        Each.InParallel(drawings.Length, i =>
        {
            var (archive, file) = (styles[drawings[i].Style].Archive, drawings[i].File);
            var picture = ImageDecoder.Decode(archive.Image(file), $"{archive.Source}: {file}", image.Channels);
            if ((picture.Height, picture.Width) != (image.Height, image.Width))
                throw new DataException($"{archive.Source}: {file} has {picture.Height} x {picture.Width} pixels, the manifest says {image.Height} x {image.Width}.");
            picture.ToPlanes(pixels.AsSpan(i * bytes, bytes));
        });
        int[] Labels(Func<(int Style, int Glyph, string File), int> of) => Array.ConvertAll(drawings, drawing => of(drawing));
        int Category(EmojiGlyph glyph) => manifest.Classes.ToList().IndexOf(glyph.Category) is >= 0 and var found ? found
            : throw new DataException($"{manifest.Path}: 'classes' lacks the category '{glyph.Category}' of {glyph.Name}.");
        var categories = glyphs.Select(Category).ToArray();
        var set = new ImageSet(manifest, "all", pixels, (Labelling[])
        [
            new("category", manifest.Classes, Labels(drawing => categories[drawing.Glyph])),
            new("sub-category", subs, Labels(drawing => subs.IndexOf(glyphs[drawing.Glyph].SubCategory))),
            new("style", [.. styles.Select(style => style.Style)], Labels(drawing => drawing.Style)),
            new("glyph", [.. glyphs.Select(glyph => glyph.Name)], Labels(drawing => drawing.Glyph)),
        ]);
        PackedImages.Save(set);
        return set;
    }

    // Images of the test style belong to no glyph that is divided.
    private static int[] OfOtherStyles(Labelling glyph, Labelling style) => [.. glyph.Labels.Select((label, i) => style.Labels[i] == style.Classes.Count - 1 ? -1 : label)];

    /// <summary>Fills splits of given sizes with whole groups, in a seeded order of the groups; a group that does not fit any more goes on to the next.</summary>
    /// <returns>[N] the number of each image's split; the last, beyond <paramref name="sizes"/>, holds the rest.</returns>
    private static int[] Divide(int[] groups, ulong seed, int[] sizes)
    {
        var count = groups.Max() + 1;
        var members = new int[count];
        foreach (var group in groups) if (group >= 0) members[group]++;
        var (split, left) = (new int[count], sizes.ToArray());
        foreach (var group in new Draw(seed, 0, [0]).Permutation(Purpose.Split, count))
        {
            var first = Array.FindIndex(left, room => room >= members[group]);
            split[group] = first < 0 ? sizes.Length : first;
            if (first >= 0) left[first] -= members[group];
        }
        return Array.ConvertAll(groups, group => group < 0 ? -1 : split[group]);
    }
}
