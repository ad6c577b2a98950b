namespace MimKit.Torch;

public static partial class torch
{
    // Filling in place from libtorch's generators.
    public partial class Tensor
    {
        public Tensor normal_(double mean = 0, double std = 1) { Ops.normal_.Do(this, mean, std); return this; }
        public Tensor uniform_(double from, double to) { Ops.uniform_.Do(this, from, to); return this; }
    }
}
