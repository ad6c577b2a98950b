using MimKit.Runtime;
using MimKit.Torch;
using MimKit.Torch.Modules;
using static MimKit.Torch.torch;

namespace MimKit.Training;

/// <summary>Which parameters the optimizer decays, and the clip of their gradients.</summary>
public static class ParameterGroups
{
    /// <summary>
    /// Two groups: matrices and larger are decayed; biases and one-dimensional parameters (norms, scales) are not (METHODS 3.3).
    /// Fixed position embeddings are buffers and in neither.
    /// </summary>
    public static AdamW.ParamGroup[] Of(nn.Module network, TrainingPlan plan)
    {
        var trained = network.named_parameters().Where(named => named.parameter.requires_grad).ToArray();
        if (trained.Length == 0) throw new ArgumentException($"{network.GetName()} has no parameter that requires a gradient; there is nothing to train.");
        return [Group(named => IsDecayed(named.name, named.parameter), plan.WeightDecay), Group(named => !IsDecayed(named.name, named.parameter), 0)];

        AdamW.ParamGroup Group(Func<(string name, Parameter parameter), bool> belongs, double decay) =>
            new(trained.Where(belongs).Select(named => named.parameter), plan.LearningRate, plan.Beta1, plan.Beta2, plan.Epsilon, decay);
    }

    /// <summary>Whether weight decay applies to a parameter.</summary>
    public static bool IsDecayed(string name, Tensor parameter) => parameter.ndim > 1 && !name.EndsWith(".bias", StringComparison.Ordinal);

    /// <summary>The factor that brings the gradients' global L2 norm to at most <paramref name="maxNorm"/>: [1], at most 1, on their device and not read back.</summary>
    public static Tensor ClipScale(IEnumerable<Parameter> parameters, double maxNorm) => Gradients.ClipFactor(Gradients.Norm(parameters), maxNorm);
}
