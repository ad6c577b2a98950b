namespace MimKit.Training;

/// <summary>The loss is no number any more; going on would only cost time.</summary>
public sealed class DivergedException(string message) : Exception(message);
