namespace MimKit.Metrics;

/// <summary>
/// TCAS, token-class alignment similarity, of <em>On the Role of Discrete Tokenization in Visual Representation Learning</em>
/// (Du, Wang, Wang; ICLR 2024, arXiv 2407.09087).
/// </summary>
/// <remarks>
/// <para><b>The equation is recalled, never read</b>: no public code exists and the printed formula could not be checked.
/// What is certain: no training, token ids and true classes alone, lower is better aligned. The kit's definition:</para>
/// <code>
/// R(i,j)  = patches with token i in images of class j
/// Rn(:,j) = R(:,j) / ||R(:,j)||_2          a class without patches keeps a column of zeros
/// C       = RnᵀRn
/// TCAS    = ||C − I||²_F / classes²        0: classes share no token; (classes − 1) / classes: one token for all
/// </code>
/// <para>A class without patches adds 1 to ||C − I||², as the formula says; <see cref="TcasResult.EmptyClasses"/> counts such classes.
/// Without any patch the value is NaN.</para>
/// <para>Where one token dominates (a third of Fashion-MNIST's patches is black) it governs the plain value, so the value without
/// it and the value by position stand beside. Count held-out images: a tokenizer may have fitted those it was trained on.</para>
/// </remarks>
public static class Tcas
{
    /// <summary>TCAS and its companions from counts; O(positions · tokens · classes²).</summary>
    public static TcasResult Compute(TokenCounts counts)
    {
        var r = counts.Pooled();
        var modal = Modal(r, out var modalCount);
        var statistics = TokenStatistics.Of(r);
        return new TcasResult
        {
            Plain = Alignment(r),
            WithoutModal = Alignment(r, without: modal),
            ByPosition = Enumerable.Range(0, counts.Positions).Average(position => Alignment(counts.At(position))),
            ModalToken = modal,
            ModalMass = (double)modalCount / counts.Patches,
            EmptyClasses = statistics.EmptyClasses,
            CodebookSize = counts.Tokens,
            Patches = counts.Patches,
            Statistics = statistics,
        };
    }

    /// <summary>The equation: ||C − I||²_F / classes² of R [tokens, classes], with one token left out if asked.</summary>
    public static double Alignment(long[,] r, int? without = null) => Alignment(Weights(r), without);

    /// <summary>The same of weights, where a patch spreads over several tokens: our own extension, not the paper's.</summary>
    public static double Alignment(double[,] r, int? without = null)
    {
        var c = ClassCosines(r, without);
        if (c is null) return double.NaN;
        var classes = c.GetLength(0);
        var sum = 0.0;
        for (var j = 0; j < classes; j++)
            for (var k = 0; k < classes; k++)
            {
                var difference = c[j, k] - (j == k ? 1 : 0);
                sum += difference * difference;
            }
        return sum / ((double)classes * classes);
    }

    /// <summary>C = RnᵀRn [classes, classes]; null where R holds no patch.</summary>
    public static double[,]? ClassCosines(long[,] r, int? without = null) => ClassCosines(Weights(r), without);

    /// <summary>The same of weights.</summary>
    public static double[,]? ClassCosines(double[,] r, int? without = null)
    {
        var (tokens, classes) = (r.GetLength(0), r.GetLength(1));
        var gram = new double[classes, classes];
        for (var i = 0; i < tokens; i++)
        {
            if (i == without) continue;
            for (var j = 0; j < classes; j++)
                for (var k = j; k < classes; k++) gram[j, k] += r[i, j] * r[i, k];
        }
        var length = new double[classes];
        for (var j = 0; j < classes; j++) length[j] = Math.Sqrt(gram[j, j]);
        if (length.All(l => l == 0)) return null;

        var c = new double[classes, classes];
        for (var j = 0; j < classes; j++)
            for (var k = j; k < classes; k++)
                c[j, k] = c[k, j] = gram[j, k] == 0 ? 0 : j == k ? 1 : gram[j, k] / (length[j] * length[k]);
        return c;
    }

    // counts below 2^53: exact
    private static double[,] Weights(long[,] r)
    {
        var weights = new double[r.GetLength(0), r.GetLength(1)];
        for (var i = 0; i < r.GetLength(0); i++)
            for (var j = 0; j < r.GetLength(1); j++) weights[i, j] = r[i, j];
        return weights;
    }

    private static int Modal(long[,] r, out long count)
    {
        (var modal, count) = (0, -1);
        for (var i = 0; i < r.GetLength(0); i++)
        {
            var sum = 0L;
            for (var j = 0; j < r.GetLength(1); j++) sum += r[i, j];
            if (sum > count) (modal, count) = (i, sum);   // the first of equals
        }
        return modal;
    }
}
