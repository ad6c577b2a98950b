namespace MimKit.Models;

/// <summary>What a predictor asks of its network, whichever way that sees the gap.</summary>
public interface IMaskedNetwork
{
    VitConfig Config { get; }
    PatchGrid Grid { get; }

    /// <summary>Numbers the head puts out a patch.</summary>
    int Outputs { get; }

    /// <summary>Numbers the second head puts out a patch; 0 without one.</summary>
    int Features { get; }

    /// <summary>The head: [B, n, width] to [B, n, Outputs] in the activations' dtype.</summary>
    Tensor Head(Tensor tokens);

    /// <summary>The second head: [B, n, width] to [B, n, Features].</summary>
    Tensor FeatureHead(Tensor tokens);

    /// <summary>See <see cref="Predictor.AttentionWeights"/>.</summary>
    Tensor AttentionWeights(Tensor images, int? block = null);
}
