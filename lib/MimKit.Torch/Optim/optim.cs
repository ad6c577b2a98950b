namespace MimKit.Torch;

public static partial class torch
{
    // TorchSharp's names. Its default of AdamW's weight decay is 0, where PyTorch's is 0.01: say what you want.
    public static partial class optim
    {
        public static Modules.AdamW AdamW(IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false) =>
            new([new Modules.AdamW.ParamGroup(parameters, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize)]);
        public static Modules.AdamW AdamW(IEnumerable<Modules.AdamW.ParamGroup> parameters) => new(parameters);

        public static Modules.Adam Adam(IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false) =>
            new([new Modules.Adam.ParamGroup(parameters, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize)]);
        public static Modules.Adam Adam(IEnumerable<Modules.Adam.ParamGroup> parameters) => new(parameters);

        public static Modules.SGD SGD(IEnumerable<Parameter> parameters, double learningRate, double momentum = 0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false) =>
            new([new Modules.SGD.ParamGroup(parameters, learningRate, momentum, dampening, weight_decay, nesterov, maximize)]);
        public static Modules.SGD SGD(IEnumerable<Modules.SGD.ParamGroup> parameters) => new(parameters);
    }
}
