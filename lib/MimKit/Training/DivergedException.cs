namespace MimKit.Training;

/// <summary>A step had no number for a loss or a gradient; going on would only cost time.</summary>
/// <param name="step">Which, from 0.</param>
/// <param name="message">What to try.</param>
public sealed class DivergedException(long step, string message) : Exception(message)
{
    /// <summary>The step, counted from 0.</summary>
    public long Step => step;
}
