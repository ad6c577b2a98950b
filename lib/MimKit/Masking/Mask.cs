namespace MimKit;

/// <summary>Which patches of each image are hidden. Every image hides the same number. B images, N patches, M visible.</summary>
/// <param name="Hidden">[B, N] bool, true = hidden</param>
/// <param name="VisibleIds">[B, M] int64</param>
/// <param name="HiddenIds">[B, N − M] int64</param>
public sealed record Mask(Tensor Hidden, Tensor VisibleIds, Tensor HiddenIds)
{
    /// <summary>The mask that hides given patches; ids of a row ascend.</summary>
    /// <param name="hidden">[B · N] true = hidden, image after image, equally many in each</param>
    /// <param name="patches">N</param>
    public static Mask FromHidden(ReadOnlySpan<bool> hidden, int patches)
    {
        var noise = new float[hidden.Length];                                      // ties go to the earlier patch
        for (var i = 0; i < noise.Length; i++) noise[i] = hidden[i] ? 1 : 0;
        var counts = Enumerable.Range(0, noise.Length / patches).Select(b => noise.AsSpan(b * patches, patches).Count(0f)).Distinct().ToArray();
        return counts.Length == 1 ? FromNoise(noise, patches, counts[0])
            : throw new ArgumentException($"Every image of a batch hides the same number of patches; found images with {string.Join(", ", counts.Order())} visible ones.");
    }

    /// <summary>Keeps the patches of smallest noise, as MAE's argsort does; ids of a row are in the order of their noise, ties by patch.</summary>
    /// <param name="noise">[B · N] numbers ≥ 0, image after image</param>
    /// <param name="patches">N</param>
    /// <param name="visible">M, 0 &lt; M &lt; N</param>
    public static Mask FromNoise(ReadOnlySpan<float> noise, int patches, int visible)
    {
        var images = noise.Length / patches;
        var order = new ulong[patches];                                            // noise bits above, patch below: one sort, no ties
        var hidden = new bool[noise.Length];
        long[] visibleIds = new long[images * visible], hiddenIds = new long[images * (patches - visible)];
        for (var b = 0; b < images; b++)
        {
            for (var i = 0; i < patches; i++)                                      // bits of floats ≥ 0 sort as the floats do
                order[i] = (ulong)BitConverter.SingleToUInt32Bits(noise[b * patches + i]) << 32 | (uint)i;
            Array.Sort(order);
            for (var i = 0; i < patches; i++)
            {
                var id = (uint)order[i];
                if (i < visible) visibleIds[b * visible + i] = id;
                else
                {
                    hiddenIds[b * (patches - visible) + i - visible] = id;
                    hidden[b * patches + id] = true;
                }
            }
        }
        return new(tensor(hidden).reshape(images, patches), tensor(visibleIds, [images, visible]), tensor(hiddenIds, [images, patches - visible]));
    }

    /// <summary>Shows the first masks of the batch: hidden patches dark. text/html and text/plain.</summary>
    public IReadOnlyDictionary<string, object> MimeBundle() => new Dictionary<string, object> { ["text/html"] = Svg(), ["text/plain"] = ToString() };

    public override string ToString() =>
        $"{Hidden.size(0)} masks, {HiddenIds.size(1)} of {Hidden.size(1)} patches hidden";

    private string Svg()
    {
        const int shown = 8, cell = 8, gap = 8;
        var (patches, images) = ((int)Hidden.size(1), (int)Math.Min(shown, Hidden.size(0)));
        var side = (int)Math.Round(Math.Sqrt(patches));
        var columns = side * side == patches ? side : patches;                     // a grid that is not square is shown as a line
        var (hidden, rows) = (Hidden.to(@bool).ToArray<bool>(), patches / columns);
        var svg = new System.Text.StringBuilder($"<figure><svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{images * (columns * cell + gap)}\" height=\"{rows * cell}\" role=\"img\" aria-label=\"{this}\">");
        for (var b = 0; b < images; b++)
            for (var i = 0; i < patches; i++)
                svg.Append($"<rect x=\"{b * (columns * cell + gap) + i % columns * cell}\" y=\"{i / columns * cell}\" width=\"{cell - 1}\" height=\"{cell - 1}\" fill=\"{(hidden[b * patches + i] ? "#333" : "#ddd")}\"/>");
        return svg.Append($"</svg><figcaption>{this}</figcaption></figure>").ToString();
    }
}
