using System.Diagnostics;
using MimKit.Data;
using MimKit.Models;
using MimKit.Runtime;
using MimKit.Training;

namespace MimKit.Evaluation;

/// <summary>How a probe's head is updated.</summary>
public enum ProbeOptimizer { Lars, AdamW, Sgd }

/// <summary>How linear heads are trained, all of them at once on the same batches. A paper's probe is such a plan and its heads.</summary>
public sealed record HeadPlan
{
    public required ProbeOptimizer Optimizer { get; init; }
    public required int Epochs { get; init; }

    /// <summary>Where a set is smaller, the set; the rates of heads are then scaled as the batch is.</summary>
    public required int BatchSize { get; init; }
    public double WarmupEpochs { get; init; }

    /// <summary>A small set is gone through more often, until heads have been updated this many times; warm-up grows with it. 0: the epochs decide.</summary>
    public int LeastSteps { get; init; }
    public double WeightDecay { get; init; }
    public double Momentum { get; init; } = 0.9;

    /// <summary>Whether the rate changes between epochs only, as BEiT's script has it; otherwise at every step.</summary>
    public bool RatePerEpoch { get; init; }

    /// <summary>A batch normalisation without scale and shift before the head (MAE).</summary>
    public bool BatchNorm { get; init; }

    /// <summary>What training images look like. Plain: every image is encoded once and for all, a few hundred times cheaper; evaluation is always plain.</summary>
    public Views Views { get; init; } = Views.Plain;
}

/// <summary>A head and how it did on val.</summary>
/// <param name="Input">What it reads.</param>
/// <param name="LearningRate">At batch 256.</param>
/// <param name="Val">Accuracy on val after the last epoch.</param>
public sealed record HeadScore(string Input, double LearningRate, double Val);

/// <summary>What a probe's heads came to: all of them on val, the best of them on test.</summary>
/// <param name="Name">Of the features: "raw pixels", "MAE".</param>
/// <param name="IsControl">Whether they are something to beat.</param>
/// <param name="Heads">Every head.</param>
/// <param name="Chosen">The best on val.</param>
/// <param name="Test">Its one read of test.</param>
public sealed record HeadsResult(string Name, bool IsControl, IReadOnlyList<HeadScore> Heads, HeadScore Chosen, Evaluated Test);

/// <summary>Features of the three splits for linear heads; computed once, shared by every probe of one row. Test is read through the subject.</summary>
/// <param name="Input">Where they come from.</param>
/// <param name="Subject">Whose splits they are.</param>
public sealed record HeadData(FrozenInput Input, EvaluationSubject Subject) : IDisposable
{
    private readonly Dictionary<string, FeatureSet> _features = [];

    public FeatureSet Train => Of(Subject.Train, "train");
    public FeatureSet Val => Of(Subject.Val, "val");

    /// <summary>Test, for one read.</summary>
    public FeatureSet Test(string reader) => Of(Subject.Test(reader), "test");

    private FeatureSet Of(ImageSet set, string split)
    {
        if (_features.TryGetValue(split, out var known)) return known;
        using var scope = NewDisposeScope();
        var made = Features.Extract(Input.Of, set).Checked();
        made.X.DetachFromDisposeScope();
        return _features[split] = made;
    }

    public void Dispose()
    {
        foreach (var set in _features.Values) set.Dispose();
    }
}

/// <summary>Trains linear classifiers on frozen features, many at once: each has its own input, rate and weights, and their losses do not meet.</summary>
public static class LinearHeads
{
    private const double WeightDeviation = 0.01, Smallest = 1e-6;                  // of the first weights; of a batch's variance
    private const int EvaluatedAtOnce = 2000;

    private sealed record Head(HeadInput Input, double LearningRate, BatchNorm1d? Norm, Linear Linear) : IDisposable
    {
        public Tensor Logits(Tensor features)
        {
            var x = Input.Of(features);
            return Linear.call(Norm is null ? x : Norm.call(x));
        }

        public void Dispose()
        {
            Norm?.Dispose();
            Linear.Dispose();
        }
    }

    /// <summary>Trains on train, scores on val, reads test once with the best head.</summary>
    /// <param name="data">The features.</param>
    /// <param name="heads">What each head reads, and its rate at batch 256.</param>
    /// <param name="plan">How they are trained.</param>
    /// <param name="measure">Of the result: "MAE's probe".</param>
    /// <exception cref="ArgumentException">All training labels are one class.</exception>
    public static HeadsResult Fit(HeadData data, IReadOnlyList<(HeadInput Input, double LearningRate)> heads, HeadPlan plan, string measure)
    {
        var start = Stopwatch.GetTimestamp();
        var subject = data.Subject;
        if (subject.Train.Labels.Distinct().Count() < 2)
            throw new ArgumentException($"All {subject.Train.Count:N0} training labels are class {subject.Train.Labels[0]}; a classifier needs two classes. Give another labelling or more images.");
        using var scope = NewDisposeScope();
        var made = heads.Select((head, number) => Made(head.Input, head.LearningRate, subject.Train.ClassCount, plan, subject.Seed + (ulong)number)).ToList();
        Train(data, made, plan);
        var scores = made.Zip(Right(made, data.Val), (head, right) => new HeadScore(head.Input.Name, head.LearningRate, Share(right))).ToList();
        var best = scores.MaxBy(score => score.Val)!;
        var test = data.Test($"{measure}: {data.Input.Name}, {best.Input}");
        var correct = Right([made[scores.IndexOf(best)]], test)[0];
        foreach (var head in made) head.Dispose();
        return new(data.Input.Name, data.Input.IsControl, scores, best, new(measure, test.Source, correct, Stopwatch.GetElapsedTime(start).TotalSeconds));
    }

    private static Head Made(HeadInput input, double rate, int classes, HeadPlan plan, ulong seed)
    {
        var linear = nn.Linear(input.Width, classes);
        using var off = no_grad();
        StartingWeights.Normal(linear.weight, input.Name, WeightDeviation, seed);
        linear.bias!.zero_();
        return new(input, rate, plan.BatchNorm ? nn.BatchNorm1d(input.Width, Smallest, affine: false) : null, linear);
    }

    private static void Train(HeadData data, IReadOnlyList<Head> heads, HeadPlan plan)
    {
        var set = data.Subject.Train;
        var batch = Math.Min(plan.BatchSize, set.Count);
        var (perEpoch, factor) = (set.Count / batch, batch / 256.0);
        var epochs = Math.Max(plan.Epochs, (plan.LeastSteps + perEpoch - 1) / perEpoch);
        var warmup = plan.WarmupEpochs * epochs / plan.Epochs;
        var updates = heads.Select(head => Update(head, plan)).ToList();
        var labels = tensor(Array.ConvertAll(set.Labels, label => (long)label));
        foreach (var head in heads) head.Norm?.train();
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            Ambient.Cancellation.ThrowIfCancellationRequested();
            var order = Draw.Order(data.Subject.Seed, epoch, set.Count);
            for (var step = 0; step < perEpoch; step++)
            {
                using var scope = NewDisposeScope();
                var places = order[(step * batch)..((step + 1) * batch)];
                var (x, y) = (Rows(data, plan, places, epoch), labels.index_select(0, tensor(places)));
                var loss = heads.Select(head => nn.functional.cross_entropy(head.Logits(x), y)).Aggregate((sum, one) => sum + one);
                loss.backward();
                var share = Schedule.HalfCosine(epoch + (plan.RatePerEpoch ? 0 : (double)step / perEpoch), 1, 0, warmup, epochs);
                foreach (var (update, head) in updates.Zip(heads)) update(share * head.LearningRate * factor);
            }
        }
        foreach (var head in heads) head.Norm?.eval();
    }

    private static Tensor Rows(HeadData data, HeadPlan plan, long[] places, int epoch)
    {
        if (plan.Views is PlainViews) return data.Train.X.index_select(0, tensor(places));
        using var off = no_grad();
        using var images = Batch.Of(data.Subject.Train, places);
        return data.Input.Of(plan.Views.Draw(images, new Draw(data.Subject.Seed, epoch, places)).Student);
    }

    // one step of the head's own optimizer at a rate, and its gradients cleared
    private static Action<double> Update(Head head, HeadPlan plan)
    {
        switch (plan.Optimizer)
        {
            case ProbeOptimizer.Lars:
                var lars = new Lars([new Lars.ParamGroup(head.Linear.parameters(), 0, plan.WeightDecay, plan.Momentum)]);
                return rate => { lars.ParamGroups[0].LearningRate = rate; lars.step(); lars.zero_grad(); };
            case ProbeOptimizer.AdamW:
                var adam = optim.AdamW([new AdamW.ParamGroup(head.Linear.parameters(), 0, 0.9, 0.999, 1e-8, plan.WeightDecay)]);
                return rate => { foreach (var group in adam.ParamGroups) group.LearningRate = rate; adam.step(); adam.zero_grad(); };
            default:
                var sgd = optim.SGD(head.Linear.parameters(), 0, plan.Momentum, weight_decay: plan.WeightDecay);
                return rate => { foreach (var group in sgd.ParamGroups) group.LearningRate = rate; sgd.step(); sgd.zero_grad(); };
        }
    }

    private static IReadOnlyList<bool[]> Right(IReadOnlyList<Head> heads, FeatureSet set)
    {
        using var off = no_grad();
        var right = heads.Select(_ => new List<bool>(set.Count)).ToList();
        for (var from = 0; from < set.Count; from += EvaluatedAtOnce)
        {
            using var scope = NewDisposeScope();
            var x = set.X.narrow(0, from, Math.Min(EvaluatedAtOnce, set.Count - from));
            foreach (var (head, own) in heads.Zip(right)) own.AddRange(head.Logits(x).argmax(1).ToArray<long>().Select((said, i) => said == set.Labels[from + i]));
        }
        return [.. right.Select(own => own.ToArray())];
    }

    private static double Share(bool[] right) => right.Count(one => one) / (double)right.Length;
}
