namespace MimKit.Torch;

public static partial class torch
{
    /// <summary>How tensors are printed; PyTorch's options and defaults.</summary>
    private sealed record PrintOptions(int Precision = 4, int Threshold = 1000, int EdgeItems = 3, int LineWidth = 80, bool? SciMode = null);
    private static PrintOptions s_print = new();

    /// <summary>Sets how tensors are printed; what is left out keeps PyTorch's default.</summary>
    /// <param name="precision">digits after the point</param>
    /// <param name="linewidth">characters a line</param>
    /// <param name="sci_mode">powers of ten always or never; chosen from the values unless given</param>
    /// <param name="threshold">elements from which on only the edges are shown</param>
    /// <param name="edgeitems">how many are shown at an edge</param>
    public static void set_printoptions(int precision = 4, int? linewidth = null, bool? sci_mode = null, int threshold = 1000, int edgeitems = 3) =>
        s_print = new(precision, threshold, edgeitems, linewidth ?? 80, sci_mode);

    public partial class Tensor
    {
        /// <summary>The values, as PyTorch prints them: aligned, in powers of ten where they differ a thousandfold, only the edges of more than a thousand.</summary>
        public override string ToString()
        {
            if (IsInvalid) return Summary;
            using var scope = NewDisposeScope();
            using var off = no_grad();
            var options = s_print;
            var suffixes = new List<string>();
            if (!is_cpu()) suffixes.Add($"device='{device}'");
            if (NumberOfElements == 0 && ndim != 1 || device.type == DeviceType.META) suffixes.Add($"size=({string.Join(", ", shape)}{(ndim == 1 ? "," : "")})");
            if (dtype is not (ScalarType.Float32 or torch.@bool) && (dtype != int64 || NumberOfElements == 0)) suffixes.Add($"dtype=torch.{PythonName(dtype)}");
            if (Graph.Operation(this) is { } operation) suffixes.Add($"grad_fn=<{operation}>");
            else if (requires_grad) suffixes.Add("requires_grad=True");
            return new TensorText(options, "tensor(".Length).Closed(device.type == DeviceType.META ? "..." : Values(options), suffixes);
        }

        private string Values(PrintOptions options)
        {
            if (NumberOfElements == 0) return "[]";
            var plain = detach().cpu();
            var shortened = NumberOfElements > options.Threshold;
            var shown = (shortened ? Edges(plain, options.EdgeItems) : plain).to(is_floating_point() ? float64 : dtype).contiguous();
            var format = shown.is_floating_point() ? NumberFormat.Of(shown.data<double>(), options) : NumberFormat.OfIntegers(shown.to(int64).contiguous().data<long>(), dtype == torch.@bool);
            var values = shown.is_floating_point() ? [.. shown.data<double>()] : Array.ConvertAll(shown.to(int64).ToArray<long>(), v => (double)v);
            var integers = shown.is_floating_point() ? null : shown.to(int64).ToArray<long>();
            string Element(int i) => integers is null ? format.Text(values[i]) : format.Text(integers[i]);
            return new TensorText(options, "tensor(".Length).Nested(shape, shortened, format.Width, Element);
        }

        // the first and last few of every dimension that has more than are shown
        private static Tensor Edges(Tensor x, int edge)
        {
            for (var d = 0; d < x.ndim; d++)
                if (x.shape[d] > 2 * edge) x = cat([x.narrow(d, 0, edge), x.narrow(d, x.shape[d] - edge, edge)], d);
            return x;
        }

        private static string PythonName(ScalarType type) => type switch { ScalarType.Byte => "uint8", _ => type.ToString().ToLowerInvariant() };
    }
}
