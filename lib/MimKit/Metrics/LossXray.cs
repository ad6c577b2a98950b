using System.Globalization;

namespace MimKit.Metrics;

/// <summary>A trivial predictor and its loss on held-out images.</summary>
/// <param name="Predictor">Its name.</param>
/// <param name="Loss">In the unit of the X-ray.</param>
/// <param name="SeesContext">True if it is shown other patches of the image.</param>
public sealed record XrayLevel(string Predictor, double Loss, bool SeesContext);

/// <summary>
/// What predictors without any network reach, in the unit of a masked-image-modelling loss: a model has learnt from the visible
/// patches only what lies below the best of them that sees no patch. Fitted on training images, measured on held-out ones.
/// </summary>
public sealed class LossXray
{
    private readonly string _note;

    private LossXray(string title, string unit, string note, IReadOnlyList<XrayLevel> levels) =>
        (Title, Unit, _note, Levels) = (title, unit, note, levels);

    public string Title { get; }
    /// <summary>"nats" or "MSE of the target".</summary>
    public string Unit { get; }
    public IReadOnlyList<XrayLevel> Levels { get; }
    /// <summary>The lowest loss without seeing any patch of the image.</summary>
    public double WithoutContext => Levels.Where(level => !level.SeesContext).Min(level => level.Loss);

    /// <summary>How much lower a model's loss is than the best that sees no patch; negative: worse than position alone.</summary>
    public double ContextGain(double modelLoss) => WithoutContext - modelLoss;

    /// <summary>"your model x, of it context gains y": one sentence beside a measured loss.</summary>
    public string Against(double modelLoss)
    {
        var gain = ContextGain(modelLoss);
        var blind = Levels.Where(level => !level.SeesContext).MinBy(level => level.Loss)!;
        var neighbour = Levels.Where(level => level.SeesContext).MinBy(level => level.Loss);
        var text = string.Create(CultureInfo.InvariantCulture, $"your model {modelLoss:F3} {Unit}; ") + (gain > 0
            ? string.Create(CultureInfo.InvariantCulture, $"of it context gains {gain:F3} ({blind.Predictor}: {blind.Loss:F3})")
            : string.Create(CultureInfo.InvariantCulture, $"context gains nothing yet ({blind.Predictor} alone reaches {blind.Loss:F3})"));
        return neighbour is null ? text
            : text + string.Create(CultureInfo.InvariantCulture, $"; {neighbour.Predictor} alone: {neighbour.Loss:F3}");
    }

    /// <summary>Cross-entropy of token ids, in nats a patch over all positions (a random mask hides each equally often).</summary>
    /// <param name="train">[images, rows · columns] ids that the predictors count.</param>
    /// <param name="heldOut">[images, rows · columns] ids that they are measured on.</param>
    /// <param name="rows">Patch rows of an image.</param>
    /// <param name="columns">Patch columns.</param>
    /// <param name="tokens">Codebook size K.</param>
    /// <param name="smoothing">Added to each count: p = (n + s) / (N + sK).</param>
    /// <remarks>Left neighbour: p(id | id of the patch to the left); the first column, which has none, falls back to position only.</remarks>
    public static LossXray OfIds(ReadOnlySpan<long> train, ReadOnlySpan<long> heldOut, int rows, int columns, int tokens, double smoothing = 1)
    {
        var positions = rows * columns;
        CheckIds(train, nameof(train), positions, tokens);
        CheckIds(heldOut, nameof(heldOut), positions, tokens);
        if (smoothing <= 0) throw new ArgumentOutOfRangeException(nameof(smoothing), $"Smoothing must be above 0, found {smoothing}: an id never seen in training would cost infinitely many nats.");

        var all = new ContextCounts(1, tokens, smoothing);
        var byPosition = new ContextCounts(positions, tokens, smoothing);
        var byLeft = new ContextCounts(tokens, tokens, smoothing);
        for (var i = 0; i < train.Length; i++)
        {
            all.Add(0, train[i]);
            byPosition.Add(i % positions, train[i]);
            if (i % columns != 0) byLeft.Add(train[i - 1], train[i]);
        }

        var (unigram, position, left, firstColumn) = (0.0, 0.0, 0.0, 0.0);
        for (var i = 0; i < heldOut.Length; i++)
        {
            var here = byPosition.Nats(i % positions, heldOut[i]);
            unigram += all.Nats(0, heldOut[i]);
            position += here;
            if (i % columns == 0) firstColumn += here;
            else left += byLeft.Nats(heldOut[i - 1], heldOut[i]);
        }
        var leftOnly = left / (heldOut.Length - heldOut.Length / columns);
        return new("Loss X-ray of token ids", "nats",
            string.Create(CultureInfo.InvariantCulture, $"cross-entropy a patch on {heldOut.Length / positions:N0} held-out images; fitted on {train.Length / positions:N0}; K = {tokens}, counts + {smoothing}; the first column has no left neighbour and falls back to position only") +
            (columns > 1 ? string.Create(CultureInfo.InvariantCulture, $" (over the patches that have one it costs {leftOnly:F3})") : ""),
            [new("unigram", unigram / heldOut.Length, false), new("position only", position / heldOut.Length, false), new("left neighbour", (left + firstColumn) / heldOut.Length, true)]);
    }

    /// <summary>Mean squared error of target vectors (pixels, as the loss normalises them): the mean patch, over all positions and per position.</summary>
    /// <param name="train">[images, positions, width] targets that the means are taken of.</param>
    /// <param name="heldOut">[images, positions, width] targets that they are measured on.</param>
    /// <param name="positions">Patches an image.</param>
    /// <param name="width">Numbers a patch.</param>
    /// <param name="leaveOutConstant">Patches whose target is all zeros (a constant patch, normalised) are left out, as in a loss that leaves them out; their share is in the note.</param>
    public static LossXray OfVectors(ReadOnlySpan<float> train, ReadOnlySpan<float> heldOut, int positions, int width, bool leaveOutConstant = false)
    {
        CheckVectors(train, nameof(train), positions, width);
        CheckVectors(heldOut, nameof(heldOut), positions, width);
        var means = new PatchMeans(positions, width);
        for (var at = 0; at < train.Length; at += width)
            if (Counted(train.Slice(at, width), leaveOutConstant)) means.Add(at / width % positions, train.Slice(at, width));

        var (global, byPosition, counted) = (0.0, 0.0, 0L);
        for (var at = 0; at < heldOut.Length; at += width)
        {
            var patch = heldOut.Slice(at, width);
            if (!Counted(patch, leaveOutConstant)) continue;
            counted++;
            global += SquaredError(patch, means.Global);
            byPosition += SquaredError(patch, means.At(at / width % positions));
        }
        var share = 1 - counted * (double)width / heldOut.Length;
        return new("Loss X-ray of target vectors", "MSE",
            string.Create(CultureInfo.InvariantCulture, $"mean squared error a number of the target on {heldOut.Length / positions / width:N0} held-out images; means of {train.Length / positions / width:N0}") +
            (leaveOutConstant ? string.Create(CultureInfo.InvariantCulture, $"; constant patches left out: {share:P1}") : ""),
            [new("global mean patch", global / counted / width, false), new("mean patch per position", byPosition / counted / width, false)]);
    }

    public IReadOnlyDictionary<string, object> MimeBundle() => Table().MimeBundle();

    public override string ToString() => Table().ToString();

    private MetricTable Table() =>
        new(Title, ["predictor", "sees other patches", $"loss / {Unit}"],
            [.. Levels.Select(level => new object?[] { level.Predictor, level.SeesContext ? "one" : "no", level.Loss })], _note);

    private static bool Counted(ReadOnlySpan<float> patch, bool leaveOutConstant) => !leaveOutConstant || patch.ContainsAnyExcept(0f);

    private static double SquaredError(ReadOnlySpan<float> patch, ReadOnlySpan<double> mean)
    {
        var sum = 0.0;
        for (var i = 0; i < patch.Length; i++) sum += (patch[i] - mean[i]) * (patch[i] - mean[i]);
        return sum;
    }

    private static void CheckIds(ReadOnlySpan<long> ids, string name, int positions, int tokens)
    {
        if (ids.IsEmpty || ids.Length % positions != 0)
            throw new ArgumentException($"{ids.Length:N0} ids are not a whole number of images of {positions} patches.", name);
        var wrong = ids.IndexOfAnyExceptInRange(0, tokens - 1);
        if (wrong >= 0) throw new ArgumentException($"Id {ids[wrong]} at {wrong} is outside a codebook of {tokens}.", name);
    }

    private static void CheckVectors(ReadOnlySpan<float> vectors, string name, int positions, int width)
    {
        if (vectors.IsEmpty || vectors.Length % (positions * width) != 0)
            throw new ArgumentException($"{vectors.Length:N0} numbers are not a whole number of images of {positions} patches of {width}.", name);
    }
}
