using MimKit.Data;
using MimKit.Methods;
using MimKit.Models;
using MimKit.Runtime;
using MimKit.Tests.Data;
using MimKit.Training;

namespace MimKit.Tests.Training;

/// <summary>Training on image files, through the same loop as on a set in memory.</summary>
public sealed class FileImagesTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mimkit-files");

    public void Dispose() => _folder.Delete(recursive: true);

    FileImages Files(int threads = 2)
    {
        var random = new Random(4);
        foreach (var name in new[] { "a", "b" })
        {
            var folder = Directory.CreateDirectory(Path.Combine(_folder.FullName, name)).FullName;
            for (var i = 0; i < 13; i++)
            {
                var pixels = new byte[40 * 50 * 3];
                random.NextBytes(pixels);
                File.WriteAllBytes(Path.Combine(folder, $"{i:00}.jpg"), JpegEncoder.Encode(new(pixels, 40, 50, 3), 80));
            }
        }
        var manifest = Datasets.Manifest("imagenette") with { Classes = ["a", "b"], ClassCount = 2, Image = new(3, 32, 32, [0.5, 0.5, 0.5], [0.2, 0.2, 0.2]) };
        return new(ImageFolder.Open(manifest, "train", _folder.FullName), new TrainViews(32)) { Threads = threads };
    }

    static readonly MaeConfig Config = MaeConfig.Mini28 with
    {
        Encoder = new VitConfig { Width = 16, Blocks = 1, Heads = 2, ImageSize = 32, PatchSize = 8, Channels = 3 }, Decoder = MaeConfig.Mini28.Decoder with { Width = 16, Heads = 2, Blocks = 1 },
        BatchSize = 8, Views = MimKit.Views.Plain, Precision = Precision.Float32,
    };

    [Fact]
    public void A_method_trains_on_files_the_same_with_one_thread_or_three_and_resumes()
    {
        float[] Train(int threads, int epochs, string? folder = null, bool resume = false)
        {
            using var method = Config.Build(seed: 1);
            var plan = Config.Plan(seed: 1) with { Epochs = epochs, WarmupEpochs = 0, RunFolder = folder, LogEvery = 1 };
            return [.. new Trainer(method, Files(threads), plan) { Output = TextWriter.Null, Resume = resume }.Run().Log.Select(line => (float)line.Loss)];
        }
        var one = Train(1, 2);
        Assert.Equal(6, one.Length);                                               // 26 images, three batches of eight an epoch
        Assert.Equal(one, Train(3, 2));

        var run = Path.Combine(_folder.FullName, "..", Path.GetRandomFileName());
        try
        {
            Assert.Equal(one, Train(2, 2, run));
            Assert.Equal(one, Train(2, 2, run, resume: true));                     // nothing is left to do, and the log is whole
        }
        finally
        {
            Directory.Delete(run, recursive: true);
        }
    }

    [Fact]
    public void A_batch_holds_what_its_views_make_of_every_image()
    {
        var files = Files();
        var batch = files.Batches(8, 2).Epoch(0).First();
        var values = files.Batches(8, 2).Epoch(0).Select(b => b.Images.ToArray<float>()).First();
        for (var i = 0; i < 8; i++)
        {
            var index = (int)batch.Indices[i];
            var picture = files.Views.Make(new(files.Source.Read(index), files.Source.NameOf(index), 3), new SampleDraw(2, 0, index))[0];
            for (var p = 0; p < 32 * 32; p++)
                for (var c = 0; c < 3; c++) Assert.Equal((picture.Pixels[p * 3 + c] / 255f - 0.5f) / 0.2f, values[(i * 3 + c) * 1024 + p], 1e-4f);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Ranks_read_every_image_of_a_batch_once(bool dropLast)
    {
        var files = Files();
        var whole = Indices(files.Batches(8, 3, dropLast));
        var parts = Enumerable.Range(0, 3).Select(rank => Indices(files.Batches(8, 3, dropLast, rank, 3))).ToList();
        Assert.Equal(whole.Count, parts[0].Count);
        for (var b = 0; b < whole.Count; b++) Assert.Equal(whole[b], parts.SelectMany(part => part[b]));

        static List<long[]> Indices(IBatches batches) => [.. batches.Epoch(1).Select(batch => batch.Indices)];
    }

    [Fact]
    public void A_rank_that_is_not_there_is_refused() =>
        Assert.Contains("There is no rank 3 of 3", Assert.Throws<ArgumentOutOfRangeException>(() => Files().Batches(8, 0, true, 3, 3)).Message);
}
