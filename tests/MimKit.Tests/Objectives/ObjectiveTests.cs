using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Objectives;

public class ObjectiveTests
{
    [Theory]
    [InlineData(0, 1.169846)]
    [InlineData(0.1, 1.236513)]
    public void Masked_cross_entropy_by_hand(double smoothing, double expected)
    {
        using var scope = NewDisposeScope();
        var logits = torch.tensor([2f, 0, -1, 0, 0, 0, 1, 3, 0], [1, 3, 3]);
        var target = new TargetValues(torch.tensor([0L, 2, 0], [1, 3]));
        var hidden = torch.tensor([0L, 2], [1, 2]);                                // the second is visible
        var latents = new Latents(cat([zeros(1, 1, 3), logits], 1), tokens => tokens);

        var loss = new CrossEntropy(smoothing).Loss(latents.At(hidden), target.At(hidden));

        Assert.Equal(expected, loss.item<float>(), 5);
        Assert.Equal(float32, loss.dtype);
        Assert.Equal(0, loss.dim());
    }

    [Fact]
    public void Positions_that_do_not_count_neither_add_nor_dilute()
    {
        using var scope = NewDisposeScope();
        var prediction = torch.tensor([1f, 1, 9, 9, 3, 3], [1, 3, 2]).requires_grad_();
        var target = new TargetValues(zeros(1, 3, 2), torch.tensor([1f, 0, 1], [1, 3]));

        var loss = new MeanSquared().Loss(prediction, target);
        loss.backward();

        Assert.Equal(5, loss.item<float>(), 5);                                    // (1 + 9) / 2
        Assert.Equal([0.5f, 0.5f, 0, 0, 1.5f, 1.5f], prediction.grad!.ToArray<float>());
    }

    [Fact]
    public void Where_no_position_counts_the_loss_is_zero_and_no_nan()
    {
        using var scope = NewDisposeScope();
        var loss = new MeanSquared().Loss(ones(1, 2, 3), new TargetValues(zeros(1, 2, 3), zeros(1, 2)));

        Assert.Equal(0, loss.item<float>());
    }

    [Fact]
    public void Predictions_in_bfloat16_are_compared_in_float32()
    {
        using var scope = NewDisposeScope();
        var logits = torch.tensor([2f, 0, -1], [1, 1, 3]);
        var loss = new CrossEntropy().Loss(logits.to(bfloat16), new TargetValues(torch.tensor([0L], [1, 1])));

        Assert.Equal(float32, loss.dtype);
        Assert.Equal(0.169846, loss.item<float>(), 5);
    }
}
