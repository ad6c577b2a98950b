using static MimKit.Torch.torch;
using F = MimKit.Torch.torch.nn.functional;

namespace MimKit.Torch.Tests;

public class LayerTests
{
    [Fact]
    public void Convolutions_of_each_dimension_are_the_functions_with_their_weights()
    {
        using var scope = NewDisposeScope();
        using var one = nn.Conv1d(4, 6, 3, stride: 2, padding: 1, dilation: 2, groups: 2);
        using var three = nn.Conv3d(2, 3, 2);
        using var back = nn.ConvTranspose1d(4, 2, 3, stride: 2, padding: 1, output_padding: 1);
        using var backThree = nn.ConvTranspose3d(2, 3, 2, stride: 2, bias: false);
        var (line, volume) = (randn(2, 4, 9), randn(1, 2, 4, 4, 4));

        Assert.Equal([6L, 2, 3], one.weight.shape);
        Assert.True(one.call(line).equal(F.conv1d(line, one.weight, one.bias, 2, 1, 2, 2)));
        Assert.True(three.call(volume).equal(F.conv3d(volume, three.weight, three.bias)));
        Assert.Equal([4L, 2, 3], back.weight.shape);
        Assert.True(back.call(line).equal(F.conv_transpose1d(line, back.weight, back.bias, 2, 1, 1)));
        Assert.True(backThree.call(volume).equal(F.conv_transpose3d(volume, backThree.weight, strides: [2, 2, 2])));
        Assert.Equal((4, 6, 2), (one.in_channels, one.out_channels, back.out_channels));
        Assert.True(one.call(line[0]).equal(one.call(line)[0]));                   // one without a batch
        Assert.Equal(Math.Sqrt(3) * Math.Sqrt(1.0 / 6) / Math.Sqrt(3), one.weight.abs().max().item<double>(), 1);   // U(±1/√6): fan-in 2 · 3
        Assert.Contains("pads with zeros", Assert.Throws<ArgumentException>(() => nn.ConvTranspose1d(1, 1, 3, padding_mode: PaddingModes.Reflect)).Message);
    }

    [Theory]
    [InlineData(PaddingModes.Reflect)]
    [InlineData(PaddingModes.Replicate)]
    [InlineData(PaddingModes.Circular)]
    public void A_line_is_framed_before_it_is_convolved(PaddingModes mode)
    {
        using var scope = NewDisposeScope();
        using var layer = nn.Conv1d(1, 1, 3, padding: 2, padding_mode: mode, bias: false);
        var line = arange(5.0, float32).reshape(1, 1, 5);
        float[] framed = mode switch
        {
            PaddingModes.Reflect => [2, 1, 0, 1, 2, 3, 4, 3, 2],
            PaddingModes.Replicate => [0, 0, 0, 1, 2, 3, 4, 4, 4],
            _ => [3, 4, 0, 1, 2, 3, 4, 0, 1],
        };
        Assert.True(layer.call(line).allclose(F.conv1d(tensor(framed).reshape(1, 1, 9), layer.weight)));
    }

    // PyTorch 1.13's results for these parameters and inputs
    [Fact]
    public void Multihead_attention_is_PyTorchs_with_and_without_masks()
    {
        using var scope = NewDisposeScope();
        using var attention = nn.MultiheadAttention(4, 2);
        using (no_grad())
            foreach (var (i, p) in attention.parameters().Index()) p.copy_(((arange(p.numel(), int64) * 7 + i).remainder(11).to(float32) / 10 - .5).reshape(p.shape));
        var x = ((arange(24, int64) * 5).remainder(7).to(float32) / 3 - 1).reshape(3, 2, 4);
        var y = ((arange(16, int64) * 3).remainder(5).to(float32) / 2 - 1).reshape(2, 2, 4);

        Assert.Equal(["in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias"], attention.state_dict().Keys);
        var (result, weights) = attention.call(x, y, y);
        Near([0.2293f, 0.48282f, 0.55374f, -0.29275f, -0.00565f, 0.36363f, 0.24541f, -0.48532f, 0.32985f, 0.42436f, 0.63362f, -0.37187f, 0.07678f, 0.22466f, 0.31044f, -0.64167f,
            0.42901f, 0.38523f, 0.73689f, -0.40689f, 0.04189f, 0.27305f, 0.28694f, -0.58189f], result);
        Near([0.59655f, 0.40345f, 0.49382f, 0.50618f, 0.37073f, 0.62927f, 0.59825f, 0.40175f, 0.55961f, 0.44039f, 0.60507f, 0.39493f], weights!);

        var padding = tensor(new[] { false, false, true, false, false, false }, [2, 3]);
        var later = ones(3, 3).triu(1).to(@bool);
        (result, weights) = attention.call(x, x, x, padding, true, later);
        Near([-0.16f, 0.49f, 0.04f, -0.41f, 0.69f, 0.12f, 0.87f, -0.8f, 0.2466f, 0.37755f, 0.51431f, -0.45475f, 0.56049f, 0.22899f, 0.81511f, -0.61639f, 0.43142f, 0.32144f, 0.7309f,
            -0.47908f, 0.40571f, 0.18194f, 0.69547f, -0.6283f], result);
        Near([1, 0, 0, 0.46531f, 0.53469f, 0, 0.2722f, 0.7278f, 0, 1, 0, 0, 0.48891f, 0.51109f, 0, 0.28338f, 0.42321f, 0.29341f], weights!);
        Assert.Null(attention.call(x, x, x, need_weights: false).Item2);

        void Near(float[] expected, Tensor actual) => Assert.True(actual.flatten().allclose(tensor(expected), 1e-4, 2e-5), $"{actual}");
    }

    [Fact]
    public void Multihead_attention_takes_keys_and_values_of_other_widths()
    {
        using var scope = NewDisposeScope();
        using var attention = nn.MultiheadAttention(4, 2, kdim: 3, vdim: 5);
        Assert.Equal(["q_proj_weight", "k_proj_weight", "v_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias"], attention.state_dict().Keys);
        var result = attention.call(randn(2, 1, 4), randn(6, 1, 3), randn(6, 1, 5)).Item1;
        Assert.Equal([2L, 1, 4], result.shape);
        result.sum().backward();
        Assert.All(attention.parameters(), p => Assert.NotNull(p.grad));
        Assert.Contains("3 heads do not divide", Assert.Throws<ArgumentException>(() => nn.MultiheadAttention(4, 3)).Message);
    }
}
