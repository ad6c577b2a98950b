using System.Text.Json;
using MimKit.Torch;
using MimKit.Torch.Modules;
using MimKit.Training;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Training;

public class OptimizerTests
{
    [Theory]
    [InlineData("adamw_constant")]
    [InlineData("adamw_schedule_groups")]
    public void AdamW_follows_PyTorch_step_by_step(string name)
    {
        using var scope = NewDisposeScope();
        var stored = new ReferenceCase(name);
        var config = stored.Config;
        var (decay, scale) = (Numbers(config, "weight_decay"), Numbers(config, "lr_scale"));
        var betas = Numbers(config, "betas");
        var parameters = Enumerable.Range(0, 3).Select(i => new Parameter(stored[$"p_{i}"].clone())).ToArray();
        using var optimizer = optim.AdamW(parameters.Select((p, i) =>
            new AdamW.ParamGroup([p], 0, betas[0], betas[1], config.GetProperty("eps").GetDouble(), decay[i])));

        var paths = parameters.Select(_ => new List<Tensor>()).ToArray();
        for (var step = 0; step < config.GetProperty("steps").GetInt32(); step++)
        {
            var rate = config.GetProperty("lr_per_step") is { ValueKind: JsonValueKind.Array } rates ? rates[step].GetDouble() : config.GetProperty("lr").GetDouble();
            for (var i = 0; i < 3; i++)
            {
                optimizer.ParamGroups[i].LearningRate = rate * scale[i];
                parameters[i].grad = stored[$"grad_{i}"][step].clone();
            }
            optimizer.step();
            for (var i = 0; i < 3; i++) paths[i].Add(parameters[i].detach().clone());
        }

        for (var i = 0; i < 3; i++)
        {
            stored.AssertClose($"traj_{i}", torch.stack(paths[i]));
            stored.AssertClose($"exp_avg_{i}", optimizer.State()[$"{i}.exp_avg"]);
            stored.AssertClose($"exp_avg_sq_{i}", optimizer.State()[$"{i}.exp_avg_sq"]);
        }
    }

    [Theory]
    [InlineData("grad_norm_clip_active")]
    [InlineData("grad_norm_clip_inactive")]
    public void ClipScale_brings_gradients_to_the_stored_ones(string name)
    {
        using var scope = NewDisposeScope();
        var stored = new ReferenceCase(name);
        var parameters = Enumerable.Range(0, 3).Select(i =>
        {
            var p = new Parameter(torch.zeros_like(stored[$"grad_{i}"]));
            p.grad = stored[$"grad_{i}"].clone();
            return p;
        }).ToArray();

        var factor = ParameterGroups.ClipScale(parameters, stored.Config.GetProperty("max_norm").GetDouble());

        for (var i = 0; i < 3; i++) stored.AssertClose($"clipped_{i}", stored[$"grad_{i}"] * factor);
    }

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

    private static double[] Numbers(JsonElement config, string name) => [.. config.GetProperty(name).EnumerateArray().Select(n => n.GetDouble())];
}
