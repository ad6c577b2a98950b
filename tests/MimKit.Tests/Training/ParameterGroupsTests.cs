using MimKit.Training;

namespace MimKit.Tests.Training;

public class ParameterGroupsTests
{
    [Fact]
    public void Biases_and_one_dimensional_parameters_are_not_decayed_and_buffers_are_not_trained()
    {
        using var subject = new TinySubject(seed: 1);
        var groups = ParameterGroups.Of(subject.Network, new TrainingPlan { Epochs = 1, LearningRate = 1e-3, WeightDecay = 0.05 });

        Assert.Equal([0.05, 0], groups.Select(group => group.WeightDecay));
        Assert.Equal([2, 4], groups.Select(group => group.Parameters.Count));                // two matrices; two biases, norm's two
        Assert.All(groups[0].Parameters, p => Assert.Equal(2, p.ndim));
        Assert.All(groups[1].Parameters, p => Assert.Equal(1, p.ndim));
        Assert.Contains("position", subject.Network.state_dict().Keys);                      // saved all the same
    }
}
