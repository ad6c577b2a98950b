using System.Text;
using MimKit.Cli.Commands;
using MimKit.Data;
using MimKit.Evaluation;
using MimKit.Metrics;
using MimKit.Reports;
using static System.FormattableString;
using static MimKit.Torch.torch;

namespace MimKit.Cli.Studies;

/// <summary>Measures the shared teachers and tokenizers on held-out images and says so in Markdown; every number comes from this run.</summary>
sealed class ArtefactsPage(DataSplits data, Artefacts artefacts, ArtefactScale scale, ulong seed)
{
    const double Wanted = 0.02;
    const int GraphImages = 500;                                                   // rows of the augmentation graph

    /// <summary>The whole page.</summary>
    /// <param name="clusterCounts">K of the cluster tokenizers that are compared</param>
    public string Write(IReadOnlyList<int> clusterCounts)
    {
        var page = new StringBuilder("# Teachers and tokenizers\n\n");
        page.AppendLine($"Written by `./mimkit artefacts {scale.ToString().ToLowerInvariant()} --data {data.Train.Name} --page docs/tokenizers.md`.");
        page.AppendLine(Invariant($"Data {data.Train.Name} ({artefacts.Train.Count:N0} training images), scale {scale.ToString().ToLowerInvariant()}, seed {seed} (one), commit {Provenance.Current.Source}, libtorch {Provenance.Current.Libtorch}.")).AppendLine();
        Teacher(page);
        Tokenizers(page, clusterCounts);
        Graphs(page, clusterCounts);
        return page.ToString();
    }

    void Teacher(StringBuilder page)
    {
        using var scope = NewDisposeScope();
        var raw = Neighbours(Features.RawPixels(data.Train), Features.RawPixels(data.Val), Features.RawPixels(data.Test));
        var (train, val, test) = (BothPoolings(data.Train), BothPoolings(data.Val), BothPoolings(data.Test));
        var pooling = new[] { Pooling.ClassToken, Pooling.MeanPatches }.MaxBy(choice => Knn.Classify(Part(train, choice), Part(val, choice)).Accuracy);   // chosen on val
        var dino = Neighbours(Part(train, pooling), Part(val, pooling), Part(test, pooling));
        var paired = PairedDifference.Of(dino.Correct, raw.Correct);

        page.AppendLine("## DINO teacher").AppendLine().AppendLine($"    {artefacts.Dino}").AppendLine();
        page.AppendLine("kNN-20 on test, gallery train + val; the pooling was chosen on val.").AppendLine();
        page.AppendLine("| features | kNN-20 |").AppendLine("|---|---|");
        page.AppendLine(Invariant($"| raw pixels | {raw.Accuracy:F4} |")).AppendLine(Invariant($"| DINO, {(pooling == Pooling.ClassToken ? "class token" : "mean of patches")} | {dino.Accuracy:F4} |")).AppendLine();
        page.AppendLine(Invariant($"Difference {100 * paired.Difference:F2} points, 95 % interval over images [{100 * paired.Low:F2}, {100 * paired.High:F2}]. ") +
            (paired.Difference >= Wanted ? "The teacher is at least 2 points above raw pixels."
                : Invariant($"Wanted were 2 points above raw pixels: it falls short by {100 * (Wanted - paired.Difference):F2} points. It saw {artefacts.Dino.Epochs} epochs of a network of {artefacts.Dino.Encoder.Blocks} blocks of width {artefacts.Dino.Encoder.Width}; --set Epochs and a larger encoder (scale gpu) are what to spend on."))).AppendLine();
    }

    // class token and mean of the patches side by side: one pass over the images serves both
    FeatureSet BothPoolings(ImageSet set)
    {
        using var teacher = Trained.Dino(artefacts.DinoFolder());
        return Features.Extract(images =>
        {
            var tokens = teacher.Network.Encode(images).to(float32);               // [B, 1 + N, D]
            return cat([tokens.select(1, 0), tokens.narrow(1, 1, tokens.size(1) - 1).mean([1])], 1);
        }, set);
    }

    static FeatureSet Part(FeatureSet both, Pooling pooling)
    {
        var width = both.X.size(1) / 2;
        return both with { X = both.X.narrow(1, pooling == Pooling.ClassToken ? 0 : width, width).contiguous() };
    }

    static Evaluated Neighbours(FeatureSet train, FeatureSet val, FeatureSet test) => Knn.Classify(train.With(val), test);

    void Tokenizers(StringBuilder page, IReadOnlyList<int> clusterCounts)
    {
        using var scope = NewDisposeScope();
        var vq = Trained.VqKd(artefacts.VqKdFolder());
        var rows = new List<(string, TcasResult)> { ($"VQ-KD, {vq.Size} codes", TokenizerCommand.TcasOf(vq, data.Val)) };
        foreach (var k in clusterCounts)
        {
            rows.Add(($"pixel clusters, K = {k}", TokenizerCommand.TcasOf(Trained.Tokenizer(artefacts.ClusterFolder(VectorSpace.Pixels, k)), data.Val)));
            rows.Add(($"DINO clusters, K = {k}", TokenizerCommand.TcasOf(Trained.Tokenizer(artefacts.ClusterFolder(VectorSpace.Teacher, k)), data.Val)));
        }
        var use = rows[0].Item2.Statistics;
        page.AppendLine("## VQ-KD").AppendLine().AppendLine($"    {artefacts.VqKd}").AppendLine();
        page.AppendLine(Invariant($"On val, which it was not trained on: {use.UsedCodes} of {vq.Size} codes in use, perplexity {use.Perplexity:F1} of {vq.Size}; restarts of dead codes {(artefacts.VqKd.RestartDeadCodes ? "on" : "off")}.")).AppendLine();
        page.AppendLine("| epoch | codes in use | perplexity |").AppendLine("|---|---|---|");
        foreach (var epoch in Trained.VqKdUse(artefacts.VqKdFolder())) page.AppendLine(Invariant($"| {epoch.Epoch + 1} | {epoch.Used} | {epoch.Perplexity:F1} |"));

        page.AppendLine().AppendLine("## TCAS").AppendLine().AppendLine("On val; lower is better. The equation is recalled, never read (arXiv 2407.09087).").AppendLine();
        page.AppendLine("| tokenizer | TCAS | without the modal token | by position | modal mass | perplexity | NMI | purity |").AppendLine("|---|---|---|---|---|---|---|---|");
        foreach (var (name, tcas) in rows)
            page.AppendLine(Invariant($"| {name} | {tcas.Plain:F3} | {tcas.WithoutModal:F3} | {tcas.ByPosition:F3} | {tcas.ModalMass:F3} | {tcas.Statistics.Perplexity:F1} | {tcas.Statistics.NormalisedMutualInformation:F3} | {tcas.Statistics.Purity:F3} |"));
        page.AppendLine();
        foreach (var k in clusterCounts)
        {
            var (pixels, dino) = (rows.Single(row => row.Item1 == $"pixel clusters, K = {k}").Item2, rows.Single(row => row.Item1 == $"DINO clusters, K = {k}").Item2);
            page.AppendLine(Invariant($"K = {k}: DINO clusters have the {(dino.Plain < pixels.Plain ? "better" : "worse")} plain TCAS ({dino.Plain:F3} against {pixels.Plain:F3}) and the {(dino.WithoutModal < pixels.WithoutModal ? "better" : "worse")} one without the modal token ({dino.WithoutModal:F3} against {pixels.WithoutModal:F3}).")).AppendLine();
        }
    }

    // METHODS 3.5 on real patches: an image with three quarters of its patches hidden is a visible view, a hidden patch's token a hidden one
    void Graphs(StringBuilder page, IReadOnlyList<int> clusterCounts)
    {
        using var scope = NewDisposeScope();
        var images = data.Val.Take(Math.Min(GraphImages, data.Val.Count));
        var tokenizers = new List<(string Name, Target Tokenizer)> { ("the image's class", RememberedTokens.OfClasses(artefacts.Dino.Encoder.Grid(), images)), ("VQ-KD", Trained.VqKd(artefacts.VqKdFolder())) };
        foreach (var k in clusterCounts)
        {
            tokenizers.Add(($"pixel clusters, K = {k}", Trained.Tokenizer(artefacts.ClusterFolder(VectorSpace.Pixels, k))));
            tokenizers.Add(($"DINO clusters, K = {k}", Trained.Tokenizer(artefacts.ClusterFolder(VectorSpace.Teacher, k))));
        }
        page.AppendLine("## The augmentation graph").AppendLine();
        page.AppendLine(Invariant($"{images.Count} images of val, 75 % of the patches hidden. Three quantities that do not move together; the paper's bound is recalled, never read (arXiv 2407.09087).")).AppendLine();
        page.AppendLine("| tokenizer | spectral error at k = classes | sum of squared eigenvalues | inter-class mass |").AppendLine("|---|---|---|---|");
        foreach (var (name, tokenizer) in tokenizers)
        {
            var reading = ViewGraph.OfImages(tokenizer, images, new RandomMasking(0.75), seed: seed).Read(images.Labels);
            page.AppendLine(Invariant($"| {name} | {reading.SpectralError:F3} | {reading.SquaredEigenvalues:F3} | {reading.InterClassMass:F3} |"));
        }
        page.AppendLine();
    }
}
