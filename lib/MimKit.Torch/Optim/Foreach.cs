namespace MimKit.Torch;

/// <summary>Operators over lists of tensors: one launch for many tensors on a GPU, a loop on the CPU.</summary>
internal static class Foreach
{
    private static readonly Op MulScalar = new("aten::_foreach_mul_", "Scalar"), TimesScalar = new("aten::_foreach_mul", "Scalar"), AddList = new("aten::_foreach_add_", "List"), PlusList = new("aten::_foreach_add", "List"),
        AddScalar = new("aten::_foreach_add_", "Scalar"), DivScalar = new("aten::_foreach_div_", "Scalar"), AddCMul = new("aten::_foreach_addcmul_", "Scalar"), AddCDiv = new("aten::_foreach_addcdiv_", "Scalar"),
        Root = new("aten::_foreach_sqrt"), Maximum = new("aten::_foreach_maximum_", "List");

    internal static Tensor?[] List(this IEnumerable<optim.Slot> slots, Func<optim.Slot, Tensor> which) => [.. slots.Select(which)];

    /// <summary>The gradients as the step sees them: scaled, and turned round to maximise.</summary>
    internal static Tensor?[] Gradients(IReadOnlyList<optim.Slot> slots, Tensor? scale, bool maximize)
    {
        var gradients = slots.List(slot => scale is null ? slot.Gradient! : slot.Gradient!.mul(scale.to(slot.Gradient.dtype)));
        return maximize ? Times(gradients, -1) : gradients;
    }

    internal static Tensor?[] Times(Tensor?[] x, double factor) => TimesScalar.CallMany(x, factor);
    internal static Tensor?[] Plus(Tensor?[] x, Tensor?[] y, double alpha = 1) => PlusList.CallMany(x, y, alpha);
    internal static Tensor?[] Sqrt(Tensor?[] x) => Root.CallMany(x);
    internal static void Mul(Tensor?[] x, double factor) => MulScalar.Do(x, factor);
    internal static void Div(Tensor?[] x, double divisor) => DivScalar.Do(x, divisor);
    internal static void Add(Tensor?[] x, double term) => AddScalar.Do(x, term);
    internal static void Add(Tensor?[] x, Tensor?[] y, double alpha = 1) => AddList.Do(x, y, alpha);
    internal static void AddProduct(Tensor?[] x, Tensor?[] y, Tensor?[] z, double factor) => AddCMul.Do(x, y, z, factor);
    internal static void AddQuotient(Tensor?[] x, Tensor?[] y, Tensor?[] z, double factor) => AddCDiv.Do(x, y, z, factor);
    internal static void Max(Tensor?[] x, Tensor?[] y) => Maximum.Do(x, y);
}
