using MimKit.Data;
using MimKit.Evaluation;
using MimKit.Models;
using MimKit.Runtime;
using MimKit.Tests.Training;
using MimKit.Training;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Evaluation;

public class ProbeTests
{
    static EvaluationSubject Subject(LearnedVit encoder, DataSplits? data = null) => new("mine", encoder, data ?? FrozenTableTests.Splits(120, 60, 60));

    [Fact]
    public void Inputs_are_the_tokens_that_a_paper_reads()
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        using var encoder = FrozenTableTests.Encoder();
        var images = Batch.Of(FrozenTableTests.Brightness(4, "test", 3), [0, 1, 2, 3]).Images;
        var input = FrozenInput.Tokens("mine", encoder);
        var row = input.Of(images);                                                // [4, 2 · 16 · (2 + 2)]
        var (blocks, last) = (encoder.BlockOutputs(images, 2), encoder.Encode(images));

        Assert.Equal(2 * 16 * 4, row.size(1));
        Assert.True(input.Final.Of(row).allclose(last.select(1, 0), 1e-5, 1e-5));
        Assert.True(input.PerBlock[0].Of(row).allclose(cat([blocks[0].select(1, 0), blocks[0].narrow(1, 1, 4).mean([1])], 1), 1e-5, 1e-5));
        Assert.True(input.Grid[1].Of(row).allclose(cat([last.select(1, 0), last.narrow(1, 1, 4).mean([1])], 1), 1e-5, 1e-5));
        Assert.Equal(["1 block: class", "1 block: class, mean", "2 blocks: class", "2 blocks: class, mean"], input.Grid.Select(one => one.Name));
        Assert.Equal(16 * 3, input.Grid[3].Width);
    }

    [Fact]
    public void Every_probe_learns_and_reads_test_once()
    {
        using var encoder = FrozenTableTests.Encoder();
        using var subject = Subject(encoder);
        using var data = new HeadData(FrozenInput.Pixels(subject.Train.Manifest.Image), subject);
        using var tokens = new HeadData(FrozenInput.Tokens("mine", encoder), subject);

        var mae = (MaeProbeConfig.Mini28 with { BatchSize = 20, BaseLearningRate = 20, LeastSteps = 400 }).Fit(data);
        var beit = (BeitProbeConfig.Mini28 with { BatchSize = 20, BaseLearningRate = 0.2 }).Fit(tokens);
        var grid = (HeadGridConfig.Mini28 with { BatchSize = 20, LearningRates = [1e-6, 1], Epochs = 20 }).Fit(tokens);

        Assert.InRange(mae.Test.Accuracy, 0.9, 1);
        Assert.InRange(beit.Test.Accuracy, 0.9, 1);
        Assert.Equal(["block 1", "block 2"], beit.Heads.Select(head => head.Input));
        Assert.Equal(8, grid.Heads.Count);
        Assert.Equal(1, grid.Chosen.LearningRate);
        Assert.Equal(grid.Heads.Max(head => head.Val), grid.Chosen.Val);
        Assert.Equal(3, subject.TestReads.Count);
    }

    [Fact]
    public void Heads_trained_together_are_those_trained_alone()
    {
        using var encoder = FrozenTableTests.Encoder();
        using var subject = Subject(encoder);
        using var tokens = new HeadData(FrozenInput.Tokens("mine", encoder), subject);
        var plan = new HeadPlan { Optimizer = ProbeOptimizer.Sgd, Epochs = 3, BatchSize = 30 };
        var input = tokens.Input.Final;

        var alone = LinearHeads.Fit(tokens, [(input, 0.5)], plan, "alone");
        var together = LinearHeads.Fit(tokens, [(input, 0.5), (tokens.Input.Grid[1], 100)], plan, "together");

        Assert.Equal(alone.Heads[0].Val, together.Heads[0].Val);
    }

    [Fact]
    public void Views_of_the_paper_are_encoded_anew_every_epoch()
    {
        using var encoder = FrozenTableTests.Encoder();
        using var subject = Subject(encoder, FrozenTableTests.Splits(40, 20, 20));
        var encoded = 0;
        var counting = FrozenInput.Pixels(subject.Train.Manifest.Image) with { };
        using var data = new HeadData(counting with { Of = images => { encoded += (int)images.size(0); return images.flatten(1); } }, subject);

        (new MaeProbeConfig { Epochs = 3, BatchSize = 20, WarmupEpochs = 0 }).Fit(data);

        Assert.Equal(3 * 40 + 20 + 20, encoded);                                   // train three times, val and test once
    }

    [Fact]
    public void An_online_probe_looks_when_it_is_due()
    {
        var data = FrozenTableTests.Splits(48, 30, 30);
        var looked = new List<int>();
        var probe = new OnlineProbe(images => images.flatten(1), data.Train, data.Val, every: 2) { OnLook = point => looked.Add(point.Epoch) };
        for (var epoch = 1; epoch <= 4; epoch++) probe.Look(epoch);

        Assert.Equal([2, 4], looked);
        Assert.InRange(probe.Points[0].Linear, 0.9, 1);
        Assert.Contains("logistic regression", probe.MimeBundle()["text/plain"].ToString());
    }
}
