using MimKit.Data;

namespace MimKit.Evaluation;

/// <summary>
/// A classifier of many classes on a set that has some of them (METHODS 2.8: ImageNet-A and -R have 200 of ImageNet's 1,000, ImageNet-Sketch all): only the
/// logits of those classes are compared, in the set's order.
/// </summary>
public sealed record ClassSubset
{
    private readonly long[] _indices;

    /// <param name="indices">for every class of the set, its number among the classifier's</param>
    /// <param name="classes">that the classifier knows</param>
    /// <exception cref="ArgumentException">No class, one twice, or one that the classifier does not know.</exception>
    public ClassSubset(IReadOnlyList<int> indices, int classes)
    {
        if (indices.Count == 0) throw new ArgumentException("A subset needs at least one class.");
        if (indices.FirstOrDefault(index => index < 0 || index >= classes, -1) is var outside && indices.Any(index => index < 0 || index >= classes))
            throw new ArgumentException($"Class {outside} is asked for; the classifier knows {classes:N0}, 0 to {classes - 1}.");
        if (indices.GroupBy(index => index).FirstOrDefault(group => group.Count() > 1) is { } twice) throw new ArgumentException($"Class {twice.Key} is in the subset {twice.Count()} times.");
        (_indices, Classes) = ([.. indices.Select(index => (long)index)], classes);
    }

    /// <summary>That the classifier knows.</summary>
    public int Classes { get; }

    /// <summary>That are compared.</summary>
    public int Count => _indices.Length;

    /// <summary>By names: the set's classes among the classifier's, WordNet ids for ImageNet's sets.</summary>
    /// <param name="own">the set's, in its order</param>
    /// <param name="all">the classifier's, in the order of its outputs</param>
    /// <exception cref="ArgumentException">The classifier lacks some.</exception>
    public static ClassSubset ByName(IReadOnlyList<string> own, IReadOnlyList<string> all)
    {
        var places = all.Index().ToDictionary(one => one.Item, one => one.Index);
        var lacking = own.Where(name => !places.ContainsKey(name)).ToList();
        if (lacking.Count > 0) throw new ArgumentException($"{lacking.Count} of {own.Count} classes are none of the classifier's {all.Count}: {string.Join(", ", lacking.Take(5))}.");
        return new([.. own.Select(name => places[name])], all.Count);
    }

    /// <summary>The classifier that chooses among the subset only.</summary>
    public Classifier Of(Classifier classifier) => classifier with { Logits = images => Of(classifier.Logits(images)) };

    /// <summary>The logits of the subset.</summary>
    /// <param name="logits">[B, classes]</param>
    /// <returns>[B, Count]</returns>
    public Tensor Of(Tensor logits)
    {
        if (logits.size(1) != Classes) throw new ArgumentException($"The classifier gives {logits.size(1)} logits; the subset is of {Classes}.");
        return logits.index_select(1, tensor(_indices).to(logits.device));
    }

    /// <summary>
    /// Reads a test set of image files, shorter side at 256 / 224 of the window, centre cut out: ImageNet-A, -R or -Sketch by their manifests
    /// (<see cref="Datasets.OpenFiles"/>), one corruption of ImageNet-C.
    /// </summary>
    /// <param name="classifier">of all classes</param>
    /// <param name="source">whose classes this subset lists</param>
    /// <param name="side">pixels a side of a window</param>
    /// <param name="batchSize">images at a time</param>
    public Evaluated Read(Classifier classifier, ImageSource source, int side = 224, int batchSize = 64)
    {
        if (source.Classes.Count != Count) throw new ArgumentException($"{source} has {source.Classes.Count} classes, the subset {Count}.");
        var loader = new ImageLoader(source, new EvaluationViews(side), batchSize, seed: 0, dropLast: false);
        return Of(classifier).Read(loader.Epoch(0), $"{classifier.Name}, {Count} of {Classes} classes", $"{source.Name} {source.Split}", source.Count);
    }
}
