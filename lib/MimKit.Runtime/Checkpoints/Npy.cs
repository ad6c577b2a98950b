using System.Buffers.Binary;
using System.Text;

namespace MimKit.Runtime;

/// <summary>Writes NumPy's array files (.npy, version 1.0), which <c>numpy.load</c> maps into memory.</summary>
public static class Npy
{
    private const int Alignment = 64;

    private static readonly IReadOnlyDictionary<ScalarType, string> Types = new Dictionary<ScalarType, string>
    {
        [float64] = "<f8", [float32] = "<f4", [float16] = "<f2", [int64] = "<i8", [int32] = "<i4", [int16] = "<i2", [int8] = "|i1", [uint8] = "|u1", [torch.@bool] = "|b1",
    };

    /// <summary>Writes one tensor (any device, any strides); replaces an existing file atomically.</summary>
    /// <exception cref="NotSupportedException">NumPy has no such type (bfloat16).</exception>
    public static void Save(string path, Tensor tensor)
    {
        if (!Types.TryGetValue(tensor.dtype, out var type)) throw new NotSupportedException($"NumPy has no {tensor.dtype}; convert the tensor first. Known: {string.Join(", ", Types.Keys)}.");
        using var scope = NewDisposeScope();
        var plain = tensor.detach().cpu().contiguous();
        var header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({string.Concat(plain.shape.Select(size => $"{size}, "))}), }}";
        header = header.PadRight((header.Length + 11 + Alignment - 1) / Alignment * Alignment - 11) + "\n";         // magic, version and length take 10 bytes
        Safetensors.WriteAtomically(path, stream =>
        {
            stream.Write([0x93, .. "NUMPY"u8, 1, 0]);
            Span<byte> length = stackalloc byte[2];
            BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)header.Length);
            stream.Write(length);
            stream.Write(Encoding.ASCII.GetBytes(header));
            plain.EachPart(part => stream.Write(part));
        });
    }
}
