using MimKit.Data;

namespace MimKit.Tests.Targets;

public class ArtefactsTests
{
    private static readonly DataSplits Data = Datasets.Open("fashion-mnist");

    private static string Teacher(ArtefactScale scale = ArtefactScale.Smoke, ulong seed = 0, string root = "artefacts") => new Artefacts(root, scale, Data, seed).VqKd.Teacher;

    [Fact]
    public void A_folder_is_named_by_record_seed_and_images_and_may_move()
    {
        Assert.Equal(Path.GetFileName(Teacher()), Path.GetFileName(Teacher(root: "/elsewhere")));
        Assert.StartsWith(Path.Combine("artefacts", "fashion-mnist", "Dino-smoke-"), Teacher());
        Assert.Equal(3, new[] { Teacher(), Teacher(seed: 1), Teacher(ArtefactScale.Laptop) }.Distinct().Count());
    }

    [Theory]
    [InlineData(VectorSpace.Pixels)]
    [InlineData(VectorSpace.Hog)]
    public void Clusters_are_made_once(VectorSpace space)
    {
        var root = Path.Combine(Path.GetTempPath(), $"mimkit-artefacts-{Guid.NewGuid():N}");
        try
        {
            var artefacts = new Artefacts(root, ArtefactScale.Smoke, Data) { Output = TextWriter.Null };
            var folder = artefacts.ClusterFolder(space, 7);
            var written = File.GetLastWriteTimeUtc(Path.Combine(folder, "run.json"));
            Assert.Equal(folder, artefacts.ClusterFolder(space, 7));
            Assert.Equal(written, File.GetLastWriteTimeUtc(Path.Combine(folder, "run.json")));
            Assert.Equal((7, "fashion-mnist"), (Trained.Tokenizer(folder).Size, Trained.Tokenizer(folder).MadeOn));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }
}
