namespace MimKit.Cli.Bench;

/// <summary>What a bench is given.</summary>
/// <param name="Log">For lines while it runs.</param>
/// <param name="Threads">Cores for each side.</param>
/// <param name="Cancellation">Ctrl-C.</param>
sealed record BenchRun(TextWriter Log, int Threads, CancellationToken Cancellation);

/// <summary>A measured number beside the peer's.</summary>
/// <param name="Measure">What was measured.</param>
/// <param name="Unit">Of both numbers.</param>
/// <param name="Duel">Ours and theirs.</param>
/// <param name="Setting">How the peer was run: the best of what was tried.</param>
sealed record BenchResult(string Measure, string Unit, Duel Duel, string Setting)
{
    /// <summary>Whom ours stands beside.</summary>
    public string Peer { get; init; } = "PyTorch";
}

/// <summary>A bench by the name that <c>--only</c> takes.</summary>
sealed record BenchCase(string Name, string About, Func<BenchRun, IEnumerable<BenchResult>> Run);

/// <summary>Every bench there is.</summary>
static class Benches
{
    public static IReadOnlyList<BenchCase> All { get; } =
    [
        new("op-overhead", "what a call on tiny tensors costs, beside PyTorch from Python", OpOverhead.Run),
        new("kernel", "the Jupyter kernel: start-up, interrupts, memory (medians, the slowest of the interrupts)", KernelBench.Run),
        new("decode", "JPEG files to normalised crops on one thread, beside Pillow and torchvision", Decode.Run),
        new("loader", "loader threads, and how long training waits for data", Loading.Run),
        new("dtm", "what token morphing adds to a step, beside straightforward PyTorch", Dtm.Run),
        new("train-mae-28", "training steps of MAE on 28×28 images, beside the same model in PyTorch", TrainMae28.Run),
        new("long-run", "memory over 2,000 training steps, and what logging and checkpoints cost", LongRun.Run),
        new("ranks", "training in two processes, beside one", Ranks.Run),
        new("kmeans", "full k-means, assignment and update, beside faiss from the same centres", KMeansBench.Run),
        new("tsne", "t-SNE of 10,000 images, beside scikit-learn's on the same values", TsneBench.Run),
        new("vq", "the code lookup of a VQ-KD step, beside the whole distance matrix", VqBench.Run),
    ];
}
