using System.Text.Json.Serialization;
using MimKit.Data;
using MimKit.Runtime;
using MimKit.Torch;
using MimKit.Torch.Modules;
using MimKit.Training;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Training;

/// <summary>
/// A denoiser of 16 pixels, small but with every part a method has: matrices, norm, buffer, randomness by draw, and a target outside
/// the network that follows it.
/// </summary>
internal sealed class TinySubject : ITrainable, IDisposable
{
    public const int Width = 16;
    private readonly Net _network;
    private readonly Tensor _target;

    public TinySubject(long seed)
    {
        manual_seed(seed);
        _network = new();
        _target = _network.Inner.weight.detach().clone().DetachFromDisposeScope();
        Config = new TinyConfig(seed);
    }

    public object Config { get; init; }
    public nn.Module Network => _network;
    public IReadOnlyDictionary<string, Tensor> TargetState => new Dictionary<string, Tensor> { ["mean_weight"] = _target };

    /// <summary>Called at the end of every step, with the number of steps done by this object.</summary>
    public Action<int>? Stepped { get; set; }
    public int Steps { get; private set; }

    /// <summary>Multiplies the loss: NaN makes the run diverge.</summary>
    public double Scale { get; set; } = 1;

    /// <summary>More images than this at once do not fit into memory.</summary>
    public int Room { get; set; } = int.MaxValue;

    public Tensor Step(Batch batch, Draw draw)
    {
        if (batch.Indices.Length > Room) torch.empty([1L << 46]);                             // 256 TiB
        var x = batch.Images.reshape(-1, Width);                                              // [B, 16]
        var kept = torch.tensor(draw.Uniform(Purpose.Mask, Width), [x.shape[0], Width]).gt(0.5).to(ScalarType.Float32);
        var pull = (_network.Inner.weight - _target).square().mean();
        return ((_network.forward(x * kept) - x).square().mean() + pull * 0.1) * Scale;
    }

    public void AfterStep()
    {
        using var _ = no_grad();
        _target.lerp_(_network.Inner.weight, 0.1);
        Stepped?.Invoke(++Steps);
    }

    public void Dispose()
    {
        _network.Dispose();
        _target.Dispose();
    }

    public sealed record TinyConfig(long Seed)
    {
        public Hiding Hiding { get; init; } = new Pixelwise(0.5);
    }

    [JsonDerivedType(typeof(Pixelwise), "pixelwise")]
    public abstract record Hiding;
    public sealed record Pixelwise(double Ratio) : Hiding;

    public sealed class Net : nn.Module<Tensor, Tensor>
    {
        public readonly Linear Inner = nn.Linear(Width, 8);
        private readonly LayerNorm _norm = nn.LayerNorm(8);
        private readonly Linear _outer = nn.Linear(8, Width);

        public Net() : base("tiny")
        {
            register_buffer("position", torch.full([1, Width], 0.01));
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => _outer.forward(_norm.forward(Inner.forward(x)).relu());
    }

    /// <summary>Random images [count, 1, 4, 4] of three classes.</summary>
    public static ImageSet Images(int count, ulong seed = 1)
    {
        var noise = new Draw(seed, 0, [.. Enumerable.Range(0, count).Select(i => (long)i)]).Uniform(Purpose.Noise, Width);
        return new(new DataManifest
        {
            Name = "noise", Title = "Noise", Licence = "none", Homepage = "none", Citation = "none", Path = "none", Digest = "none",
            Files = new Dictionary<string, DataFile>(), Classes = ["a", "b", "c"],
            Image = new(1, 4, 4, [0.5], [0.25]), Splits = new(count, 1, 1, 1),
        }, "train", [.. noise.Select(n => (byte)(n * 256))], [.. Enumerable.Range(0, count).Select(i => i % 3)]);
    }
}
