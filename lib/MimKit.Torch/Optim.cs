using MimKit.Torch.Modules;

namespace MimKit.Torch;

public static partial class torch
{
    public static class optim
    {
        /// <summary>Adam with decoupled weight decay (Loshchilov and Hutter, 2019). <paramref name="weight_decay"/> is 0 by default as in TorchSharp, not PyTorch's 0.01.</summary>
        public static AdamW AdamW(IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0) =>
            new([new AdamW.ParamGroup(parameters, lr, beta1, beta2, eps, weight_decay)]);
        public static AdamW AdamW(IEnumerable<AdamW.ParamGroup> parameters) => new(parameters);
    }
}
