namespace MimKit.Training;

/// <summary>What a step with a NaN or an infinity in its loss or gradient does to a run.</summary>
public enum NonFinite
{
    /// <summary>The run ends; the weights are those from before the step.</summary>
    Stop,
    /// <summary>The step's update is left out and counted.</summary>
    Skip,
}

/// <summary>
/// Keeps NaN out of the weights without a read of the device: a bad step's update is scaled by 0, which the optimizer takes as "leave
/// everything as it is". Under <see cref="NonFinite.Stop"/> no update follows a bad step, so that the log, which finds out later,
/// still has the weights that the step began with.
/// </summary>
sealed class Health : IDisposable
{
    readonly NonFinite _policy;
    readonly Tensor _bad = zeros(1).DetachFromDisposeScope(), _first = full([1], double.PositiveInfinity, dtype: float64).DetachFromDisposeScope();

    public Health(NonFinite policy) => _policy = policy;

    /// <summary>The factor of this step's gradients: their clip factor, or 0 where nothing may be changed.</summary>
    /// <param name="norm">Global gradient norm, [1]: NaN or infinite as soon as one gradient is.</param>
    /// <param name="clip">[1].</param>
    /// <param name="loss">Scalar.</param>
    /// <param name="step">Steps done before this one.</param>
    /// <returns>[1] float32.</returns>
    public Tensor Gate(Tensor norm, Tensor clip, Tensor loss, long step)
    {
        using var off = no_grad();
        var good = norm.isfinite().logical_and(loss.detach().isfinite());
        var bad = good.logical_not();
        _first.copy_(_first.minimum(full([1], (double)step, dtype: float64).masked_fill(good, double.PositiveInfinity)));
        _bad.add_(bad.to(float32));
        var open = _policy == NonFinite.Skip ? good : _bad.eq(0);
        return clip.masked_fill(open.logical_not(), 0);
    }

    /// <summary>Bad steps so far. Reads the device.</summary>
    public long Bad => (long)_bad.ToSingle();

    /// <summary>The loss where it is a number, else 0: what a log may sum.</summary>
    public static Tensor Counted(Tensor loss) => loss.detach().nan_to_num(0, 0, 0);

    /// <summary>The first of them, counted from 0. Reads the device.</summary>
    public long First => (long)_first.ToDouble();

    public void Dispose()
    {
        _bad.Dispose();
        _first.Dispose();
    }
}
