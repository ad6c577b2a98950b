using MimKit.Torch;
using System.Text.Json.Nodes;
using MimKit.Runtime;
using MimKit.Training;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Training;

public sealed class TrainerTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("mimkit-run-").FullName;

    public void Dispose()
    {
        Ambient.Cancellation = default;
        Directory.Delete(_folder, recursive: true);
    }

    string Run(string name) => Path.Combine(_folder, name);

    // 10 steps an epoch
    TrainingPlan Plan(string? folder = null, int epochs = 2) => new()
    {
        Epochs = epochs, BatchSize = 8, LearningRate = 1e-2, WarmupEpochs = 0.5, Seed = 3, LogEvery = 4, ClipNorm = 0.5,
        RunFolder = folder is null ? null : Run(folder),
    };

    static Trainer Trainer(TinySubject subject, TrainingPlan plan, bool resume = false, TextWriter? output = null, Action<LogLine>? onLog = null) =>
        new(subject, TinySubject.Images(83), plan) { Resume = resume, Output = output ?? TextWriter.Null, OnLog = onLog };

    static void Interrupt(TinySubject subject, int atStep)
    {
        var source = new CancellationTokenSource();
        Ambient.Cancellation = source.Token;
        subject.Stepped = steps => { if (steps == atStep) source.Cancel(); };
    }

    [Theory]
    [InlineData(7)]        // within the first epoch, within a log window
    [InlineData(10)]       // between epochs
    [InlineData(18)]
    public void Resume_equals_never_having_stopped(int stop)
    {
        using var straight = new TinySubject(seed: 5);
        var whole = Trainer(straight, Plan("straight")).Run();

        using (var first = new TinySubject(seed: 5))
        {
            Interrupt(first, stop);
            var stopped = Assert.Throws<OperationCanceledException>(() => Trainer(first, Plan("parts")).Run());
            Assert.Contains($"Stopped after step {stop} of 20", stopped.Message);
            Assert.Contains("Resume = true", stopped.Message);
            Ambient.Cancellation = default;
        }
        using var second = new TinySubject(seed: 5);
        using (no_grad()) foreach (var parameter in second.Network.parameters()) parameter.fill_(9);       // nothing may come from the new object
        var resumed = Trainer(second, Plan("parts"), resume: true).Run();

        AssertSameBits(straight, second);
        Assert.Equal(whole.Log.Select(line => (line.Step, line.Loss, line.LearningRate)), resumed.Log.Select(line => (line.Step, line.Loss, line.LearningRate)));
        Assert.Equal(2, Weights("parts").Length);
        Assert.Equal(Weights("straight")[^1], Weights("parts")[^1]);
    }

    [Fact]
    public void A_second_interruption_is_resumed_as_well()
    {
        using var straight = new TinySubject(seed: 5);
        Trainer(straight, Plan()).Run();
        using var stopped = new TinySubject(seed: 5);
        foreach (var stop in new[] { 3, 9 })
        {
            Interrupt(stopped, stop);
            Assert.Throws<OperationCanceledException>(() => Trainer(stopped, Plan("twice"), resume: true).Run());
        }
        Ambient.Cancellation = default;
        Trainer(stopped, Plan("twice"), resume: true).Run();

        AssertSameBits(straight, stopped);
    }

    [Fact]
    public void Lines_beyond_the_last_checkpoint_come_once()
    {
        using (var first = new TinySubject(seed: 5))
        {
            first.Stepped = steps => { if (steps == 17) throw new IOException("power cut"); };
            Assert.Throws<IOException>(() => Trainer(first, Plan("crash")).Run());
        }
        using var second = new TinySubject(seed: 5);
        var resumed = Trainer(second, Plan("crash"), resume: true).Run();                                   // from step 10

        Assert.Equal([4, 8, 12, 16, 20], resumed.Log.Select(line => line.Step));
        Assert.Equal(5, File.ReadAllLines(Path.Combine(Run("crash"), "metrics.jsonl")).Length);
    }

    [Fact]
    public void Fifty_steps_leave_no_tensor_alive()
    {
        using var subject = new TinySubject(seed: 1);
        var alive = new List<long>();
        Trainer(subject, Plan(epochs: 6) with { LogEvery = 10 }, onLog: line => alive.Add(line.LiveTensors)).Run();

        Assert.Equal(6, alive.Count);
        Assert.All(alive, count => Assert.Equal(alive[0], count));
    }

    [Fact]
    public void Training_makes_the_loss_fall_and_tells_it()
    {
        using var subject = new TinySubject(seed: 1);
        var output = new StringWriter();
        var seen = new List<LogLine>();
        var result = Trainer(subject, Plan(epochs: 20), output: output, onLog: seen.Add).Run();

        Assert.Equal(seen, result.Log);
        Assert.True(result.FinalLoss < 0.95 * result.Log[0].Loss, $"{result.Log[0].Loss} -> {result.FinalLoss}");
        var text = output.ToString();
        Assert.StartsWith("TinyConfig { Seed = 1, Hiding = Pixelwise { Ratio = 0.5 } }\n", text);
        Assert.Contains("about ", text);                                                                    // the estimate
        Assert.Equal(50, text.Split('\r').Length - 1);                                                      // 200 steps, a line every 4
        Assert.EndsWith(Environment.NewLine, text);
        Assert.False(subject.Network.training);
    }

    [Fact]
    public void A_run_folder_holds_run_metrics_and_checkpoints_and_nothing_else()
    {
        using var subject = new TinySubject(seed: 5);
        Trainer(subject, Plan("run")).Run();

        Assert.Equal(["checkpoint-00000010.safetensors", "checkpoint-00000020.safetensors", "metrics.jsonl", "run.json", "trainer-before.safetensors", "trainer.safetensors"],
            Directory.GetFiles(Run("run")).Select(path => Path.GetFileName(path)).Order());
        var run = JsonNode.Parse(File.ReadAllText(Path.Combine(Run("run"), "run.json")))!;
        Assert.Equal(5, (int)run["config"]!["Seed"]!);
        Assert.Equal("Pixelwise", (string)run["config"]!["Hiding"]!["kind"]!);               // declared as an abstract type
        Assert.Equal(0.5, (double)run["config"]!["Hiding"]!["Ratio"]!);
        Assert.Equal(TinySubject.Images(83).Digest, (string)run["data"]!["digest"]!);
        Assert.Equal(__version__, (string)run["environment"]!["Libtorch"]!);
        Assert.Equal("cpu", (string)run["device"]!);
        Assert.Equal(3, (int)run["plan"]!["Seed"]!);
        using var scope = NewDisposeScope();
        var weights = Safetensors.Load(Path.Combine(Run("run"), "checkpoint-00000020.safetensors"));
        Assert.All(subject.Network.state_dict(), named => Assert.True(named.Value.equal(weights[named.Key]), named.Key));
    }

    [Fact]
    public void A_folder_with_a_run_is_not_overwritten_and_another_run_is_not_continued()
    {
        using var subject = new TinySubject(seed: 5);
        Trainer(subject, Plan("run")).Run();

        Assert.Contains("Resume = true", Assert.Throws<InvalidOperationException>(() => Trainer(subject, Plan("run")).Run()).Message);
        using var other = new TinySubject(seed: 6);
        var error = Assert.Throws<InvalidOperationException>(() => Trainer(other, Plan("run") with { LearningRate = 1 }, resume: true).Run()).Message;
        Assert.Contains("config", error);
        Assert.Contains("\"LearningRate\":1,", error);
        Assert.DoesNotContain("digest", error);
    }

    [Fact]
    public void A_loss_that_is_no_number_stops_the_run_and_says_what_to_try()
    {
        using var subject = new TinySubject(seed: 1);
        using var straight = new TinySubject(seed: 1);
        Interrupt(straight, 5);
        Assert.Throws<OperationCanceledException>(() => Trainer(straight, Plan()).Run());
        Ambient.Cancellation = default;
        subject.Stepped = steps => { if (steps == 5) subject.Scale = double.NaN; };

        var error = Assert.Throws<DivergedException>(() => Trainer(subject, Plan("bad")).Run());

        Assert.Equal(5, error.Step);
        Assert.StartsWith("Step 5 ", error.Message);
        Assert.Contains("ClipNorm", error.Message);
        Assert.Contains("aten::mul", error.Message);                                                        // where the NaN comes from
        foreach (var (name, weight) in straight.Network.state_dict()) Assert.True(weight.equal(subject.Network.state_dict()[name]), $"{name} is not as before the step");
        using var scope = NewDisposeScope();
        var batch = Safetensors.Load(Path.Combine(Run("bad"), "nonfinite-00000005", "batch.safetensors"));
        Assert.Equal([8L, 1, 4, 4], batch["images"].shape);
        Assert.Equal(new MimKit.Data.BatchLoader(TinySubject.Images(83), 8, seed: 3).Order(0).Skip(40).Take(8), batch["indices"].ToArray<long>());
    }

    [Fact]
    public void A_step_that_is_no_number_can_be_left_out_and_counted()
    {
        using var subject = new TinySubject(seed: 1);
        subject.Stepped = steps => subject.Scale = steps is 5 or 6 ? double.NaN : 1;

        var log = Trainer(subject, Plan() with { WhenNonFinite = NonFinite.Skip }).Run().Log;

        Assert.Equal([0L, 2, 2, 2, 2], log.Select(line => line.Skipped));
        Assert.All(log, line => Assert.True(double.IsFinite(line.Loss)));
        Assert.All(subject.Network.state_dict(), named => Assert.True(named.Value.isfinite().all().item<bool>(), named.Key));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    public void A_batch_in_parts_trains_as_the_whole_batch(int parts)
    {
        using var whole = new TinySubject(seed: 5);
        using var divided = new TinySubject(seed: 5);
        var expected = Trainer(whole, Plan()).Run();
        var found = Trainer(divided, Plan() with { Accumulate = parts }).Run();

        foreach (var (a, b) in expected.Log.Zip(found.Log)) Assert.Equal(a.Loss, b.Loss, a.Loss * 1e-6);
        foreach (var (name, weight) in whole.Network.state_dict())
            Assert.True(weight.allclose(divided.Network.state_dict()[name], rtol: 1e-4, atol: 1e-5), name);  // Adam divides by small numbers
    }

    [Theory]
    [InlineData(2, "tried: 2 images at once fit. Accumulate = 4 ")]
    [InlineData(0, "tried: not even one image fits.")]
    public void Out_of_memory_says_what_fits(int room, string expected)
    {
        using var subject = new TinySubject(seed: 5) { Room = room };
        var said = Assert.Throws<TorchException>(() => Trainer(subject, Plan()).Run());
        Assert.Equal(TorchErrorKind.OutOfMemory, said.Kind);
        Assert.Contains("A step of 8 images ran out of memory", said.Message);
        Assert.Contains(expected, said.Message);
        if (room > 0) Assert.Equal(20, Trainer(subject, Plan() with { Accumulate = 4 }).Run().Log[^1].Step);
    }

    [Fact]
    public void The_average_of_the_weights_follows_them_and_can_be_borrowed()
    {
        using var subject = new TinySubject(seed: 5);
        var (weight, average) = (subject.Network.parameters().First(), new List<float>());
        var expected = weight.detach().clone();
        subject.Stepped = _ => { using var off = no_grad(); expected.mul_(0.9).add_(weight * 0.1); };
        var trainer = Trainer(subject, Plan("averaged") with { AverageDecay = 0.9 });
        trainer.Run();

        var name = subject.Network.named_parameters().First().name;
        Assert.True(expected.allclose(trainer.Average!.State[name], rtol: 1e-5, atol: 1e-6));
        var own = weight.detach().clone();
        using (trainer.Average.Borrow()) Assert.True(weight.equal(trainer.Average.State[name]));
        Assert.True(weight.equal(own));

        using var second = new TinySubject(seed: 5);
        var resumed = Trainer(second, Plan("averaged") with { AverageDecay = 0.9 }, resume: true);
        resumed.Run();
        Assert.True(resumed.Average!.State[name].equal(trainer.Average.State[name]));
    }

    [Theory]
    [InlineData("trainer.safetensors", "cut")]
    [InlineData("trainer.safetensors", "flipped")]
    [InlineData("trainer.safetensors", "gone")]
    [InlineData("checkpoint-00000020.safetensors", "cut")]
    [InlineData("checkpoint-00000020.safetensors", "flipped")]
    [InlineData("checkpoint-00000020.safetensors", "gone")]
    public void A_damaged_checkpoint_is_passed_over_for_the_one_before(string name, string how)
    {
        using var straight = new TinySubject(seed: 5);
        Trainer(straight, Plan(epochs: 3)).Run();
        using (var first = new TinySubject(seed: 5))
        {
            Interrupt(first, 20);
            Assert.Throws<OperationCanceledException>(() => Trainer(first, Plan("damaged", epochs: 3)).Run());
            Ambient.Cancellation = default;
        }
        var path = Path.Combine(Run("damaged"), name);
        if (how == "gone") File.Delete(path);
        else
        {
            var bytes = File.ReadAllBytes(path);
            bytes[^9] ^= 1;
            File.WriteAllBytes(path, how == "cut" ? bytes[..(bytes.Length / 2)] : bytes);
        }
        using var second = new TinySubject(seed: 5);
        var output = new StringWriter();
        Trainer(second, Plan("damaged", epochs: 3), resume: true, output).Run();

        AssertSameBits(straight, second);
        Assert.Contains("goes on after step 10", output.ToString());
        if (name != "trainer.safetensors" || how != "gone") Assert.Contains(name == "trainer.safetensors" ? name : "checkpoint", output.ToString());
    }

    [Fact]
    public void Where_every_checkpoint_is_damaged_the_run_says_so()
    {
        using var subject = new TinySubject(seed: 5);
        Trainer(subject, Plan("lost")).Run();
        foreach (var path in Directory.GetFiles(Run("lost"), "*.safetensors")) File.WriteAllText(path, "no");

        var error = Assert.Throws<InvalidDataException>(() => Trainer(subject, Plan("lost"), resume: true).Run()).Message;
        Assert.Contains("trainer.safetensors", error);
        Assert.Contains("trainer-before.safetensors", error);
    }

    [Fact]
    public void Old_weights_go_and_all_stay_where_the_plan_says_so()
    {
        using var subject = new TinySubject(seed: 5);
        Trainer(subject, Plan("few", epochs: 4) with { CheckpointEverySteps = 5 }).Run();
        Trainer(subject, Plan("all", epochs: 4) with { KeepCheckpoints = null }).Run();

        Assert.Equal(["checkpoint-00000035.safetensors", "checkpoint-00000040.safetensors"], Weights("few"));
        Assert.Equal(4, Weights("all").Length);
    }

    [Fact]
    public void Without_a_run_folder_an_interruption_says_that_nothing_was_kept()
    {
        using var subject = new TinySubject(seed: 1);
        Interrupt(subject, 2);

        Assert.Contains("Nothing was kept", Assert.Throws<OperationCanceledException>(() => Trainer(subject, Plan()).Run()).Message);
    }

    [Fact]
    public void A_plan_that_makes_no_sense_is_refused_before_anything_runs()
    {
        using var subject = new TinySubject(seed: 1);

        foreach (var (plan, part) in new (TrainingPlan, string)[]
        {
            (Plan() with { Epochs = 0 }, "Epochs is 0"),
            (Plan() with { BatchSize = 84 }, "there are 83 images"),
            (Plan() with { WarmupEpochs = 2 }, "WarmupEpochs is 2"),
            (Plan() with { MinLearningRate = 1 }, "MinLearningRate 1"),
            (Plan() with { ClipNorm = 0 }, "ClipNorm is 0"),
            (Plan() with { LogEvery = 0 }, "LogEvery is 0"),
            (Plan() with { Accumulate = 3 }, "Accumulate is 3"),
            (Plan() with { AverageDecay = 1 }, "AverageDecay is 1"),
            (Plan() with { KeepCheckpoints = 0 }, "KeepCheckpoints 0"),
        })
            Assert.Contains(part, Assert.Throws<ArgumentException>(() => Trainer(subject, plan).Run()).Message);
        Assert.Equal(0, subject.Steps);
    }

    string[] Weights(string run) => [.. Directory.GetFiles(Run(run), "checkpoint-*").Select(path => Path.GetFileName(path)).Order()];

    static void AssertSameBits(TinySubject expected, TinySubject found)
    {
        foreach (var (name, tensor) in expected.Network.state_dict().Concat(expected.TargetState))
            Assert.True(tensor.equal(found.Network.state_dict().Concat(found.TargetState).First(named => named.Key == name).Value), name);
    }
}
