using MimKit.Runtime;

namespace MimKit.Models;

/// <summary>A network in fine-tuning: features that a linear head reads. B images, D width.</summary>
public interface IClassifier
{
    VitConfig Config { get; }

    /// <summary>What the head reads.</summary>
    /// <param name="images">[B, C, H, W] float32</param>
    /// <param name="draw">the step's random numbers, for stochastic depth in training; null: none</param>
    /// <returns>[B, D] in the activations' dtype</returns>
    Tensor Features(Tensor images, Draw? draw = null);

    /// <summary>The head.</summary>
    /// <param name="features">[B, D]</param>
    /// <returns>[B, classes] in the activations' dtype</returns>
    Tensor Head(Tensor features);
}
