using static MimKit.Torch.torch.nn;

namespace MimKit.Torch.Modules;

/// <summary>Cross-entropy of softmax(input) with class numbers, or with probabilities of the input's shape.</summary>
public sealed class CrossEntropyLoss(Tensor? weight, long? ignore_index, Reduction reduction, double label_smoothing) : Module<Tensor, Tensor, Tensor>(nameof(CrossEntropyLoss))
{
    public override Tensor forward(Tensor input, Tensor target) => functional.cross_entropy(input, target, weight, ignore_index ?? -100, reduction, label_smoothing);
}

public sealed class MSELoss(Reduction reduction) : Module<Tensor, Tensor, Tensor>(nameof(MSELoss))
{
    public override Tensor forward(Tensor input, Tensor target) => functional.mse_loss(input, target, reduction);
}

public sealed class L1Loss(Reduction reduction) : Module<Tensor, Tensor, Tensor>(nameof(L1Loss))
{
    public override Tensor forward(Tensor input, Tensor target) => functional.l1_loss(input, target, reduction);
}

/// <summary>Squared below <paramref name="beta"/>, absolute above.</summary>
public sealed class SmoothL1Loss(Reduction reduction, double beta) : Module<Tensor, Tensor, Tensor>(nameof(SmoothL1Loss))
{
    public override Tensor forward(Tensor input, Tensor target) => functional.smooth_l1_loss(input, target, reduction, beta);
}
