using MimKit.Runtime;
using MimKit.Torch;
using MimKit.Torch.Modules;
using static MimKit.Torch.torch;
using static MimKit.Torch.torch.nn;

namespace MimKit.Tests.Devices;

/// <summary>What must be the same on every device; and what only CUDA has. Run by the test project here, and by the host that travels (run.sh).</summary>
public sealed record DeviceCheck(string Name, Action<Device> Run, bool OnlyCuda = false, int Devices = 1)
{
    /// <summary>Why it cannot run there, or null.</summary>
    public string? WhyNot(Device device) =>
        !OnlyCuda ? null
        : device.type != DeviceType.CUDA ? "only CUDA has it"
        : cuda.device_count() < Devices ? $"needs {Devices} CUDA devices, there is {cuda.device_count()}"
        : null;

    public override string ToString() => Name;
}

public static class DeviceChecks
{
    public const string NoGpu = "no CUDA device that this libtorch can use";

    public static readonly IReadOnlyList<DeviceCheck> All =
    [
        .. Compared.Select(one => new DeviceCheck($"{one.Name}: values and gradients are the CPU's", device => Compare(one.Name, one.Of, device))),
        new("a hook and a C# function run on the engine's threads, and what they throw comes out", HooksAndFunctions),
        new("the anomaly watch names the module", Anomaly),
        new("a recomputed part has the gradients of the plain one", Recomputed),
        new("ten AdamW steps are the CPU's", Training),
        new("a thousand steps leave no tensor behind", NothingLeft),
        new("too large a tensor is refused and the next one made", OutOfMemory),
        new("streams wait for one another and events tell the time", StreamsAndEvents, OnlyCuda: true),
        new("a captured graph replays on new inputs", Graph, OnlyCuda: true),
        new("the allocator's statistics follow, and its cache empties", Allocator, OnlyCuda: true),
        new("tensors move between devices", BetweenDevices, OnlyCuda: true, Devices: 2),
    ];

    private static IEnumerable<(string Name, Func<Tensor, Tensor, Tensor> Of)> Compared =>
    [
        ("matmul", (x, w) => x.matmul(w)),
        ("softmax", (x, w) => (x * w[0, 0]).softmax(-1)),
        ("layer_norm", (x, w) => functional.layer_norm(x, [8], w[0], w[1])),
        ("gelu", (x, w) => functional.gelu(x * w[0])),
        ("conv2d", (x, w) => functional.conv2d(x.reshape(1, 2, 4, 8), w.reshape(4, 2, 2, 4))),
        ("cross_entropy", (x, w) => functional.cross_entropy(x.matmul(w), arange(8).to(x.device))),
        ("gather and scatter", (x, w) => zeros_like(x).scatter(1, x.argsort(1), x * w[2])),
        ("fused and plain attention", (x, w) => Fused.Attention(x.matmul(w).repeat(1, 3).reshape(2, 4, 24), 2, .5)),
        ("fused and plain layer norm", (x, w) => Fused.LayerNorm(x, w[0], w[1], 1e-6, float32)),
    ];

    private static Tensor Values(long rows, double phase) => arange(rows * 8).to(float32).mul(.37).add(phase).sin().reshape(rows, 8);

    private static void Compare(string name, Func<Tensor, Tensor, Tensor> of, Device device)
    {
        using var scope = NewDisposeScope();
        float[][] here = Run(CPU), there = Run(device);
        for (var i = 0; i < here.Length; i++)
            for (var k = 0; k < here[i].Length; k++)
                Require(Math.Abs(here[i][k] - there[i][k]) <= 2e-4 * (1 + Math.Abs(here[i][k])), $"{name}: {here[i][k]} on the CPU, {there[i][k]} on {device}");

        float[][] Run(Device at)
        {
            Tensor x = Values(8, 0).to(at).requires_grad_(), w = Values(8, 1).to(at).requires_grad_();
            var y = of(x, w);
            (y * y).sum().backward();
            return [.. new[] { y, x.grad!, w.grad! }.Select(t => t.detach().cpu().ToArray<float>())];
        }
    }

    private sealed class Doubled : autograd.SingleTensorFunction<Doubled>
    {
        public override string Name => nameof(Doubled);
        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars) => (Tensor)vars[0] * 2;
        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => [grad_output * 2];
    }

    private static void HooksAndFunctions(Device device)
    {
        var x = ones([3], device: device).requires_grad_();
        x.register_hook(grad => grad * 10);
        Doubled.apply(x).sum().backward();
        Equal([20, 20, 20], x.grad!);
        x.register_hook(_ => throw new KeyNotFoundException("from a hook"));
        Throws<KeyNotFoundException>(() => Doubled.apply(x).sum().backward());
        Require(is_grad_enabled() && Doubled.apply(x).requires_grad, "recording must be on again");
    }

    private static void Anomaly(Device device)
    {
        using var net = Sequential(Linear(2, 2), ReLU());
        foreach (var p in net.parameters()) init.constant_(p, float.MaxValue);
        using var watch = autograd.detect_anomaly();
        var failed = Throws<TorchException>(() => net.call(ones(1, 2)));
        Require(failed.Message.Contains("in module Sequential.0 (Linear)", StringComparison.Ordinal), failed.Message);
        _ = device;
    }

    private static void Recomputed(Device device)
    {
        var w = new Parameter(Values(8, 1).to(device));
        var x = Values(8, 0).to(device).requires_grad_();
        Tensor Body(IReadOnlyList<Tensor> inputs) => functional.gelu(inputs[0].matmul(w)).square();
        var plain = autograd.grad([Body([x]).sum()], [x, w]);
        var again = autograd.grad([Recompute.Call(Body, [x], [w]).sum()], [x, w]);
        for (var i = 0; i < 2; i++) Require(plain[i].equal(again[i]), $"gradient {i} differs");
    }

    private static void Training(Device device)
    {
        float[] Train(Device at)
        {
            var w = new Parameter(Values(8, 1).to(at));
            using var adam = optim.AdamW([w], lr: .01, weight_decay: .05);
            for (var i = 0; i < 10; i++)
            {
                using var step = NewDisposeScope();
                adam.zero_grad();
                Values(8, i).to(at).matmul(w).square().mean().backward();
                adam.step();
            }
            return w.detach().cpu().ToArray<float>();
        }
        float[] here = Train(CPU), there = Train(device);
        for (var i = 0; i < here.Length; i++) Require(Math.Abs(here[i] - there[i]) < 1e-4, $"weight {i}: {here[i]} on the CPU, {there[i]} on {device}");
    }

    private static void NothingLeft(Device device)
    {
        var w = Values(8, 0).to(device).requires_grad_();
        var before = Tensor.TotalCount;
        for (var i = 0; i < 1000; i++)
        {
            using var step = NewDisposeScope();
            w.grad = null;
            w.matmul(w).sum().backward();
        }
        Require(Tensor.TotalCount == before, $"{Tensor.TotalCount - before} tensors are left");
    }

    private static void OutOfMemory(Device device)
    {
        Throws<TorchException>(() => empty([1L << 46], device: device));
        Equal([2], ones([1], device: device) * 2);
    }

    private static void StreamsAndEvents(Device device)
    {
        using var side = new cuda.Stream(device);
        using cuda.Event start = new(enable_timing: true), end = new(enable_timing: true);
        var a = randn([512, 512], device: device);
        using (var main = cuda.current_stream(device)) side.wait_stream(main);
        Tensor product;
        using (cuda.stream(side))
        {
            start.record();
            product = a.matmul(a);
            end.record();
        }
        end.synchronize();
        Require(side.query() && start.elapsed_time(end) > 0, "the side stream must be done, after some time");
        Require(product.allclose(a.matmul(a)), "a product of the side stream must be the main one's");
    }

    private static void Graph(Device device)
    {
        cuda.set_device(device);
        Tensor input = ones([4], device: device), output = null!;
        using (var warm = new cuda.Stream(device)) { using (cuda.stream(warm)) (input * 3 + 1).Dispose(); warm.synchronize(); }
        using var graph = new cuda.CUDAGraph();
        using (cuda.graph(graph)) output = input * 3 + 1;
        input.fill_(5);
        graph.replay();
        cuda.synchronize(device);
        Equal([16, 16, 16, 16], output);
    }

    private static void Allocator(Device device)
    {
        var before = cuda.memory_stats(device);
        var t = empty([1 << 22], device: device);                                // 16 MiB
        Require(cuda.memory_stats(device).Allocated >= before.Allocated + (16 << 20), "allocated must grow by the tensor");
        t.Dispose();
        Require(cuda.memory_stats(device).Allocated == before.Allocated, "and shrink with it");
        var kept = cuda.memory_stats(device).Reserved;
        cuda.empty_cache();
        Require(cuda.memory_stats(device).Reserved < kept, "the cache must be given back");
        cuda.reset_peak_memory_stats(device);
    }

    private static void BetweenDevices(Device device)
    {
        var other = new Device(DeviceType.CUDA, (device.index + 1) % cuda.device_count());
        var x = Values(8, 0).to(device);
        Require(x.to(other).device == other && x.to(other).to(device).equal(x), "a copy there and back must be equal");
        Throws<TorchException>(() => x.add(x.to(other)));
    }

    private static void Require(bool held, string what) { if (!held) throw new InvalidOperationException(what); }

    private static void Equal(float[] expected, Tensor t)
    {
        var values = t.detach().cpu().ToArray<float>();
        Require(values.SequenceEqual(expected), $"[{string.Join(", ", values)}], not [{string.Join(", ", expected)}]");
    }

    private static T Throws<T>(Action action) where T : Exception
    {
        try { action(); }
        catch (T expected) { return expected; }
        throw new InvalidOperationException($"no {typeof(T).Name} was thrown");
    }
}
