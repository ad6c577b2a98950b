using MimKit.Data;
using MimKit.Evaluation;
using MimKit.Metrics;

namespace MimKit.Charts;

/// <summary>Looks into a representation, all on val: nothing here is a score to choose by.</summary>
internal static class ViewsSection
{
    private const int Mapped = 2000, Compared = 512, Shown = 6, MostSpectra = 8;

    public static Section Run(EvaluationSubject subject)
    {
        using var scope = NewDisposeScope();
        var own = subject.Own[0];
        var val = subject.Val.Take(Math.Min(Mapped, subject.Val.Count));
        var features = subject.Features(own, val);
        var maps = Maps(features);
        var spectra = subject.Controls.Prepend(own).Take(MostSpectra).Select(one => (Name: one.ToString(), Spectrum: Spectrum.Of(subject.Features(one, val)))).ToList();
        var sphere = Hypersphere.Of(images => Representation.Pool(subject.Encoder.Tokens(images), Pooling.MeanPatches), new CropFlip(), val, subject.Seed);
        var numbers = new Dictionary<string, double>
        {
            ["effective rank"] = spectra[0].Spectrum.EffectiveRank, ["alignment"] = sphere.Alignment, ["uniformity"] = sphere.Uniformity,
        };
        foreach (var map in maps) numbers[$"trustworthiness of {map.Method.Split(',')[0]}"] = map.Trustworthiness(features);

        return new(FormattableString.Invariant($"The features of {own} on val: {spectra[0].Spectrum}; {sphere}."), numbers,
        [
            Table(numbers, val).MimeBundle(), .. Looks(subject, val).Select(figure => figure.MimeBundle()),
            .. maps.Select(map => Chart.Embedding(map, val).MimeBundle()), Chart.Spectra(spectra).MimeBundle(),
            Chart.Cka(Cka.BetweenLayers(subject.Encoder, subject.Encoder, val.Take(Math.Min(Compared, val.Count)))).MimeBundle(),
        ]);
    }

    // t-SNE and UMAP where there are enough images for their neighbourhoods, and the plain projection
    private static IReadOnlyList<EmbeddingMap> Maps(FeatureSet features)
    {
        var (tsne, umap) = (new Tsne(), new Umap());
        return [EmbeddingMap.Pca(features), .. features.Count > tsne.Perplexity * 3 ? [tsne.Fit(features)] : Array.Empty<EmbeddingMap>(), .. features.Count > umap.Neighbours + 1 ? [umap.Fit(features)] : Array.Empty<EmbeddingMap>()];
    }

    private static IEnumerable<Figure> Looks(EvaluationSubject subject, ImageSet val)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var encoder = subject.Encoder;
        var first = Batch.Of(val, [.. Enumerable.Range(0, Math.Min(Shown, val.Count)).Select(i => (long)i)]).Images;
        var patches = encoder.Tokens(first).narrow(1, 1, encoder.Grid.Count).to(float32);
        return [Chart.AttentionBlocks(encoder, val, Shown), Chart.Attention(encoder, val, Shown), Chart.AttentionDistances(encoder, val), Chart.FeatureColours(patches, encoder.Grid, val), Chart.TokenSimilarity(patches, encoder.Grid, val)];
    }

    private static MetricTable Table(Dictionary<string, double> numbers, ImageSet val) => new("The representation in numbers", [.. numbers.Keys], [[.. numbers.Values.Select(value => (object?)value)]],
        $"{val.Count:N0} images of {val.Name} {val.Split}, mean of patches. Effective rank: dimensions in use (RankMe). Alignment and uniformity on the unit sphere over two crops: lower is better. Trustworthiness: whether neighbours in the map are neighbours in feature space, 1 at best.");
}
