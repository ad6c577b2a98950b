using MimKit.Data;
using MimKit.Runtime;

namespace MimKit.Metrics;

/// <summary>What a view graph says of a tokenizer. The three numbers do not move together (METHODS 3.5): read them separately.</summary>
/// <param name="Tokens">targets that are told apart</param>
/// <param name="SpectralError">share of visible views that a linear classifier on the spectral embedding of as many dimensions as classes gets wrong</param>
/// <param name="SquaredEigenvalues">sum of squared eigenvalues of the normalised augmentation graph</param>
/// <param name="InterClassMass">share of the augmentation graph's weight between visible views of different classes</param>
public sealed record GraphReading(int Tokens, double SpectralError, double SquaredEigenvalues, double InterClassMass);

/// <summary>
/// ClusterMIM's theory made computable on a finite data set (METHODS 3.5). The mask graph joins visible views x1 and hidden views x2 by how
/// often they come from one image; a tokenizer merges hidden views; the augmentation graph joins visible views that predict the same.
/// The paper's bound was recalled, never read: the reported quantities are the general spectral-contrastive ones.
/// </summary>
public sealed class ViewGraph
{
    private const int ImagesAtOnce = 250;
    private const double Zero = 1e-9;                                              // of eigenvalues, the largest of which is 1

    private readonly double[,] _joint;                                             // [x1, x2], sum 1

    /// <param name="joint">[x1, x2] weights ≥ 0: p(x1, x2) up to a factor</param>
    /// <exception cref="ArgumentException">All weights are 0, or one is negative or not finite.</exception>
    public ViewGraph(double[,] joint)
    {
        var total = 0.0;
        foreach (var weight in joint) total += weight >= 0 && double.IsFinite(weight) ? weight : throw new ArgumentException($"A weight of the mask graph is {weight}; they are finite and at least 0.");
        if (total == 0) throw new ArgumentException("The mask graph has no weight: there is no pair of a visible and a hidden view.");
        _joint = new double[joint.GetLength(0), joint.GetLength(1)];
        for (var i = 0; i < _joint.GetLength(0); i++)
            for (var j = 0; j < _joint.GetLength(1); j++) _joint[i, j] = joint[i, j] / total;
    }

    /// <summary>Visible views, x1.</summary>
    public int Visible => _joint.GetLength(0);

    /// <summary>Hidden views, or tokens after <see cref="Merge"/>.</summary>
    public int Hidden => _joint.GetLength(1);

    /// <summary>p(x1, x2).</summary>
    public double this[int visible, int hidden] => _joint[visible, hidden];

    /// <summary>The mask graph of counted pairs: equal numbers are the same view.</summary>
    /// <param name="pairs">visible and hidden view of every draw, numbered from 0</param>
    public static ViewGraph Of(IReadOnlyList<(int Visible, int Hidden)> pairs)
    {
        if (pairs.Count == 0) throw new ArgumentException("The mask graph has no weight: there is no pair of a visible and a hidden view.");
        var joint = new double[pairs.Max(pair => pair.Visible) + 1, pairs.Max(pair => pair.Hidden) + 1];
        foreach (var (visible, hidden) in pairs) joint[visible, hidden]++;
        return new(joint);
    }

    /// <summary>
    /// The mask graph of real images, quotiented by a tokenizer: a visible view is an image with a part of its patches hidden, a hidden view one of those patches
    /// as its token; each image counts the same. Without a tokenizer, or with one that tells every patch apart, no two images are joined.
    /// </summary>
    /// <param name="tokenizer">gives ids</param>
    /// <param name="set">the images; the graph has a row each, so some hundreds</param>
    /// <param name="masking">which patches are hidden</param>
    /// <param name="leaveOut">a token that is not counted, as the commonest, which joins everything; null: none</param>
    /// <param name="seed">of the masks</param>
    public static ViewGraph OfImages(Target tokenizer, ImageSet set, Masking masking, long? leaveOut = null, ulong seed = 0)
    {
        var joint = new double[set.Count, tokenizer.Size];
        foreach (var places in Enumerable.Range(0, set.Count).Select(place => (long)place).Chunk(ImagesAtOnce))
        {
            using var scope = NewDisposeScope();
            var ids = tokenizer.Of(Batch.Of(set, places).Images).Values;
            var hidden = ids.gather(1, masking.Draw(tokenizer.Grid, new Draw(seed, 0, places)).HiddenIds);   // [B, N − M]
            var (flat, each) = (hidden.ToArray<long>(), (int)hidden.size(1));
            for (var i = 0; i < flat.Length; i++)
                if (flat[i] != leaveOut) joint[places[i / each], flat[i]]++;
        }
        return new(joint);
    }

    /// <summary>Readings below each other, with what a graph that joins all images would have.</summary>
    public static MetricTable Table(IEnumerable<(string Tokenizer, GraphReading Reading)> rows, string title = "The augmentation graph of each tokenizer") => new(title,
        ["tokenizer", "tokens", "spectral error at k = classes", "sum of squared eigenvalues", "inter-class mass"],
        [.. rows.Select(row => new object?[] { row.Tokenizer, row.Reading.Tokens, row.Reading.SpectralError, row.Reading.SquaredEigenvalues, row.Reading.InterClassMass })],
        "three quantities that do not move together (arXiv 2407.09087's bound is recalled, never read): read them separately");

    /// <summary>The quotient by a tokenizer: hidden views with one token become one.</summary>
    /// <param name="token">[x2] from 0</param>
    public ViewGraph Merge(IReadOnlyList<int> token)
    {
        if (token.Count != Hidden) throw new ArgumentException($"There are {Hidden} hidden views and {token.Count} tokens; every view needs one.");
        var merged = new double[Visible, token.Max() + 1];
        for (var i = 0; i < Visible; i++)
            for (var j = 0; j < Hidden; j++) merged[i, token[j]] += _joint[i, j];
        return new(merged);
    }

    /// <summary>A(x1, x1') = sum over tokens s of p(x1, s) p(x1', s) / p(s); sums to 1.</summary>
    public double[,] Augmentation()
    {
        using var scope = NewDisposeScope();
        var joint = Matrix(_joint);
        var of = joint.sum(0L);
        var scaled = joint / where(of.eq(0), ones_like(of), of);                   // a token that never occurs adds nothing
        return Values(scaled.matmul(joint.t()), Visible);
    }

    /// <summary>Eigenvalues of D^-1/2 A D^-1/2, falling, and their eigenvectors as columns.</summary>
    public (double[] Values, double[,] Vectors) Spectrum()
    {
        using var scope = NewDisposeScope();
        var a = Matrix(Augmentation());
        var degree = a.sum(1L);
        var half = where(degree.eq(0), zeros_like(degree), degree.rsqrt());
        var (values, vectors) = linalg.eigh(a * half.unsqueeze(0) * half.unsqueeze(1));
        return (values.flip(0).ToArray<double>(), Values(vectors.flip(1), Visible));
    }

    /// <summary>Reads the three quantities.</summary>
    /// <param name="label">[x1] class of every visible view</param>
    public GraphReading Read(IReadOnlyList<int> label)
    {
        if (label.Count != Visible) throw new ArgumentException($"There are {Visible} visible views and {label.Count} labels; every view needs one.");
        var (values, _) = Spectrum();
        var a = Augmentation();
        var inter = 0.0;
        for (var i = 0; i < Visible; i++)
            for (var j = 0; j < Visible; j++)
                if (label[i] != label[j]) inter += a[i, j];
        return new(Hidden, SpectralError(label), values.Sum(value => value * value), inter);
    }

    /// <summary>The error of a least-squares classifier on the spectral embedding, D^-1/2 times the first eigenvectors, weighted by p(x1).</summary>
    /// <param name="label">[x1]</param>
    /// <param name="dimensions">of the embedding; null: as many as classes</param>
    public double SpectralError(IReadOnlyList<int> label, int? dimensions = null)
    {
        using var scope = NewDisposeScope();
        var classes = label.Max() + 1;
        var weight = Matrix(_joint).sum(1L);                                       // p(x1)
        var root = weight.sqrt().unsqueeze(1);
        var (values, vectors) = Spectrum();
        var k = values.Take(dimensions ?? classes).Count(value => value > Zero);   // a dimension of weight 0 would be rounding alone
        var scale = tensor(values.Take(k).Select(value => Math.Sqrt(value)).ToArray());
        var x = Matrix(vectors).narrow(1, 0, k) * scale;                           // root(p) × embedding: what least squares sees
        var y = nn.functional.one_hot(tensor(label.Select(l => (long)l).ToArray()), classes).to(float64) * root;
        var gram = x.t().matmul(x) + eye(k, dtype: float64) * 1e-12;
        var predicted = x.matmul(linalg.solve(gram, x.t().matmul(y))).argmax(1);   // a row's scale does not change its largest
        var wrong = predicted.ne(tensor(label.Select(l => (long)l).ToArray())).to(float64);
        return (wrong * weight).sum().item<double>();
    }

    /// <summary>
    /// The exact toy model: two classes of n views each that share m of them; an image of class i is a pair (x1, x2) drawn uniformly from the
    /// n × n pairs of its class. Shared views are the last m; half of them carry each label.
    /// </summary>
    /// <param name="n">views a class</param>
    /// <param name="m">shared by both, even</param>
    /// <returns>the graph with every hidden view its own token, and the label of every view, visible or hidden</returns>
    public static (ViewGraph Graph, int[] Label) Toy(int n, int m)
    {
        if (m < 0 || m > n || m % 2 != 0) throw new ArgumentException($"Classes of {n} views cannot share {m}; choose an even number from 0 to {n}.");
        var (own, all) = (n - m, 2 * n - m);
        bool In(int view, int @class) => view >= 2 * own || view / Math.Max(1, own) == @class;
        var joint = new double[all, all];
        for (var i = 0; i < all; i++)
            for (var j = 0; j < all; j++)
                for (var c = 0; c < 2; c++)
                    if (In(i, c) && In(j, c)) joint[i, j] += 0.5 / n / n;
        return (new(joint), [.. Enumerable.Range(0, all).Select(view => view < 2 * own ? view / own : (view - 2 * own) % 2)]);
    }

    private static Tensor Matrix(double[,] values) => tensor(values.Cast<double>().ToArray(), [values.GetLength(0), values.GetLength(1)]);

    private static double[,] Values(Tensor matrix, int rows)
    {
        var (flat, columns) = (matrix.contiguous().ToArray<double>(), (int)matrix.size(1));
        var values = new double[rows, columns];
        Buffer.BlockCopy(flat, 0, values, 0, flat.Length * sizeof(double));
        return values;
    }
}
