using MimKit.Models;
using MimKit.Tests.Training;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Models;

public class MaeGoldenTests
{
    [Theory]
    [InlineData("mae_normpix_on")]
    [InlineData("mae_normpix_off")]
    [InlineData("mae_grid7_ratio06")]
    public void Mae_gives_the_released_codes_latents_predictions_loss_and_gradients(string name)
    {
        using var scope = NewDisposeScope();
        var stored = new ReferenceCase(name);
        var normalised = stored.Config.GetProperty("model").GetProperty("norm_pix_loss").GetBoolean();
        using var network = stored.Network((int)stored["pred"].size(2));
        var mask = stored.Mask();
        var target = new PixelTarget(network.Grid, normalised);
        var term = new Term(Output.Mim, target, Positions.Masked, Morphing.None, new MeanSquared());
        var x = stored["x"].requires_grad_();

        var outputs = new MaePredictor(network).Predict(x, mask);
        var loss = term.Loss(outputs, target.Of(x), mask, new(0, 0, [0]));
        loss.backward();

        stored.AssertClose("latent", network.Encode(x, mask.VisibleIds));
        stored.AssertClose("mask", mask.Hidden.to(float32));
        stored.AssertClose("patches", network.Grid.Cut(x));
        var pred = outputs[Output.Mim].At(null);
        stored.AssertClose("pred", pred);
        stored.AssertClose("unpatchified_pred", network.Grid.Join(pred));
        stored.AssertClose("loss", loss);
        stored.AssertGradients(network);
        stored.AssertGradient("in.x", x.grad);
    }

    [Theory]
    [InlineData("clustermim_raw")]
    [InlineData("clustermim_normalised_smooth")]
    public void ClusterMim_gives_the_released_codes_tokens_logits_loss_and_gradients(string name)
    {
        using var scope = NewDisposeScope();
        var stored = new ReferenceCase(name);
        var centres = stored["centres"];
        using var network = stored.Network((int)centres.size(0));
        var mask = stored.Mask();
        var released = stored.Config.GetProperty("model").GetProperty("token_normalize").GetBoolean();
        var target = new GivenTokens(stored["tokens"], centres, network.Grid, released);
        var term = new Term(Output.Mim, target, Positions.Masked, Morphing.None, new CrossEntropy(stored.Config.GetProperty("smoothing").GetDouble()));

        var outputs = new MaePredictor(network).Predict(stored["x"], mask);
        var ids = target.Of(stored["x"]);
        var loss = term.Loss(outputs, ids, mask, new(0, 0, [0]));
        loss.backward();

        stored.AssertEqualIds("targets", ids.Values);
        stored.AssertClose("pred", outputs[Output.Mim].At(null));
        stored.AssertClose("loss", loss);
        stored.AssertGradients(network);
    }

    /// <summary>The case stores a tokenizer's features; the assignment is the kit's.</summary>
    private sealed class GivenTokens(Tensor tokens, Tensor centres, PatchGrid grid, bool released) : Target
    {
        public override PatchGrid Grid => grid;
        public override int Size => (int)centres.size(0);
        public override TargetValues Of(Tensor view)
        {
            var points = tokens.flatten(0, 1);
            var ids = released ? ClusterTarget.LargestDot(points, centres) : Runtime.Fused.NearestCentre(points, centres).Ids;
            return new(ids.reshape(tokens.size(0), tokens.size(1)));
        }
    }
}
