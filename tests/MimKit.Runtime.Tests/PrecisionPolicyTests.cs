using static MimKit.Torch.torch;

namespace MimKit.Runtime.Tests;

public class PrecisionPolicyTests
{
    [Fact]
    public void Float32_is_float32_everywhere_and_bfloat16_only_where_nothing_is_summed_up()
    {
        Assert.All(PrecisionPolicy.Of(Precision.Float32).Types.Values, type => Assert.Equal(float32, type));
        var policy = PrecisionPolicy.Of(Precision.BFloat16);
        Assert.Equal([Arithmetic.Products, Arithmetic.Activations], policy.Types.Where(type => type.Value == bfloat16).Select(type => type.Key).Order());
        Assert.Contains("Residual       Float32", policy.ToString());
    }

    [Fact]
    public void Tf32_is_a_switch()
    {
        var (products, convolutions) = (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32);
        try
        {
            backends.cuda.matmul.allow_tf32 = true;
            backends.cudnn.allow_tf32 = false;
            Assert.Equal((true, false), (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32));
            backends.cuda.matmul.allow_tf32 = false;
            Assert.False(backends.cuda.matmul.allow_tf32);
        }
        finally
        {
            (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32) = (products, convolutions);
        }
    }
}
