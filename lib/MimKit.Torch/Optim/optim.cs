using MimKit.Torch.Modules;

namespace MimKit.Torch;

public static partial class torch
{
    // TorchSharp's names. Its default of AdamW's weight decay is 0, where PyTorch's is 0.01: say what you want.
    public static partial class optim
    {
        public static AdamW AdamW(IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false) =>
            new([new AdamW.ParamGroup(parameters, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize)]);
        public static AdamW AdamW(IEnumerable<AdamW.ParamGroup> parameters) => new(parameters);

        public static Adam Adam(IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false) =>
            new([new Adam.ParamGroup(parameters, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize)]);
        public static Adam Adam(IEnumerable<Adam.ParamGroup> parameters) => new(parameters);

        public static SGD SGD(IEnumerable<Parameter> parameters, double learningRate, double momentum = 0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false) =>
            new([new SGD.ParamGroup(parameters, learningRate, momentum, dampening, weight_decay, nesterov, maximize)]);
        public static SGD SGD(IEnumerable<SGD.ParamGroup> parameters) => new(parameters);
    }
}
