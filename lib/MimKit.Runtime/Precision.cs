using System.Runtime.Intrinsics.X86;

namespace MimKit.Runtime;

/// <summary>
/// The element type of activations in a training step. Parameters, gradients of parameters, optimizer moments, the residual stream,
/// normalisation statistics, softmax, losses and distances are float32 whatever is chosen here.
/// </summary>
public enum Precision { Float32, BFloat16 }

public static class Precisions
{
    /// <summary>bfloat16 where this CPU multiplies it in hardware (AVX512-BF16 or AMX), float32 elsewhere.</summary>
    public static Precision Best { get; } = HasBFloat16() ? Precision.BFloat16 : Precision.Float32;

    /// <summary>The dtype that a step's activations have.</summary>
    public static torch.ScalarType Activations(this Precision precision) => precision == Precision.BFloat16 ? torch.bfloat16 : torch.float32;

    private static bool HasBFloat16()
    {
        if (!X86Base.IsSupported || X86Base.CpuId(0, 0).Eax < 7) return false;
        var leaf7 = X86Base.CpuId(7, 0);
        var avx512 = (leaf7.Ebx & (1 << 16)) != 0;                       // AVX512F: libtorch's bf16 kernels need it
        return avx512 && leaf7.Eax >= 1 && (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0;   // AVX512_BF16; every CPU with AMX-BF16 has it
    }
}
