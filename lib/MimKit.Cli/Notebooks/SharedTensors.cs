using MimKit.Notebook;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Cli.Notebooks;

/// <summary>Tensors on their way to PyTorch in a Python cell and back, so that both can be compared side by side.</summary>
static class SharedTensors
{
    static readonly Dictionary<ScalarType, string> Names = new()
    {
        [float32] = "float32", [float64] = "float64", [int16] = "int16", [int32] = "int32", [int64] = "int64", [uint8] = "uint8", [ScalarType.Bool] = "bool",
    };

    /// <summary>The tensor's elements; null for what is no tensor. Half precision goes as float32, which holds it exactly.</summary>
    public static SharedArray? Take(object value)
    {
        if (value is not Tensor tensor) return null;
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var here = tensor.detach().cpu();
        if (!Names.ContainsKey(here.dtype)) here = here.to(float32);
        here = here.contiguous();
        return new SharedArray(Names[here.dtype], [.. here.shape.Select(size => (int)size)], here.bytes.ToArray(), IsTensor: true);
    }

    public static object Make(SharedArray array)
    {
        var type = Names.FirstOrDefault(known => known.Value == array.Type);
        if (type.Value is null) throw new NotSupportedException($"Tensors of {array.Type} cannot be shared; convert to one of {string.Join(", ", Names.Values)} first.");
        var tensor = empty([.. array.Shape.Select(size => (long)size)], type.Key);
        array.Data.CopyTo(tensor.bytes);
        return tensor;
    }
}
