using System.Globalization;
using System.Text;
using MimKit.Ablations;
using MimKit.Data;
using MimKit.Evaluation;
using MimKit.Metrics;
using MimKit.Models;
using MimKit.Reports;
using MimKit.Runtime;
using MimKit.Training;
using static MimKit.Torch.torch;

namespace MimKit.Cli.Studies;

/// <summary>What the study spends.</summary>
/// <param name="Scale">of the teachers and tokenizers</param>
/// <param name="Images">training images of every pre-training and probe</param>
/// <param name="Epochs">of every pre-training</param>
/// <param name="Seeds">pre-trainings of each tokenizer</param>
sealed record TcasStudyPlan(ArtefactScale Scale, int Images, int Epochs, int Seeds)
{
    public int BatchSize { get; init; } = 64;

    /// <summary>Width of the pre-trained encoder.</summary>
    public int Width { get; init; } = 64;

    /// <summary>Blocks of the pre-trained encoder.</summary>
    public int Blocks { get; init; } = 2;
}

/// <summary>One training of the study: what decides its probe, for the store of finished ones.</summary>
sealed record TcasTrial(string Tokenizer, TcasStudyPlan Plan);

/// <summary>
/// Does TCAS tell before any training which tokenizer pre-trains well? The rank correlation, over a family of tokenizers, between each statistic
/// of held-out tokens (val) and the linear probe (test) of an encoder pre-trained with that tokenizer by ClusterMIM's recipe. Same start, masks
/// and order for all tokenizers of a seed. A null or negative correlation is a result.
/// </summary>
/// <param name="data">the splits</param>
/// <param name="artefacts">teachers and tokenizers</param>
/// <param name="plan">what is spent</param>
/// <param name="output">a line a tokenizer</param>
/// <param name="folder">where finished trainings are kept: interrupted, or in several processes, the study goes on from them</param>
sealed class TcasStudy(DataSplits data, Artefacts artefacts, TcasStudyPlan plan, string folder, TextWriter output)
{
    /// <summary>One tokenizer: its statistics, and the probe of every seed.</summary>
    public sealed record Row(string Tokenizer, TcasResult Tcas, double[] Probe)
    {
        public double Mean => Probe.Average();
    }

    /// <summary>A statistic and the sign that "better" has in it.</summary>
    static readonly (string Name, Func<TcasResult, double> Of)[] Statistics =
    [
        ("TCAS", tcas => tcas.Plain), ("TCAS without the modal token", tcas => tcas.WithoutModal), ("TCAS by position", tcas => tcas.ByPosition),
        ("mean cosine of classes", tcas => tcas.Statistics.MeanOffDiagonalCosine), ("walk to other classes", tcas => tcas.Statistics.WalkOffDiagonal),
        ("class entropy given the token", tcas => tcas.Statistics.ClassEntropyGivenToken), ("NMI", tcas => tcas.Statistics.NormalisedMutualInformation),
        ("purity", tcas => tcas.Statistics.Purity), ("perplexity", tcas => tcas.Statistics.Perplexity),
    ];

    static readonly Metric Probed = new("linear probe accuracy");

    readonly ImageSet _train = data.Train.Take(Math.Min(plan.Images, data.Train.Count));
    readonly VitConfig _encoder = artefacts.Dino.Encoder with { Width = plan.Width, Blocks = plan.Blocks, Heads = 4 };

    /// <summary>Measures every tokenizer.</summary>
    public IReadOnlyList<Row> Run()
    {
        var rows = new List<Row>();
        foreach (var (name, make) in Family())
        {
            Ambient.Cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var tokenizer = make();
            var tcas = Commands.TokenizerCommand.TcasOf(tokenizer, data.Val);
            var seeds = Enumerable.Range(0, plan.Seeds).Select(seed => ((object)new TcasTrial(name, plan), (ulong)seed)).ToList();
            var cells = new CellStore(folder, $"linear probe, {_train.Digest}").Complete(seeds, (_, seed) => Outcome.Of(Probed, Probe(tokenizer, seed)));
            var probe = cells.Select(cell => cell.Outcome.Values[Probed.Name]).ToArray();
            rows.Add(new(name, tcas, probe));
            output.WriteLine(FormattableString.Invariant($"  {name,-28} TCAS {tcas.Plain:F3}, without modal {tcas.WithoutModal:F3}, by position {tcas.ByPosition:F3}; probe {string.Join(" ", probe.Select(p => p.ToString("F4", CultureInfo.InvariantCulture)))}"));
        }
        return rows;
    }

    /// <summary>The rank correlation of every statistic with the mean probe.</summary>
    public static IReadOnlyList<(string Statistic, Spearman Correlation)> Correlations(IReadOnlyList<Row> rows) =>
    [
        .. from statistic in Statistics
           let pairs = rows.Select(row => (X: statistic.Of(row.Tcas), Y: row.Mean)).Where(pair => double.IsFinite(pair.X)).ToList()
           select (statistic.Name, Spearman.Of(pairs.Select(pair => pair.X).ToArray(), pairs.Select(pair => pair.Y).ToArray())),
    ];

    IEnumerable<(string Name, Func<Target> Make)> Family()
    {
        var grid = _encoder.Grid();
        yield return ("single token", () => Clusters(VectorSpace.Pixels, 1));
        yield return ("random projection, 16", () => new RandomProjection(grid, 4, seed: 0));
        yield return ("random projection, 64", () => new RandomProjection(grid, 6, seed: 0));
        foreach (var k in new[] { 10, 25, 50, 100, 200 }) yield return ($"pixels, K = {k}", () => Clusters(VectorSpace.Pixels, k));
        yield return ("standardised pixels, K = 50", () => Clusters(VectorSpace.NormalisedPixels, 50));
        foreach (var k in new[] { 25, 50, 100 }) yield return ($"HOG, K = {k}", () => Clusters(VectorSpace.Hog, k));
        foreach (var k in new[] { 25, 50, 100 }) yield return ($"DINO, K = {k}", () => Clusters(VectorSpace.Teacher, k));
        yield return ($"VQ-KD, {artefacts.VqKd.Codes} codes", () => Trained.Tokenizer(artefacts.VqKdFolder()));
        yield return ("the image's class", () => RememberedTokens.OfClasses(grid, _train, data.Val));
    }

    Target Clusters(VectorSpace space, int k) => Trained.Tokenizer(artefacts.ClusterFolder(space, k));

    double Probe(Target tokenizer, ulong seed)
    {
        using var scope = NewDisposeScope();
        var decoder = new DecoderConfig(Math.Max(32, _encoder.Width / 2), 1, 4);
        var predictor = new MaePredictor(new MaskedAutoencoder(_encoder, decoder, tokenizer.Size, artefacts.Dino.Precision, seed));
        using var method = new Method(plan, Views.Plain, new RandomMasking(0.75), predictor,
            new Term(Output.Mim, RememberedTokens.Of(tokenizer, _train), Positions.Masked, Morphing.None, new CrossEntropy()));
        var training = new TrainingPlan { Epochs = plan.Epochs, BatchSize = plan.BatchSize, LearningRate = 5e-4, WarmupEpochs = 0.2 * plan.Epochs, Seed = seed };
        new Trainer(method, _train, training) { Output = TextWriter.Null }.Run();
        var (train, val, test) = (Of(_train), Of(data.Val), Of(data.Test));
        return LinearProbe.Fit(train, val, test).Accuracy;

        FeatureSet Of(ImageSet set) => Features.Extract(images => method.Encode(images), set);
    }

    /// <summary>The page: what was done, the table, the correlations, in Markdown.</summary>
    public string Page(IReadOnlyList<Row> rows, IReadOnlyList<(string Statistic, Spearman Correlation)> correlations, string picture)
    {
        var page = new StringBuilder();
        page.AppendLine($"## {data.Train.Name}").AppendLine();
        page.AppendLine(FormattableString.Invariant($"{rows.Count} tokenizers x {plan.Seeds} seeds; {_train.Count:N0} training images, {plan.Epochs} epochs of pre-training each, batch {plan.BatchSize}; encoder of {_encoder.Blocks} blocks, width {_encoder.Width}; teachers and tokenizers at scale {plan.Scale.ToString().ToLowerInvariant()}; statistics on val, linear probe on test ({plan.Seeds * rows.Count} reads); commit {Provenance.Current.Source}.")).AppendLine();
        page.AppendLine($"![{data.Train.Name}: linear probe against TCAS]({picture})").AppendLine();
        page.AppendLine("| tokenizer | TCAS | without modal | by position | perplexity | NMI | probe, mean of seeds |").AppendLine("|---|---|---|---|---|---|---|");
        foreach (var row in rows.OrderByDescending(row => row.Mean))
            page.AppendLine(FormattableString.Invariant($"| {row.Tokenizer} | {row.Tcas.Plain:F3} | {row.Tcas.WithoutModal:F3} | {row.Tcas.ByPosition:F3} | {row.Tcas.Statistics.Perplexity:F1} | {row.Tcas.Statistics.NormalisedMutualInformation:F3} | {row.Mean:F4} |"));
        page.AppendLine().AppendLine("| statistic | Spearman's rho with the probe | 95 % interval | verdict |").AppendLine("|---|---|---|---|");
        foreach (var (statistic, rho) in correlations)
            page.AppendLine(FormattableString.Invariant($"| {statistic} | {rho.Rho:F3} | [{rho.Low:F3}, {rho.High:F3}] | {(rho.Low > 0 ? "rises with the probe" : rho.High < 0 ? "falls with the probe" : "not shown: the interval holds 0")} |"));
        return page.AppendLine().ToString();
    }
}
