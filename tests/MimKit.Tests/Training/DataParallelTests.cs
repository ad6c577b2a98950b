using MimKit.Data;
using MimKit.Runtime;
using MimKit.Training;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Training;

public sealed class DataParallelTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("mimkit-ranks-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // 10 steps an epoch, 100 in all
    static TrainingPlan Plan(int accumulate = 1, string? folder = null, int epochs = 10) => new()
    {
        Epochs = epochs, BatchSize = 8, Accumulate = accumulate, LearningRate = 1e-2, WarmupEpochs = 0.5, Seed = 3, LogEvery = 1, ClipNorm = 0.5, RunFolder = folder,
    };

    static double[] Losses(TrainingPlan plan, IProcessGroup? ranks, Func<TinySubject, TinySubject>? change = null, bool resume = false)
    {
        using var subject = Made();
        var prepared = change?.Invoke(subject) ?? subject;
        return [.. new Trainer(prepared, TinySubject.Images(83), plan) { Output = TextWriter.Null, Ranks = ranks, Resume = resume }.Run().Log.Select(line => line.Loss)];
    }

    // the seed is the process's, so two threads must not draw at once
    static TinySubject Made()
    {
        lock (typeof(DataParallelTests)) return new TinySubject(seed: 5);
    }

    static void AssertClose(double[] expected, double[] found)
    {
        Assert.Equal(expected.Length, found.Length);
        for (var i = 0; i < expected.Length; i++) Assert.InRange(found[i], expected[i] * (1 - 1e-5), expected[i] * (1 + 1e-5));
    }

    [Together]
    [InlineData(2, 1)]
    [InlineData(4, 1)]
    [InlineData(3, 1)]          // slices of 2, 3 and 3 images
    [InlineData(2, 2)]
    public void Ranks_with_a_share_of_the_batch_walk_the_curve_of_one_with_the_whole(int size, int accumulate)
    {
        var alone = Losses(Plan(), ranks: null);
        Assert.Equal(100, alone.Length);
        foreach (var (losses, error) in Together.Run(size, ranks => Losses(Plan(accumulate), ranks)))
        {
            Assert.Null(error);
            AssertClose(alone, losses!);
        }
    }

    [Together]
    [InlineData(2)]
    public void A_run_goes_on_with_another_number_of_ranks_from_the_checkpoint_of_the_first(int size)
    {
        var (straight, parts) = (Path.Combine(_folder, "straight"), Path.Combine(_folder, "parts"));
        Losses(Plan(folder: straight), ranks: null);
        var first = Together.Run(size, ranks => Losses(Plan(folder: parts), ranks, subject =>
        {
            var source = new CancellationTokenSource();
            if (ranks.Rank == 1) Ambient.Cancellation = source.Token;                // one rank is told to stop; all do, at the same step
            subject.Stepped = steps => { if (steps == 37) source.Cancel(); };
            return subject;
        }));
        Assert.All(first, end => Assert.Contains("Stopped after step 38 of 100", Assert.IsType<OperationCanceledException>(end.Error).Message));
        Assert.All(Together.Run(size, ranks => Losses(Plan(folder: parts), ranks, resume: true)), end => Assert.Null(end.Error));
        AssertClose([.. RunFolder.Read(straight).Log.Select(line => line.Loss)], [.. RunFolder.Read(parts).Log.Select(line => line.Loss)]);
    }

    [Together]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_rank_that_fails_stops_the_others_with_its_rank_and_reason(int failing)
    {
        var ends = Together.Run(3, ranks => Losses(Plan(), ranks, subject =>
        {
            if (ranks.Rank == failing) subject.Stepped = steps => { if (steps == 5) throw new InvalidOperationException("the disk is full"); };
            return subject;
        }));
        for (var rank = 0; rank < 3; rank++)
        {
            if (rank == failing) Assert.IsType<InvalidOperationException>(ends[rank].Error);
            else Assert.Contains($"rank {failing} stopped: the disk is full", Assert.IsType<RankLostException>(ends[rank].Error).Message);
        }
    }

    [Together]
    [InlineData(1)]
    public void A_rank_that_hangs_is_named_after_the_timeout(int hanging)
    {
        using var over = new ManualResetEventSlim();
        var ends = Together.Run(2, ranks =>
        {
            if (ranks.Rank == hanging)
            {
                over.Wait();
                return 0;
            }
            try { ranks.Barrier(); }
            finally { over.Set(); }
            return 0;
        }, seconds: 2);
        Assert.Contains($"rank {hanging} ended without a word", Assert.IsType<RankLostException>(ends[0].Error).Message);
    }

    [Together]
    [InlineData(16L)]           // every tensor alone
    [InlineData(1L << 20)]      // all in one
    public void Buckets_sum_every_tensor_in_its_own_shape_and_type(long bytes)
    {
        var ends = Together.Run(2, ranks =>
        {
            var tensors = new[] { full([2, 3], ranks.Rank + 1.0), full([5], 10.0 * (ranks.Rank + 1)).to(bfloat16), arange(4).to(float32).reshape(2, 2).t() };
            ranks.SumInPlace(tensors, bytes);
            return (tensors[0].ToArray<float>(), tensors[1].to(float32).ToArray<float>(), tensors[2].contiguous().ToArray<float>());
        });
        foreach (var (sums, error) in ends)
        {
            Assert.Null(error);
            Assert.Equal(Enumerable.Repeat(3f, 6), sums.Item1);
            Assert.Equal(Enumerable.Repeat(30f, 5), sums.Item2);
            Assert.Equal([0, 4, 2, 6], sums.Item3);
        }
    }

    [Together]
    [InlineData(16L)]           // every parameter leaves alone, while the backward pass goes on
    [InlineData(1L << 20)]      // all at its end
    public void Gradients_are_summed_and_one_that_only_some_rank_has_reaches_all(long bytes)
    {
        var ends = Together.Run(3, ranks =>
        {
            Tensor[] weights = [.. new[] { 1.0, 2, 3, 4 }.Select(value => full([5], value, requires_grad: true))];
            using var sum = new GradientSum(ranks, weights, bytes);
            var counted = new List<double[]>();
            for (var step = 0; step < 2; step++)
            {
                foreach (var weight in weights) weight.grad?.zero_();
                (weights[0] * weights[1]).sum().backward();                        // a part before the last: stays here
                sum.Expect();
                (ranks.Rank == 1 ? weights[0] * weights[2] : weights[0] * weights[1]).sum().backward();
                var also = full([1], ranks.Rank + 1.0);
                sum.Finish(also);
                counted.Add([.. weights.Select(weight => weight.grad?.mean().ToDouble() ?? -1), also.item<float>()]);
            }
            return counted;
        });
        foreach (var (counted, error) in ends)
        {
            Assert.Null(error);
            Assert.All(counted!, found => Assert.Equal([2 + 2 + 2 + 3 + 2 + 2, 1 + 1 + 1 + 1 + 1, 1, -1, 6], found));
        }
    }

    [Together]
    [InlineData(2)]
    public void Gradients_travel_while_the_backward_pass_still_runs(int size)
    {
        var ends = Together.Run(size, ranks =>
        {
            var seen = new Counting(ranks);
            Tensor[] weights = [full([5], 1, requires_grad: true), full([5], 2, requires_grad: true)];
            using var sum = new GradientSum(seen, weights, bytes: 16);
            sum.Expect();
            ((weights[0] * 2).exp() * weights[1]).sum().backward();
            var before = seen.Calls;
            sum.Finish(zeros(1));
            return (before, seen.Calls);
        });
        Assert.All(ends, end => Assert.Equal((2, 3), end.Result));
    }

    sealed class Counting(IProcessGroup ranks) : IProcessGroup
    {
        public int Calls { get; private set; }
        public int Rank => ranks.Rank;
        public int Size => ranks.Size;
        public Action AllReduce(Tensor tensor) { Calls++; return ranks.AllReduce(tensor); }
        public void Broadcast(Tensor tensor, int root = 0) => ranks.Broadcast(tensor, root);
        public Tensor[] AllGather(Tensor tensor) => ranks.AllGather(tensor);
        public void Barrier() => ranks.Barrier();
        public void Abort(string reason) => ranks.Abort(reason);
        public void Dispose() { }
    }

    [Theory]
    [InlineData(8, 3)]
    [InlineData(5, 4)]
    public void Slices_are_the_batch_each_image_once_even_of_an_uneven_last_one(int batch, int ranks)
    {
        var images = TinySubject.Images(83);
        var whole = new BatchLoader(images, batch, seed: 3, dropLast: false).Epoch(1).Select(b => b.Indices).ToList();
        var slices = Enumerable.Range(0, ranks).Select(rank => new BatchLoader(images, batch, 3, dropLast: false, rank, ranks).Epoch(1).Select(b => b.Indices).ToList()).ToList();
        Assert.Equal(83 % batch, whole[^1].Length);
        for (var b = 0; b < whole.Count; b++)
        {
            Assert.Equal(whole[b], slices.SelectMany(slice => slice[b]));
            Assert.InRange(slices.Max(slice => slice[b].Length) - slices.Min(slice => slice[b].Length), 0, 1);
        }
    }

    [Together]
    [InlineData(9)]
    public void More_ranks_than_images_in_a_batch_are_refused(int size)
    {
        var ends = Together.Run(size, ranks => Losses(Plan(), ranks));
        Assert.All(ends, end => Assert.NotNull(end.Error));
        Assert.Contains(ends, end => end.Error is ArgumentException && end.Error.Message.Contains("BatchSize is 8", StringComparison.Ordinal));
    }
}
