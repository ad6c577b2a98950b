using MimKit.Models;
using MimKit.Runtime;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Models;

public class VitBlockTests
{
    [Fact]
    public void A_block_in_two_passes_is_the_plain_composition()
    {
        using var scope = NewDisposeScope();
        using var block = new VitBlock(16, 2, 4);
        MaeInitialisation.Apply(block, seed: 4);
        var x = torch.tensor(new Draw(2, 0, [0]).Uniform(Purpose.Noise, 2 * 5 * 16), [2, 5, 16]);
        var branch = x * 0.3;

        var stream = block.forward(new ResidualStream(x, branch, float32));

        var named = block.named_parameters().ToDictionary(p => p.name, p => (Tensor)p.parameter);
        var sum = x + branch;
        var y = Norm(sum, "norm1");
        sum = sum + Line(Plain.Attention(Line(y, "attn.qkv"), 2, 1 / Math.Sqrt(8), null), "attn.proj");
        y = Line(nn.functional.gelu(Line(Norm(sum, "norm2"), "mlp.fc1")), "mlp.fc2");
        Assert.True(stream.Sum.allclose(sum, 1e-5, 1e-5));
        Assert.True(stream.Pending!.allclose(y, 1e-5, 1e-5));

        Tensor Norm(Tensor t, string name) => Plain.LayerNorm(t, named[name + ".weight"], named[name + ".bias"], 1e-6, float32);
        Tensor Line(Tensor t, string name) => Plain.Linear(t, named[name + ".weight"], named[name + ".bias"]);
    }
}
