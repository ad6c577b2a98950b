using MimKit.Models;
using MimKit.Runtime;
using MimKit.Tests.Training;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Models;

public class BlockGoldenTests
{
    [Fact]
    public void Attention_gives_the_stored_output_and_gradients()
    {
        using var scope = NewDisposeScope();
        var stored = new ReferenceCase("attention_plain");
        using var attention = new Attention(16, 2);
        var weights = stored.Weights();
        weights["qkv.bias"] = zeros(48);                                           // the case has none
        attention.load_state_dict(weights);
        var x = stored["x"].requires_grad_();

        var y = attention.forward(x);
        (y * stored["coef"]).sum().backward();

        stored.AssertClose("y", y);
        stored.AssertGradients(attention);
        stored.AssertGradient("in.x", x.grad);
    }

    [Fact]
    public void The_residual_streams_norm_gives_the_stored_output_and_gradients()
    {
        using var scope = NewDisposeScope();
        var stored = new ReferenceCase("layer_norm_1e6");
        using var norm = nn.LayerNorm(16, 1e-6);
        norm.load_state_dict(stored.Weights());
        var x = stored["x"].requires_grad_();

        new ResidualStream(x, null, float32).Normalise(norm, out var y);
        (y * stored["coef"]).sum().backward();

        stored.AssertClose("y", y);
        stored.AssertGradients(norm);
        stored.AssertGradient("in.x", x.grad);
    }

    [Fact]
    public void The_mlps_activation_is_the_exact_gelu()
    {
        using var scope = NewDisposeScope();
        var stored = new ReferenceCase("gelu_erf");
        var x = stored["x"].requires_grad_();

        var y = Fused.LinearGelu(x.unsqueeze(1), ones(1, 1), zeros(1)).squeeze(1);
        y.sum().backward();

        stored.AssertClose("y", y);
        stored.AssertGradient("in.x", x.grad);
    }

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

    [Fact]
    public void Patches_cut_first_and_projected_give_the_convolutions_tokens()
    {
        using var scope = NewDisposeScope();
        var stored = new ReferenceCase("patch_embed");
        var grid = new PatchGrid(2, 3, 14, 3);
        using var embedding = new PatchEmbedding(grid, 10, float32);
        embedding.load_state_dict(stored.Weights());

        stored.AssertClose("tokens", embedding.forward(grid.Cut(stored["x"])));
    }
}
