namespace MimKit.Torch;

public static partial class torch
{
    /// <summary>Switches of what computes underneath.</summary>
    public static class backends
    {
        private const int Products = 0, Convolutions = 1;

        public static class cuda
        {
            public static class matmul
            {
                /// <summary>Whether float32 matrix products on a GPU may round their inputs to TensorFloat-32 (10 bits of mantissa). Off unless set; loads libtorch.</summary>
                public static bool allow_tf32 { get => Native.mk_get_tf32(Products) != 0; set => Native.mk_set_tf32(Products, value ? 1 : 0); }
            }
        }

        public static class cudnn
        {
            /// <summary>The same for convolutions. On unless set: turn it off before comparing numbers with a CPU's.</summary>
            public static bool allow_tf32 { get => Native.mk_get_tf32(Convolutions) != 0; set => Native.mk_set_tf32(Convolutions, value ? 1 : 0); }
        }
    }
}
