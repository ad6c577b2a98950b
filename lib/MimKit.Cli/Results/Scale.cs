using System.Globalization;
using MimKit.Data;

namespace MimKit.Cli.Results;

/// <summary>How much is trained and measured.</summary>
/// <param name="Name">"smoke", "laptop".</param>
/// <param name="Artefacts">Of teachers and tokenizers.</param>
/// <param name="Train">Training images; 0: all.</param>
/// <param name="Test">Images of val and of test; 0: all.</param>
/// <param name="Settings">What is set on every method's record.</param>
sealed record Scale(string Name, ArtefactScale Artefacts, int Train, int Test, IReadOnlyList<string> Settings)
{
    static readonly IReadOnlyList<Scale> All =
    [
        new("smoke", ArtefactScale.Smoke, 1024, 256, ["Epochs=1", "WarmupEpochs=0.2", "BatchSize=64"]),
        new("laptop", ArtefactScale.Laptop, 0, 0, []),
    ];

    public static IEnumerable<string> Names => All.Select(scale => scale.Name);

    /// <exception cref="ArgumentException">No such scale.</exception>
    public static Scale Of(string name) => All.FirstOrDefault(scale => scale.Name == name) ?? throw new ArgumentException($"there is no scale '{name}'.\n  there are: {string.Join(", ", Names)}");

    /// <summary>The same for a smaller purse: fewer training images, fewer epochs (their warm-up shortened with them), smaller batches.</summary>
    public Scale Spending(int? images, int? epochs, int? batch) => this with
    {
        Train = images ?? Train,
        Settings =
        [
            .. Settings,
            .. epochs is { } n ? [Invariant($"Epochs={n}"), Invariant($"WarmupEpochs={n / 12.0:R}")] : Array.Empty<string>(),
            .. batch is { } b ? [Invariant($"BatchSize={b}")] : Array.Empty<string>(),
        ],
    };

    /// <summary>A data set cut to this scale.</summary>
    public DataSplits Cut(DataSplits data) => new(Of(data.Train, Train), Of(data.Val, Test), Of(data.Test, Test));

    static ImageSet Of(ImageSet set, int count) => count == 0 || count >= set.Count ? set : set.Take(count);

    static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
