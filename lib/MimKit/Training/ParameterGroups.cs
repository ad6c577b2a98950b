using MimKit.Runtime;

namespace MimKit.Training;

/// <summary>
/// Layer-wise learning-rate decay of fine-tuning (Clark et al., ELECTRA, 2020; BEiT's optim_factory.py and MAE's lr_decay.py give the same
/// numbers): a parameter learns at Factor^(Blocks + 1 − slot) times the rate.
/// </summary>
/// <param name="Factor">In (0, 1]; BEiT v2 fine-tunes ViT-B with 0.65, MAE with 0.65 to 0.75.</param>
/// <param name="Blocks">Transformer blocks of the encoder.</param>
public sealed record LayerDecay(double Factor, int Blocks)
{
    /// <summary>The name under which a network holds an encoder that it trains further; a parameter's slot is the encoder's own.</summary>
    public const string Encoder = "encoder";

    /// <summary>0: what makes tokens of an image; i + 1: block i; Blocks + 1: everything after the blocks, and what they share.</summary>
    public int Slot(string name)
    {
        var parts = name.Split('.').SkipWhile(part => part == Encoder).ToArray();
        if (parts[0] is "cls_token" or "mask_token" or "pos_embed" or "patch_embed") return 0;
        return parts[0] == "blocks" && int.TryParse(parts[1], out var block) ? block + 1 : Blocks + 1;
    }

    /// <summary>The factor of a parameter's learning rate.</summary>
    public double Scale(string name) => Math.Pow(Factor, Blocks + 1 - Slot(name));
}

/// <summary>Parameters that are updated with the same settings.</summary>
/// <param name="Settings">The optimizer's group.</param>
/// <param name="Names">Its parameters' names, in the order of the group.</param>
/// <param name="Scale">Factor of the plan's learning rate.</param>
/// <param name="Slot">Of layer-wise decay; null without it.</param>
public sealed record ParameterGroup(AdamW.ParamGroup Settings, IReadOnlyList<string> Names, double Scale, int? Slot)
{
    /// <summary>Whether weight decay applies.</summary>
    public bool Decayed => Settings.WeightDecay > 0;
}

/// <summary>Which parameters learn how fast and are decayed, and the clip of their gradients.</summary>
public static class ParameterGroups
{
    /// <summary>
    /// One group for every pair of learning-rate factor and weight decay, in the order in which the network names them. Matrices and larger are decayed,
    /// biases and one-dimensional parameters (norms, scales) are not (METHODS 1.5, 3.3); the plan may except more. Fixed position embeddings are buffers.
    /// </summary>
    public static IReadOnlyList<ParameterGroup> Of(nn.Module network, TrainingPlan plan)
    {
        var trained = network.named_parameters().Where(named => named.parameter.requires_grad).ToArray();
        if (trained.Length == 0) throw new ArgumentException($"{network.GetName()} has no parameter that requires a gradient; there is nothing to train.");
        return [.. trained.GroupBy(named => (Slot: plan.LayerDecay?.Slot(named.name), Decayed: IsDecayed(named.name, named.parameter, plan))).Select(group => new ParameterGroup(
            new(group.Select(named => named.parameter), plan.LearningRate, plan.Beta1, plan.Beta2, plan.Epsilon, group.Key.Decayed ? plan.WeightDecay : 0),
            [.. group.Select(named => named.name)], plan.LayerDecay?.Scale(group.First().name) ?? 1, group.Key.Slot))];
    }

    static bool IsDecayed(string name, Tensor parameter, TrainingPlan plan)
    {
        var last = name[(name.LastIndexOf('.') + 1)..];
        return parameter.ndim > 1 && last != "bias"
            && (plan.DecayTokens || last is not ("cls_token" or "pos_embed") && !name.EndsWith("quantize.embedding.weight", StringComparison.Ordinal))
            && (plan.DecayPositionTables || last != "relative_position_bias_table");
    }

    /// <summary>The factor that brings the gradients' global L2 norm to at most <paramref name="maxNorm"/>: [1], at most 1, on their device and not read back.</summary>
    public static Tensor ClipScale(IEnumerable<Parameter> parameters, double maxNorm) => Gradients.ClipFactor(Gradients.Norm(parameters), maxNorm);
}
