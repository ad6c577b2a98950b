using MimKit.Data;
using MimKit.Evaluation;
using MimKit.Runtime;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Evaluation;

/// <summary>UPerNet against an independent script on PyTorch's functions, on the same weights (tests/reference/upernet/make.py).</summary>
public sealed class UPerNetTests : IDisposable
{
    readonly DisposeScope _scope = NewDisposeScope();
    readonly SafetensorsFile _reference = new(Stored());
    readonly UPerNet _network = new(8, 4, new() { Channels = 6, AuxiliaryChannels = 5, Dropout = 0 }, seed: 1);

    public UPerNetTests()
    {
        var state = _network.state_dict();
        foreach (var name in _reference.Entries.Keys.Where(name => name.StartsWith("w.", StringComparison.Ordinal)))
            using (no_grad()) state[name[2..]].copy_(_reference.Read(name));
        Assert.Equal(state.Keys.Where(name => !name.EndsWith("num_batches_tracked", StringComparison.Ordinal)).Order(), _reference.Entries.Keys.Where(name => name.StartsWith("w.", StringComparison.Ordinal)).Select(name => name[2..]).Order());
    }

    public void Dispose()
    {
        _network.Dispose();
        _reference.Dispose();
        _scope.Dispose();
    }

    static string Stored()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (Path.Combine(folder, "tests", "reference", "upernet", "upernet.safetensors") is var path && File.Exists(path)) return path;
        throw new FileNotFoundException($"tests/reference/upernet is not above {AppContext.BaseDirectory}");
    }

    Tensor[] Maps() => [.. Enumerable.Range(0, 4).Select(i => _reference.Read($"map{i}"))];

    void AssertClose(string name, Tensor own, double relative = 1e-5)
    {
        var wanted = _reference.Read(name);
        Assert.Equal(wanted.shape, own.shape);
        var (off, size) = ((own - wanted).abs().max().ToDouble(), wanted.abs().max().ToDouble());
        Assert.True(off <= relative * size + 1e-6, $"{name}: {off} off, largest value {size}");
    }

    [Fact]
    public void Logits_with_running_statistics_are_those_of_the_reference()
    {
        _network.eval();
        using var off = no_grad();
        var said = _network.Logits(Maps(), null);
        AssertClose("eval.main", said.Main);
        Assert.Null(said.Auxiliary);
    }

    [Fact]
    public void Loss_gradients_and_statistics_of_a_step_are_those_of_the_reference()
    {
        _network.train();
        var (maps, masks) = (Maps(), _reference.Read("masks"));
        maps[2].requires_grad = true;

        var said = _network.Logits(maps, null);
        var loss = Segmenter.CrossEntropy(said.Main, masks) + Segmenter.CrossEntropy(said.Auxiliary!, masks) * 0.4;
        loss.backward();

        AssertClose("train.main", said.Main);
        AssertClose("train.auxiliary", said.Auxiliary!);
        AssertClose("loss", loss);
        AssertClose("g.in.map2", maps[2].grad!, 5e-5);
        foreach (var (name, parameter) in _network.named_parameters()) AssertClose("g." + name, parameter.grad!, 5e-5);
        foreach (var (name, buffer) in _network.named_buffers().Where(named => named.name.Contains("running"))) AssertClose("after." + name, buffer);
    }

    [Fact]
    public void A_crop_without_a_known_pixel_has_loss_0()
    {
        using var masks = full([2, 8, 8], SegmentationSource.Ignored, dtype: int64);
        Assert.Equal(0, Segmenter.CrossEntropy(randn(2, 3, 4, 4), masks).ToDouble());
    }
}
