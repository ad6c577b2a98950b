using MimKit.Models;

namespace MimKit;

/// <summary>A convolution whose weights are named as DALL-E's release names them: <c>w</c> and <c>b</c>; edges are padded with zeros.</summary>
internal sealed class DalleConv : nn.Module<Tensor, Tensor>
{
    private readonly Parameter _w, _b;
    private readonly int _padding;

    public DalleConv(int input, int output, int kernel) : base(nameof(DalleConv))
    {
        _padding = (kernel - 1) / 2;
        register_parameter("w", _w = new Parameter(zeros(output, input, kernel, kernel)));
        register_parameter("b", _b = new Parameter(zeros(output)));
    }

    /// <summary>normal(0, 1 / √fan-in), biases 0.</summary>
    public void Start(string name, ulong seed) =>
        StartingWeights.Normal(_w, $"{name}.w", 1 / Math.Sqrt(_w.numel() / (double)_w.size(0)), seed);

    public override Tensor forward(Tensor x) => nn.functional.conv2d(x, _w, _b, padding: [_padding, _padding]);
}

/// <summary>
/// A residual block of DALL-E's dVAE (openai/DALL-E, encoder.py and decoder.py): four convolutions behind rectifiers, scaled by
/// 1 / layers², beside a 1×1 convolution where the width changes.
/// </summary>
internal sealed class DalleBlock : nn.Module<Tensor, Tensor>
{
    private readonly DalleConv? _identity;
    private readonly DalleConv[] _path;
    private readonly double _gain;

    /// <param name="layers">blocks of the whole network, for the gain</param>
    /// <param name="pointwiseFirst">the decoder's order: the 1×1 convolution comes first; the encoder's comes last</param>
    public DalleBlock(int input, int output, int layers, bool pointwiseFirst) : base(nameof(DalleBlock))
    {
        _gain = 1.0 / ((double)layers * layers);
        var hidden = Math.Max(1, output / 4);
        if (input != output) register_module("id_path", _identity = new DalleConv(input, output, 1));
        int[] kernels = pointwiseFirst ? [1, 3, 3, 3] : [3, 3, 3, 1];
        _path = [.. kernels.Select((kernel, i) => new DalleConv(i == 0 ? input : hidden, i == 3 ? output : hidden, kernel))];
        var path = new ModuleGroup("res_path");
        for (var i = 0; i < _path.Length; i++) path.register_module($"conv_{i + 1}", _path[i]);
        register_module("res_path", path);
    }

    public override Tensor forward(Tensor x) =>
        (_identity?.forward(x) ?? x) + _path.Aggregate(x, (y, conv) => conv.forward(y.relu())) * _gain;
}

/// <summary>Groups of blocks with a halving of the resolution between two groups, or a doubling: DALL-E's encoder or decoder.</summary>
internal sealed class DalleStack : nn.Module<Tensor, Tensor>
{
    private readonly DalleConv _input, _output;
    private readonly List<List<DalleBlock>> _groups = [];
    private readonly bool _decodes;

    /// <param name="input">channels that go in</param>
    /// <param name="first">channels after the first convolution</param>
    /// <param name="widths">channels of the groups</param>
    /// <param name="blocks">of each group</param>
    /// <param name="output">channels that come out</param>
    /// <param name="decodes">resolution is doubled between groups; else halved</param>
    public DalleStack(int input, int first, IReadOnlyList<int> widths, int blocks, int output, bool decodes) : base(nameof(DalleStack))
    {
        _decodes = decodes;
        var all = new ModuleGroup("blocks");
        register_module("blocks", all);
        all.register_module("input", _input = new DalleConv(input, first, decodes ? 1 : 7));
        var width = first;
        for (var g = 0; g < widths.Count; g++)
        {
            var (group, made) = (new ModuleGroup("group"), new List<DalleBlock>());
            for (var b = 0; b < blocks; b++, width = widths[g])
            {
                made.Add(new DalleBlock(width, widths[g], widths.Count * blocks, pointwiseFirst: decodes));
                group.register_module($"block_{b + 1}", made[^1]);
            }
            all.register_module($"group_{g + 1}", group);
            _groups.Add(made);
        }
        var last = new ModuleGroup("output");
        last.register_module("conv", _output = new DalleConv(width, output, 1));
        all.register_module("output", last);
    }

    public void Start(ulong seed)
    {
        using var off = no_grad();
        foreach (var (name, module) in named_modules())
            if (module is DalleConv conv) conv.Start(name, seed);
    }

    public override Tensor forward(Tensor x)
    {
        x = _input.forward(x);
        for (var g = 0; g < _groups.Count; g++)
        {
            foreach (var block in _groups[g]) x = block.forward(x);
            if (g + 1 < _groups.Count) x = _decodes ? Doubled(x) : Halved(x);
        }
        return _output.forward(x.relu());
    }

    // 2×2 maxima
    private static Tensor Halved(Tensor x) => x.reshape(x.size(0), x.size(1), x.size(2) / 2, 2, x.size(3) / 2, 2).amax([3, 5]);

    // every pixel becomes 2×2 of it
    private static Tensor Doubled(Tensor x) =>
        x.unsqueeze(-1).unsqueeze(3).expand(-1, -1, -1, 2, -1, 2).reshape(x.size(0), x.size(1), 2 * x.size(2), 2 * x.size(3));
}
