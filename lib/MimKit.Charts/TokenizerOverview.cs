using System.Net;
using System.Text;
using MimKit.Data;
using MimKit.Evaluation;
using MimKit.Metrics;
using static System.FormattableString;

namespace MimKit.Charts;

/// <summary>
/// What a tokenizer does, on one page: use of its codes, what trivial predictors reach on its ids, TCAS and class purity, what the ids alone are worth, where
/// codes stand, which stand side by side, patches of the commonest codes and the images they come from, what a decoder makes of codes. Fitted on train,
/// measured on val. <c>display(tokenizer)</c> shows it for the data set that the tokenizer was made on.
/// </summary>
public sealed class TokenizerOverview
{
    private const int Shown = 20, Members = 6, WithImages = 10;

    private readonly Target _tokenizer;
    private readonly ImageSet _train, _val;
    private readonly long[] _trainIds, _ids;                                       // [images · N]
    private readonly TokenCounts _counts;
    private readonly IReadOnlyList<CodebookUse> _use;

    /// <param name="tokenizer">gives ids; must outlive this object</param>
    /// <param name="data">the splits; their first images are read</param>
    /// <param name="images">of each of train and val</param>
    /// <param name="use">use of the codebook epoch by epoch, where it was trained by steps</param>
    public TokenizerOverview(Target tokenizer, DataSplits data, int images = 2000, IReadOnlyList<CodebookUse>? use = null)
    {
        (_tokenizer, _val, _use) = (tokenizer, data.Val.Take(Math.Min(images, data.Val.Count)), use ?? []);
        _train = data.Train.Take(Math.Min(images, data.Train.Count));
        _trainIds = Ids(_train);
        _ids = Ids(_val);
        _counts = new(tokenizer.Grid.Count, tokenizer.Size, _val.ClassCount);
        _counts.Add(_ids, _val.Labels);
        Tcas = Metrics.Tcas.Compute(_counts);
        Xray = LossXray.OfIds(_trainIds, _ids, tokenizer.Grid.Rows, tokenizer.Grid.Columns, tokenizer.Size);
        Share = [.. Enumerable.Range(0, tokenizer.Size).Select(code => (double)CountOf(code) / _ids.Length)];
        Common = [.. Enumerable.Range(0, tokenizer.Size).Where(code => Share[code] > 0).OrderByDescending(code => Share[code]).Take(Shown)];
    }

    public TcasResult Tcas { get; }
    public LossXray Xray { get; }

    /// <summary>[K] share of the patches that each code has on val.</summary>
    public IReadOnlyList<double> Share { get; }

    /// <summary>The commonest codes, at most twenty.</summary>
    public IReadOnlyList<int> Common { get; }

    /// <summary>Codes that no patch of val has.</summary>
    public int Unused => Share.Count(share => share == 0);

    /// <summary>One line: codes in use, perplexity, and whether the codebook has collapsed.</summary>
    public string Verdict => Invariant($"{_tokenizer}: {Tcas.Statistics.UsedCodes} of {_tokenizer.Size} codes in use on {_val.Name} {_val.Split}, perplexity {Tcas.Statistics.Perplexity:F1}, the commonest has {Tcas.ModalMass:P0} of the patches") +
        (Tcas.Statistics.Perplexity < Math.Max(2, 0.05 * _tokenizer.Size)
            ? ". Collapsed: few codes carry everything. Usual causes: a learning rate too high, a start on one batch, codes too wide, features that hardly differ."
            : ".");

    /// <summary>Shares of the codes, falling: a straight fall on the logarithmic axis is a used codebook, a cliff is a dead one.</summary>
    public Figure Usage() => Chart.Lines("Use of the codes", "code, the commonest first", "share of the patches",
        [new Series("share", [.. Enumerable.Range(1, Used.Count).Select(rank => (double)rank)], Used)], [new Level("even use", 1.0 / _tokenizer.Size)], logY: true);

    /// <summary>Codes in use over the epochs of training; null where there is no such record.</summary>
    public Figure? OverTime() => _use.Count < 2 ? null : Chart.Lines("Use of the codebook while it was trained", "epoch", "codes",
    [
        new Series("in use", [.. _use.Select(use => use.Epoch + 1.0)], [.. _use.Select(use => (double)use.Used)]),
        new Series("perplexity", [.. _use.Select(use => use.Epoch + 1.0)], [.. _use.Select(use => use.Perplexity)]),
    ]);

    /// <summary>Where the commonest codes stand: the share of each position's patches that has the code.</summary>
    public Figure Positions() => Chart.PositionMaps(_counts, _tokenizer.Grid, Common);

    /// <summary>The patches nearest to the commonest codes, framed in their images.</summary>
    public Figure Nearest() => Chart.NearestPatches(_tokenizer, _val, [.. Common.Take(WithImages)]);

    /// <summary>Images and what the codes keep of them; null where nothing decodes.</summary>
    /// <param name="teacher">of a VQ-KD tokenizer</param>
    public Figure? Reconstruction(Teacher? teacher = null) => _tokenizer is ICodebook ? Chart.Reconstruction(_tokenizer, _val, teacher) : null;

    /// <summary>What the ids alone are worth on val, beside raw pixels of the same images: a linear probe on one-hot codes, kNN on the counts of codes in an image.</summary>
    public MetricTable Worth()
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var fitted = _train.Count * 3 / 4;                                         // the last quarter chooses the strength of the penalty
        if (fitted < 1 || _val.Count < 2) return new("What the ids alone are worth", ["input", "linear probe", "kNN-20"], [], "too few images to say");
        var ids = tensor(_trainIds, [_train.Count, _tokenizer.Grid.Count]);
        TokenSet Part(int from, int count) => new(ids.narrow(0, from, count), _tokenizer.Size, _train.Labels[from..(from + count)]);
        var held = new TokenSet(tensor(_ids, [_val.Count, _tokenizer.Grid.Count]), _tokenizer.Size, _val.Labels, "val");
        var (pixels, heldPixels) = (Features.RawPixels(_train), Features.RawPixels(_val));
        FeatureSet Pixels(int from, int count) => new(pixels.X.narrow(0, from, count), _train.Labels[from..(from + count)]);
        var k = Math.Min(20, _train.Count);
        return new("What the ids alone are worth", ["input", "linear probe", $"kNN-{k}"],
        [
            ["codes", LinearProbe.Fit(Part(0, fitted), Part(fitted, _train.Count - fitted), held).Accuracy, Knn.Classify(new(Histograms(_trainIds), _train.Labels), new(Histograms(_ids), _val.Labels), k).Accuracy],
            ["raw pixels", LinearProbe.Fit(Pixels(0, fitted), Pixels(fitted, _train.Count - fitted), heldPixels).Accuracy, Knn.Classify(pixels, heldPixels, k).Accuracy],
        ], Invariant($"accuracy on {_val.Count:N0} images of val, fitted on {_train.Count:N0} of train; the probe reads one-hot codes by position, kNN how often each code occurs in an image"));
    }

    /// <summary>Which of the commonest codes stand to the right of which: log of how much more often than by chance.</summary>
    public Figure Neighbours()
    {
        var (columns, place) = (_tokenizer.Grid.Columns, Common.Select((code, row) => (code, row)).ToDictionary(pair => (long)pair.code, pair => pair.row));
        var pairs = new double[Common.Count, Common.Count];
        var all = 0;
        for (var i = 0; i + 1 < _ids.Length; i++)
        {
            if ((i + 1) % columns == 0) continue;
            all++;
            if (place.TryGetValue(_ids[i], out var left) && place.TryGetValue(_ids[i + 1], out var right)) pairs[left, right]++;
        }
        for (var a = 0; a < Common.Count; a++)
            for (var b = 0; b < Common.Count; b++) pairs[a, b] = Math.Log((pairs[a, b] + 0.5) / (all * Share[Common[a]] * Share[Common[b]] + 0.5));
        return Chart.Heatmap("Codes side by side", "right", "left", "log ratio to chance", pairs, Names, Names);
    }

    /// <summary>Share of each common code's patches that its commonest class has.</summary>
    public Figure Purity() => Chart.Bars("Class purity of the commonest codes", "share of the commonest class", [.. Common.Select(code =>
    {
        var byClass = Enumerable.Range(0, _val.ClassCount).Select(label => Enumerable.Range(0, _tokenizer.Grid.Count).Sum(position => _counts[position, code][label])).ToArray();
        return new Bar($"{code}: {_val.Classes[Array.IndexOf(byClass, byClass.Max())]}", (double)byClass.Max() / byClass.Sum());
    })]);

    /// <summary>Patches of the commonest codes, a column each, spread over val.</summary>
    public Figure Mosaic()
    {
        using var scope = NewDisposeScope();
        var grid = _tokenizer.Grid;
        var places = Common.Select(code => Spread(code)).ToList();
        var rows = Enumerable.Range(0, Members).Select(m => (IReadOnlyList<Tile>)[.. places.Select(column => Patch(column[Math.Min(m, column.Length - 1)]))]).ToList();
        return Chart.Images($"Patches of the {Common.Count} commonest codes", rows, [.. Enumerable.Repeat("", Members)], [.. Names]);

        Tile Patch(int place)
        {
            using var batch = Batch.Of(_val, [place / grid.Count]);
            var patch = grid.Cut(batch.Images)[0, place % grid.Count];
            return Chart.PatchTile(patch, grid, _val);
        }
    }

    /// <summary>What the ids alone are worth: a linear probe on the one-hot codes of whole splits. Half a minute on 55,000 images.</summary>
    public ProbeResult Probe(DataSplits data)
    {
        return LinearProbe.Fit(Tokens(data.Train), Tokens(data.Val), Tokens(data.Test));

        TokenSet Tokens(ImageSet set) => Features.Tokens(images => _tokenizer.Of(images).Values, _tokenizer.Size, set);
    }

    /// <summary>The whole page as HTML, and the verdict with both tables as text.</summary>
    public IReadOnlyDictionary<string, object> MimeBundle() => new Dictionary<string, object>
    {
        ["text/html"] = Parts().Aggregate(new StringBuilder($"<p><b>{WebUtility.HtmlEncode(Verdict)}</b></p>"), (page, part) => page.Append("<div>").Append(part["text/html"]).Append("</div>")).ToString(),
        ["text/plain"] = ToString(),
    };

    public override string ToString() => $"{Verdict}\n{TcasResult.Table([("tokenizer", Tcas)])}\n{Xray}";

    private IEnumerable<IReadOnlyDictionary<string, object>> Parts()
    {
        yield return Tcas.MimeBundle();
        yield return Xray.MimeBundle();
        yield return Worth().MimeBundle();
        yield return Mosaic().MimeBundle();
        yield return Nearest().MimeBundle();
        if (Reconstruction() is { } decoded) yield return decoded.MimeBundle();
        yield return Usage().MimeBundle();
        if (OverTime() is { } curve) yield return curve.MimeBundle();
        yield return Positions().MimeBundle();
        yield return Neighbours().MimeBundle();
        yield return Purity().MimeBundle();
    }

    private IReadOnlyList<double> Used => [.. Share.Where(share => share > 0).OrderDescending()];
    private IReadOnlyList<string> Names => [.. Common.Select(code => $"{code}")];

    private long CountOf(int code) => Enumerable.Range(0, _tokenizer.Grid.Count).Sum(position => Sum(_counts[position, code]));

    private static long Sum(ReadOnlySpan<long> counts)
    {
        var sum = 0L;
        foreach (var count in counts) sum += count;
        return sum;
    }

    // [images, K] how often each code occurs
    private Tensor Histograms(long[] ids)
    {
        var n = _tokenizer.Grid.Count;
        var flat = tensor([.. ids.Select((id, i) => i / n * (long)_tokenizer.Size + id)]);
        return flat.bincount(null, (long)ids.Length / n * _tokenizer.Size).reshape(ids.Length / n, _tokenizer.Size).to(float32);
    }

    private int[] Spread(int code)
    {
        var places = Enumerable.Range(0, _ids.Length).Where(i => _ids[i] == code).ToArray();
        return [.. places.Where((_, i) => i % Math.Max(1, places.Length / Members) == 0).Take(Members)];
    }

    private long[] Ids(ImageSet set)
    {
        using var tokens = Features.Tokens(images => _tokenizer.Of(images).Values, _tokenizer.Size, set);
        return tokens.Ids.ToArray<long>();
    }
}
