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
        return gradients.All(g => g!.is_cpu() && g.dtype == float32) ? NormOp.Call(gradients)
            : stack(gradients.Select(g => g!.to(float32).norm())).norm().reshape(1);
    }

    /// <summary>The factor, [1] float32, that brings gradients of this norm down to <paramref name="maxNorm"/>; 1 where they are below it. As PyTorch's clip_grad_norm_.</summary>
    public static Tensor ClipFactor(Tensor norm, double maxNorm)
    {
        using var off = no_grad();
        return norm.add(1e-6).reciprocal().mul_(maxNorm).clamp_(max: 1);
    }

    /// <summary>Scales all gradients in place so that their norm together is at most <paramref name="maxNorm"/>. An optimizer's <c>step(ClipFactor(…))</c> does the same without a pass.</summary>
    /// <returns>the norm before, [1] float32, on the gradients' device</returns>
    public static Tensor Clip(IEnumerable<Parameter> parameters, double maxNorm)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        Parameter[] all = [.. parameters];
        var norm = Norm(all);
        var factor = ClipFactor(norm, maxNorm);
        foreach (var p in all)
            if (p.grad is { } gradient) gradient.mul_(factor);
        return norm.MoveToOuterDisposeScope();
    }

    /// <summary>average ← decay · average + (1 − decay) · x for every pair; integers are copied. One pass where all are float32 on the CPU.</summary>
    public static void MovingAverage(IEnumerable<Tensor> averages, IEnumerable<Tensor> values, double decay)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var pairs = averages.Zip(values).ToLookup(pair => pair.First.is_cpu() && pair.First.dtype == float32 && pair.First.is_contiguous());
        if (pairs[true].Any()) EmaOp.Do(pairs[true].Select(pair => (Tensor?)pair.First).ToArray(), pairs[true].Select(pair => (Tensor?)pair.Second.contiguous()).ToArray(), decay);
        foreach (var (average, value) in pairs[false])
            if (average.dtype is ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64) average.lerp_(value.to(average.dtype), 1 - decay);
            else average.copy_(value);
    }
}
