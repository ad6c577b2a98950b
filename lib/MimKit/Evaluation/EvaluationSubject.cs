using MimKit.Data;
using MimKit.Models;

namespace MimKit.Evaluation;

/// <summary>One read of the test split.</summary>
/// <param name="Reader">What was measured: "kNN-20 of raw pixels".</param>
/// <param name="Source">The set: "fashion-mnist test".</param>
/// <param name="Images">How many were read.</param>
/// <param name="At">When.</param>
public sealed record TestRead(string Reader, string Source, int Images, DateTimeOffset At);

/// <summary>
/// What every protocol of an evaluation is given: a frozen encoder, the splits, and the representations that it is compared with. Test is reached through
/// <see cref="Test"/> alone, which logs the read; whatever is chosen is chosen on <see cref="Val"/>.
/// </summary>
/// <param name="name">Of the model, as tables say it.</param>
/// <param name="encoder">Frozen; disposed by whoever made it.</param>
/// <param name="data">The three splits.</param>
/// <param name="seed">Of heads, orders and samples.</param>
/// <param name="log">Where reads of test are logged; null: a log of its own.</param>
public sealed class EvaluationSubject(string name, IEncoder encoder, DataSplits data, ulong seed = 0, IList<TestRead>? log = null) : IDisposable
{
    private readonly IList<TestRead> _reads = log ?? new List<TestRead>();
    private readonly Dictionary<(Representation, ImageSet), FeatureSet> _features = [];

    public string Name => name;
    public IEncoder Encoder => encoder;
    public ImageSet Train => data.Train;
    public ImageSet Val => data.Val;
    public ulong Seed => seed;

    /// <summary>The model's own two representations: the mean of the patches, and the class token, both after the final norm.</summary>
    public IReadOnlyList<Representation> Own { get; } = Representation.Of(name, encoder, isControl: false);

    /// <summary>What it has to beat, in the order of DESIGN.md, section 5: raw pixels and the untrained encoder always; a teacher and a supervised model where they are given.</summary>
    public IReadOnlyList<Representation> Controls { get; init; } = [];

    /// <summary>The same for linear heads on tokens: controls first, the model last.</summary>
    public IReadOnlyList<FrozenInput> Inputs { get; init; } = [FrozenInput.Tokens(name, encoder)];

    /// <summary>Controls that a full table would have and this one cannot, each with what would supply it.</summary>
    public IReadOnlyList<string> Absent { get; init; } = [];

    /// <summary>Other data sets to transfer to, their images fitted to the encoder.</summary>
    public IReadOnlyList<DataSplits> Others { get; init; } = [];

    /// <summary>The same model and controls on other data; its reads of test are logged with this subject's.</summary>
    public EvaluationSubject On(DataSplits other) => new(Name, Encoder, other, Seed, _reads) { Controls = Controls, Inputs = Inputs, Absent = Absent, Output = Output };

    /// <summary>Where protocols say how far they are.</summary>
    public TextWriter Output { get; init; } = TextWriter.Null;

    /// <summary>Every read of test, in the order in which they were made.</summary>
    public IReadOnlyList<TestRead> TestReads => [.. _reads];

    /// <summary>The test split, for one read that is logged.</summary>
    /// <param name="reader">What is measured on it: a table's cell.</param>
    public ImageSet Test(string reader)
    {
        _reads.Add(new(reader, $"{data.Test.Name} {data.Test.Split}", data.Test.Count, DateTimeOffset.UtcNow));
        return data.Test;
    }

    /// <summary>Logs a read of another data set's test split, which a protocol brings itself: scenes with masks.</summary>
    /// <param name="reader">What is measured on it.</param>
    /// <param name="test">That split.</param>
    public void ReadElsewhere(string reader, SegmentationSource test) => _reads.Add(new(reader, $"{test.Name} {test.Split}", test.Count, DateTimeOffset.UtcNow));

    /// <summary>The pictures of test, to be shown beside what was measured on them; nothing may be measured on this.</summary>
    public ImageSet Shown => data.Test;

    /// <summary>A representation of a set, computed once and kept.</summary>
    public FeatureSet Features(Representation representation, ImageSet set)
    {
        if (_features.TryGetValue((representation, set), out var known)) return known;
        using var scope = NewDisposeScope();
        var made = representation.Extract(set);
        made.X.DetachFromDisposeScope();
        return _features[(representation, set)] = made;
    }

    public void Dispose()
    {
        foreach (var features in _features.Values) features.Dispose();
        _features.Clear();
    }
}
