using MimKit.Torch;
using MimKit.Torch.Modules;
using static MimKit.Torch.torch;

namespace MimKit.Runtime;

/// <summary>What a training loop does with all gradients at once, without reading them back.</summary>
public static class Gradients
{
    private static readonly Op NormOp = new("mimkit::grad_norm"), EmaOp = new("mimkit::ema_");

    /// <summary>The global L2 norm of all gradients, [1] float32, on their device.</summary>
    public static Tensor Norm(IEnumerable<Parameter> parameters)
    {
        using var off = no_grad();
        var gradients = parameters.Select(p => p.grad?.contiguous()).Where(g => g is not null).ToArray();
        if (gradients.Length == 0) return zeros(1);
        return gradients.All(g => g!.is_cpu && g.dtype == float32) ? NormOp.Call(gradients)
            : stack(gradients.Select(g => g!.to(float32).norm())).norm().reshape(1);
    }

    /// <summary>The factor, [1] float32, that brings gradients of this norm down to <paramref name="maxNorm"/>; 1 where they are below it. As PyTorch's clip_grad_norm_.</summary>
    public static Tensor ClipFactor(Tensor norm, double maxNorm)
    {
        using var off = no_grad();
        return norm.add(1e-6).reciprocal().mul_(maxNorm).clamp_(max: 1);
    }

    /// <summary>average ← decay · average + (1 − decay) · x for every pair, in one pass. float32, CPU.</summary>
    public static void MovingAverage(IEnumerable<Tensor> averages, IEnumerable<Tensor> values, double decay)
    {
        using var off = no_grad();
        EmaOp.Do(averages.ToArray(), values.ToArray(), decay);
    }
}
