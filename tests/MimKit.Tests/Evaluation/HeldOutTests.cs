using MimKit.Evaluation;
using MimKit.Tests.Training;

namespace MimKit.Tests.Evaluation;

public class HeldOutTests
{
    [Fact]
    public void The_loss_does_not_depend_on_the_batch_size_and_leaves_no_gradient()
    {
        using var subject = new TinySubject(seed: 2);
        var images = TinySubject.Images(40);
        var loss = HeldOut.Loss(subject, images, seed: 1, batchSize: 40);
        Assert.Equal(loss, HeldOut.Loss(subject, images, seed: 1, batchSize: 7), 5);
        Assert.NotEqual(loss, HeldOut.Loss(subject, images, seed: 2, batchSize: 40));
        Assert.All(subject.Network.parameters(), p => Assert.Null(p.grad));
    }
}
