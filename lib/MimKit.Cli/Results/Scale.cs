using MimKit.Data;

namespace MimKit.Cli.Results;

/// <summary>How much is trained and measured.</summary>
/// <param name="Name">"smoke", "laptop".</param>
/// <param name="Train">Images of each split; 0: all.</param>
/// <param name="Test">Images of val and of test; 0: all.</param>
/// <param name="Settings">What is set on every method's record.</param>
sealed record Scale(string Name, int Train, int Test, IReadOnlyList<string> Settings)
{
    static readonly IReadOnlyList<Scale> All =
    [
        new("smoke", 1024, 256, ["Epochs=1", "WarmupEpochs=0.2", "BatchSize=64"]),
        new("laptop", 0, 0, []),
    ];

    public static IEnumerable<string> Names => All.Select(scale => scale.Name);

    /// <exception cref="ArgumentException">No such scale.</exception>
    public static Scale Of(string name) => All.FirstOrDefault(scale => scale.Name == name) ?? throw new ArgumentException($"there is no scale '{name}'.\n  there are: {string.Join(", ", Names)}");

    /// <summary>A data set cut to this scale.</summary>
    public DataSplits Cut(DataSplits data) => Train == 0 ? data : new(data.Train.Take(Train), data.Val.Take(Test), data.Test.Take(Test));
}
