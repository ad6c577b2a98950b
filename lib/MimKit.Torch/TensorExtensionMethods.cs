namespace MimKit.Torch;

public static class TensorExtensionMethods
{
    /// <summary>Shape, type and device in a line: <c>[2x3], type = Float32, device = cpu</c>.</summary>
    public static string metastr(this Tensor tensor) => tensor.Summary;

    /// <summary>The values, as PyTorch prints them.</summary>
    public static string str(this Tensor tensor) => tensor.ToString();

    /// <summary>Prints the values to the console, and gives the tensor back.</summary>
    public static Tensor print(this Tensor t)
    {
        Console.WriteLine(t.ToString());
        return t;
    }
}
