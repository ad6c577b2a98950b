using MimKit.Training;

namespace MimKit.Tests.Training;

public class ParameterGroupsTests
{
    [Fact]
    public void Biases_and_one_dimensional_parameters_are_not_decayed_and_buffers_are_not_trained()
    {
        using var subject = new TinySubject(seed: 1);
        var groups = ParameterGroups.Of(subject.Network, new TrainingPlan { Epochs = 1, LearningRate = 1e-3, WeightDecay = 0.05 });

        Assert.Equal([0.05, 0], groups.Select(group => group.Settings.WeightDecay));
        Assert.Equal([2, 4], groups.Select(group => group.Settings.Parameters.Count));                // two matrices; two biases, norm's two
        Assert.All(groups[0].Settings.Parameters, p => Assert.Equal(2, p.ndim));
        Assert.All(groups[1].Settings.Parameters, p => Assert.Equal(1, p.ndim));
        Assert.Contains("position", subject.Network.state_dict().Keys);                      // saved all the same
    }

    [Theory]
    [InlineData("cls_token", 0)]
    [InlineData("patch_embed.proj.weight", 0)]
    [InlineData("blocks.0.attn.qkv.weight", 1)]
    [InlineData("blocks.11.mlp.fc1.bias", 12)]
    [InlineData("fc_norm.weight", 13)]
    [InlineData("rel_pos_bias.relative_position_bias_table", 13)]
    public void Earlier_layers_learn_slower(string name, int slot)
    {
        var decay = new LayerDecay(0.65, Blocks: 12);
        Assert.Equal(slot, decay.Slot(name));
        Assert.Equal(Math.Pow(0.65, 13 - slot), decay.Scale(name), 12);
    }
}
