using System.Security.Cryptography;
using System.Text;
using MimKit.Data;
using MimKit.Models;
using MimKit.Training;

namespace MimKit;

/// <summary>How much is spent on the teachers and tokenizers that notebooks share.</summary>
public enum ArtefactScale
{
    /// <summary>Seconds: proves that everything runs; its numbers mean nothing.</summary>
    Smoke,
    /// <summary>Minutes on two CPU cores.</summary>
    Laptop,
    /// <summary>About an hour on one GPU.</summary>
    Gpu,
}

/// <summary>
/// Teachers and tokenizers, trained once and shared: each lives in a folder named after everything that decides it (record, seed, images), is
/// trained when first asked for, and goes on where it was interrupted. The plan follows from the record and is not part of the name, so that a
/// new field of it trains nothing again.
/// </summary>
/// <param name="root">"artefacts"</param>
/// <param name="scale">how much is spent</param>
/// <param name="data">the data set; only train is used</param>
/// <param name="seed">of everything</param>
public sealed class Artefacts(string root, ArtefactScale scale, DataSplits data, ulong seed = 0)
{
    private const int SmokeImages = 2000;
    private const int Version = 1;                                                 // raise it where code, not a record, changes what is trained

    /// <summary>Where progress is written.</summary>
    public TextWriter Output { get; init; } = Console.Out;

    /// <summary>The images that everything is trained on.</summary>
    public ImageSet Train { get; } = scale == ArtefactScale.Smoke ? data.Train.Take(Math.Min(SmokeImages, data.Train.Count)) : data.Train;

    /// <summary>The teacher's record at this scale.</summary>
    public DinoConfig Dino
    {
        get
        {
            var preset = DinoConfig.Mini28 with { Encoder = Fitted(DinoConfig.Mini28.Encoder), Crops = Fitted(DinoConfig.Mini28.Crops) };
            return scale switch
            {
                ArtefactScale.Smoke => preset with { Encoder = preset.Encoder with { Width = 64, Blocks = 2 }, Outputs = 128, Epochs = 1 },
                ArtefactScale.Laptop => preset,
                ArtefactScale.Gpu => preset with { Encoder = preset.Encoder with { Width = 192, Blocks = 6, Heads = 6 }, Outputs = 2048, Epochs = 100, BatchSize = 256, WarmupEpochs = 5, TeacherMomentum = 0.996 },
                _ => throw new ArgumentOutOfRangeException(nameof(scale), scale, "There is no such scale."),
            };
        }
    }

    /// <summary>The VQ-KD tokenizer's record at this scale, taught by <see cref="Dino"/>.</summary>
    public VqKdConfig VqKd
    {
        get
        {
            var preset = VqKdConfig.Mini28 with { Encoder = Fitted(VqKdConfig.Mini28.Encoder), Teacher = FolderOf(Dino) };
            return scale switch
            {
                ArtefactScale.Smoke => preset with { Encoder = preset.Encoder with { Width = 64, Blocks = 2 }, Codes = 64, Epochs = 1, StartImages = 500 },
                ArtefactScale.Laptop => preset,
                ArtefactScale.Gpu => preset with { Encoder = preset.Encoder with { Width = 192, Blocks = 6, Heads = 6 }, Epochs = 50, BatchSize = 256, WarmupEpochs = 5 },
                _ => throw new ArgumentOutOfRangeException(nameof(scale), scale, "There is no such scale."),
            };
        }
    }

    /// <summary>The dVAE tokenizer's record at this scale.</summary>
    public DvaeConfig Dvae
    {
        get
        {
            var preset = Train.Height == 28 ? DvaeConfig.Mini28 : DvaeConfig.Mini28 with { ImageSize = Train.Height, Channels = Train.Channels, PatchSize = Train.Height / 8 };
            return scale switch
            {
                ArtefactScale.Smoke => preset with { Hidden = 8, DecoderInput = 8, Codes = 64, Epochs = 1 },
                ArtefactScale.Laptop => preset,
                ArtefactScale.Gpu => preset with { Hidden = 64, DecoderInput = 64, Epochs = 30, BatchSize = 256, WarmupEpochs = 2 },
                _ => throw new ArgumentOutOfRangeException(nameof(scale), scale, "There is no such scale."),
            };
        }
    }

    /// <summary>A cluster tokenizer's record at this scale.</summary>
    public ClusterTokenizerConfig Clusters(VectorSpace space, int clusters) => new()
    {
        Space = space, Clusters = clusters, Teacher = FolderOf(Dino), PatchSize = Dino.Encoder.PatchSize, HogCell = Dino.Encoder.PatchSize / 2,
        Epochs = scale == ArtefactScale.Gpu ? 20 : scale == ArtefactScale.Smoke || space == VectorSpace.Teacher ? 1 : 3,   // a teacher's pass is the cost
    };

    /// <summary>The DINO teacher's run folder, trained if it is not.</summary>
    public string DinoFolder() => Finished(Dino, Dino.Plan(seed), () => Dino.Build(Train.Count, seed));

    /// <summary>The VQ-KD tokenizer's run folder, trained if it is not; its teacher too.</summary>
    public string VqKdFolder()
    {
        var teacher = DinoFolder();
        return Finished(VqKd, VqKd.Plan(seed), () => VqKd.Build(Trained.Dino(teacher), Train, seed));
    }

    /// <summary>The dVAE tokenizer's run folder, trained if it is not.</summary>
    public string DvaeFolder() => Finished(Dvae, Dvae.Plan(seed), () => Dvae.Build(Train.Manifest, seed));

    /// <summary>A cluster tokenizer's folder, made if it is not; its teacher too, where it has one.</summary>
    public string ClusterFolder(VectorSpace space, int clusters)
    {
        if (space == VectorSpace.Teacher) DinoFolder();
        var config = Clusters(space, clusters);
        var folder = FolderOf(config);
        Once(folder, () => File.Exists(Path.Combine(folder, "run.json")), () => Output.WriteLine(config.Train(Train, seed, folder)));
        return folder;
    }

    private string Finished(object config, TrainingPlan plan, Func<ITrainable> build)
    {
        var folder = FolderOf(config);
        var steps = (long)plan.Epochs * (Train.Count / plan.BatchSize);
        Once(folder, () => File.Exists(Path.Combine(folder, FormattableString.Invariant($"checkpoint-{steps:00000000}.safetensors"))), () =>
        {
            var subject = build();
            using var owned = subject as IDisposable;
            Output.WriteLine(new Trainer(subject, Train, plan with { RunFolder = folder }) { Resume = true, Output = Output }.Run());
        });
        return folder;
    }

    // of several processes the first trains, the others wait for it
    private static void Once(string folder, Func<bool> isFinished, Action train)
    {
        if (isFinished()) return;
        using var held = FileLock.Take(folder + ".lock");
        if (!isFinished()) train();
    }

    private string FolderOf(object config)
    {
        var described = $"{config}".Replace(root, "", StringComparison.Ordinal);    // a teacher's folder may move with the others
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{Version}\n{described}\n{seed}\n{Train.Digest}"));
        return Path.Combine(root, Train.Name, $"{config.GetType().Name.Replace("Config", "")}-{scale.ToString().ToLowerInvariant()}-{Convert.ToHexStringLower(digest)[..10]}");
    }

    // 28 pixels: patches of 4; larger images: a grid of 8 × 8
    private VitConfig Fitted(VitConfig encoder) => Train.Height == encoder.ImageSize && Train.Channels == encoder.Channels ? encoder
        : encoder with { ImageSize = Train.Height, Channels = Train.Channels, PatchSize = Train.Height / 8 };

    private MultiCrop Fitted(MultiCrop crops)
    {
        if (Train.Height == 28) return crops;
        var patch = Train.Height / 8;
        return crops with { GlobalSize = 6 * patch, LocalSize = 3 * patch };
    }
}
