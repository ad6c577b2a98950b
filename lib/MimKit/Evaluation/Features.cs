using MimKit.Data;

namespace MimKit.Evaluation;

/// <summary>Turns an image set into what an evaluation reads.</summary>
public static class Features
{
    /// <summary>Runs a frozen encoder over every image, in the set's order, without gradients and without augmentation.</summary>
    /// <param name="encode">Images [B, C, H, W] float32, normalised, to features [B, D] of any float type.</param>
    /// <param name="set">The images.</param>
    /// <param name="batchSize">Images at a time; one result buffer serves them all.</param>
    public static FeatureSet Extract(Func<Tensor, Tensor> encode, ImageSet set, int batchSize = 500)
    {
        using var _ = no_grad();
        Tensor? all = null;                                                   // [n, D], made when D is known
        foreach (var places in Places(set.Count, batchSize))
        {
            using var scope = NewDisposeScope();
            var features = encode(Batch.Of(set, places).Images);              // [B, D]
            if (features.ndim != 2 || features.shape[0] != places.Length)
                throw new ArgumentException($"The encoder gave [{string.Join(", ", features.shape)}] for {places.Length} images; wanted [{places.Length}, D]. Pool over the patches first.");
            all ??= torch.empty([set.Count, features.shape[1]], ScalarType.Float32).MoveToOuterDisposeScope();
            all.narrow(0, places[0], places.Length).copy_(features);
        }
        return new(all!, set.Labels, Source(set));
    }

    /// <summary>The control without any encoder: the image's own values on the scale 0..1, [n, C H W].</summary>
    public static FeatureSet RawPixels(ImageSet set)
    {
        using var scope = NewDisposeScope();
        var pixels = torch.tensor(set.Pixels, [set.Count, set.ImageBytes]).to(ScalarType.Float32).div_(255);
        return new(pixels.MoveToOuterDisposeScope(), set.Labels, Source(set));
    }

    /// <summary>Runs a tokenizer over every image: the one-hot control's input.</summary>
    /// <param name="tokenize">Images [B, C, H, W] float32, normalised, to codes [B, N] int64.</param>
    /// <param name="codes">Size of the codebook.</param>
    /// <param name="set">The images.</param>
    /// <param name="batchSize">Images at a time.</param>
    public static TokenSet Tokens(Func<Tensor, Tensor> tokenize, int codes, ImageSet set, int batchSize = 500)
    {
        using var _ = no_grad();
        Tensor? all = null;                                                   // [n, N]
        foreach (var places in Places(set.Count, batchSize))
        {
            using var scope = NewDisposeScope();
            var ids = tokenize(Batch.Of(set, places).Images);                 // [B, N]
            all ??= torch.empty([set.Count, ids.shape[1]], ScalarType.Int64).MoveToOuterDisposeScope();
            all.narrow(0, places[0], places.Length).copy_(ids);
        }
        return new(all!, codes, set.Labels, Source(set));
    }

    static string Source(ImageSet set) => $"{set.Name} {set.Split}";

    static IEnumerable<long[]> Places(int count, int batchSize) =>
        Enumerable.Range(0, count).Select(place => (long)place).Chunk(batchSize);
}
