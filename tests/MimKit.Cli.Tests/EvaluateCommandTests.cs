using System.Text.Json.Nodes;
using MimKit.Charts;
using MimKit.Data;
using MimKit.Methods;
using MimKit.Models;
using MimKit.Runtime;

namespace MimKit.Cli.Tests;

public sealed class EvaluateCommandTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    void MakeRun()
    {
        using (var model = new LearnedVit(new VitConfig { Width = 16, Blocks = 2, Heads = 4, PatchSize = 7, ImageSize = 28, Channels = 1 }, Precision.Float32, seed: 1))
            Safetensors.Save(_folder.At("checkpoint-00000001.safetensors"), model.state_dict());
        File.WriteAllText(_folder.At("run.json"), """{"subject": "MaeConfig", "config": {"Epochs": 1, "Encoder": {"Heads": 4}}, "data": {"name": "fashion-mnist"}}""");
    }

    [Fact]
    public void A_run_gets_its_numbers_its_page_and_the_log_of_reads()
    {
        MakeRun();

        var said = Cli.Run("evaluate", _folder.Path, "--knn", "--images", "120");
        Assert.True(said.Code == 0, said.Error);

        var json = JsonNode.Parse(File.ReadAllText(_folder.At("evaluation.json")))!;
        var numbers = json["protocols"]!["knn"]!["numbers"]!;
        Assert.InRange((double)numbers["knn"]!, 0.1, 1);
        Assert.InRange((double)numbers["knn, raw pixels"]!, 0.4, 1);
        Assert.Equal(3, json["testReads"]!.AsArray().Count);                         // pixels, random encoder, the run
        Assert.Null(json["protocols"]!["linear"]);
        var page = File.ReadAllText(_folder.At("evaluation.html"));
        Assert.Contains("Nearest neighbours", page);
        Assert.Contains("default-src 'none'", page);                               // the page's own policy: it loads nothing
    }

    [Fact]
    public void Scenes_are_segmented_beside_controls_and_their_reads_are_logged()
    {
        MakeRun();
        var said = Cli.Run("evaluate", _folder.Path, "--segment", "--images", "40");
        Assert.True(said.Code == 0, said.Error);

        var json = JsonNode.Parse(File.ReadAllText(_folder.At("evaluation.json")))!;
        var numbers = json["protocols"]!["segment"]!["numbers"]!;
        Assert.InRange((double)numbers["mIoU, UPerNet"]!, 0.01, 1);
        Assert.InRange((double)numbers["mIoU, linear head on frozen patches, raw pixels"]!, 0.01, 1);
        Assert.All(json["testReads"]!.AsArray(), read => Assert.Equal("fashion-scenes test", (string)read!["source"]!));
        Assert.Equal(5, json["testReads"]!.AsArray().Count);                         // linear: pixels, random, the run; UPerNet: random, the run
        Assert.Contains("truth", File.ReadAllText(_folder.At("evaluation.html")));
    }

    [Fact]
    public void Robustness_is_measured_through_a_linear_classifier()
    {
        MakeRun();
        var said = Cli.Run("evaluate", _folder.Path, "--robust", "--images", "40");
        Assert.True(said.Code == 0, said.Error);

        var numbers = JsonNode.Parse(File.ReadAllText(_folder.At("evaluation.json")))!["protocols"]!["robust"]!["numbers"]!;
        Assert.InRange((double)numbers["mCE, relative to raw pixels"]!, 0.1, 10);
        Assert.True((double)numbers["PGD-20, LInfinity, 32 / 255"]! <= (double)numbers["PGD-20, LInfinity, 1 / 255"]!);
        Assert.Contains("Is a gradient hidden?", File.ReadAllText(_folder.At("evaluation.html")));
    }

    [Fact]
    public void Every_protocol_of_frozen_features_and_fine_tuning_writes_its_section()
    {
        MakeRun();

        var said = Cli.Run("evaluate", _folder.Path, "--linear", "--finetune", "--transfer", "--images", "100", "--to", "emoji-64", "--out", _folder.At("elsewhere"));
        Assert.True(said.Code == 0, said.Error);

        var protocols = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder.At("elsewhere"), "evaluation.json")))!["protocols"]!;
        foreach (var name in new[] { "linear", "MAE's probe", "BEiT's probe, random encoder", "grid of heads, raw pixels" }) Assert.InRange((double)protocols["linear"]!["numbers"]![name]!, 0.05, 1);
        Assert.InRange((double)protocols["finetune"]!["numbers"]!["finetune, from scratch"]!, 0, 1);
        Assert.NotNull(protocols["transfer"]!["numbers"]!["emoji-64, kNN"]);
        Assert.NotNull(protocols["transfer"]!["numbers"]!["5-way 1-shot, raw pixels"]);
    }

    [Fact]
    public void A_model_in_a_cell_shows_its_evaluation()
    {
        var whole = Datasets.Open("fashion-mnist");
        var data = new DataSplits(whole.Train.Take(80), whole.Val.Take(40), whole.Test.Take(40));
        var config = MaeConfig.Mini28 with { Encoder = VitConfig.Mini28 with { Width = 16, Blocks = 1, Heads = 2, PatchSize = 7 }, Decoder = new(16, 1, 2), Precision = Precision.Float32 };
        using var method = config.Build(seed: 0);

        var report = Evaluate.Some(method, data, 0, "knn");

        var shown = report.MimeBundle();
        Assert.Contains("<h3>Nearest neighbours</h3>", (string)shown["text/html"]);
        Assert.Contains("3 reads of test splits", (string)shown["text/plain"]);
        Assert.Contains("'no such'; there are: knn, linear", Assert.Throws<ArgumentException>(() => Evaluate.Some(method, data, 0, "no such")).Message);
    }

    [Fact]
    public void An_encoder_that_gives_NaN_is_said_and_nothing_is_written()
    {
        using (var model = new LearnedVit(new VitConfig { Width = 16, Blocks = 1, Heads = 4, PatchSize = 7, ImageSize = 28, Channels = 1 }, Precision.Float32, seed: 1))
        {
            using (Torch.torch.no_grad()) model.state_dict()["norm.bias"].fill_(float.NaN);
            Safetensors.Save(_folder.At("checkpoint-00000001.safetensors"), model.state_dict());
        }
        File.WriteAllText(_folder.At("run.json"), """{"subject": "MaeConfig", "config": {"Encoder": {"Heads": 4}}, "data": {"name": "fashion-mnist"}}""");

        var said = Cli.Run("evaluate", _folder.Path, "--knn", "--images", "50");
        Assert.Equal(1, said.Code);
        Assert.Contains("the features of 50 of 50 images are NaN or infinite", said.Error);
        Assert.DoesNotContain("should not happen", said.Error);
        Assert.False(File.Exists(_folder.At("evaluation.json")));
    }

    [Fact]
    public void What_cannot_be_evaluated_is_said()
    {
        Assert.Contains("there is no run.json", Cli.Run("evaluate", _folder.Path).Error);
        MakeRun();
        Assert.Contains("Evaluate it on data of its own size", Cli.Run("evaluate", _folder.Path, "--data", "emoji-64").Error);
    }
}
