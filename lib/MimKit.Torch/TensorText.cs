using System.Globalization;
using System.Text;

namespace MimKit.Torch;

public static partial class torch
{
    /// <summary>How the numbers of one tensor are written: all with the same digits, in fixed point or in powers of ten.</summary>
    private sealed record NumberFormat(int Width, string? Form, bool Whole, bool Truth)
    {
        internal static NumberFormat Of(ReadOnlySpan<double> values, PrintOptions options)
        {
            double smallest = double.PositiveInfinity, largest = 0;
            var whole = true;
            foreach (var v in values)
            {
                if (!double.IsFinite(v) || v == 0) continue;
                smallest = Math.Min(smallest, Math.Abs(v));
                largest = Math.Max(largest, Math.Abs(v));
                whole &= v == Math.Ceiling(v);
            }
            if (largest == 0) return new(1, "0", true, false);
            var powers = options.SciMode ?? (largest / smallest > 1000 || largest > 1e8 || !whole && smallest < 1e-4);
            var digits = new string('0', options.Precision);
            var format = powers ? new NumberFormat(1, $"0.{digits}e+00", false, false) : whole ? new(1, "0", true, false) : new(1, $"0.{digits}", false, false);
            var width = 1;
            foreach (var v in values)
                if (double.IsFinite(v) && v != 0) width = Math.Max(width, format.Text(v).Length);
            return format with { Width = width };
        }

        internal static NumberFormat OfIntegers(ReadOnlySpan<long> values, bool truth)
        {
            var format = new NumberFormat(0, null, true, truth);
            var width = 1;
            foreach (var v in values) width = Math.Max(width, format.Text(v).Length);
            return format with { Width = width };
        }

        internal string Text(long v) => Truth ? (v != 0 ? "True" : "False").PadLeft(Width) : v.ToString(CultureInfo.InvariantCulture).PadLeft(Width);

        internal string Text(double v)
        {
            var text = double.IsNaN(v) ? "nan" : double.IsPositiveInfinity(v) ? "inf" : double.IsNegativeInfinity(v) ? "-inf"
                : v.ToString(Form, CultureInfo.InvariantCulture) + (Whole ? "." : "");
            if (v == 0 && double.IsNegative(v) && !text.StartsWith('-')) text = "-" + text;
            return text.PadLeft(Width);
        }
    }

    /// <summary>The layout of PyTorch's print: nested brackets, aligned under the opening one, in lines of a width.</summary>
    private sealed class TensorText(PrintOptions options, int indent)
    {
        /// <summary>The values in brackets, a level a dimension; where shortened, an ellipsis stands for the middle of a long dimension.</summary>
        internal string Nested(long[] shape, bool shortened, int width, Func<int, string> element)
        {
            var next = 0;
            return Level(0, indent);

            string Level(int dim, int at)
            {
                if (dim == shape.Length) return element(next++);
                var cut = shortened && shape[dim] > 2 * options.EdgeItems;
                var count = (int)(cut ? 2 * options.EdgeItems : shape[dim]);
                var items = new List<string>();
                for (var i = 0; i < count; i++)
                {
                    if (cut && i == options.EdgeItems) items.Add(dim == shape.Length - 1 ? " ..." : "...");
                    items.Add(Level(dim + 1, at + 1));
                }
                if (dim < shape.Length - 1)
                    return "[" + string.Join("," + new string('\n', shape.Length - dim - 1) + new string(' ', at + 1), items) + "]";
                var aLine = Math.Max(1, (options.LineWidth - at) / (width + 2));
                return "[" + string.Join(",\n" + new string(' ', at + 1), items.Chunk(aLine).Select(l => string.Join(", ", l))) + "]";
            }
        }

        /// <summary>tensor(values, suffix, suffix), with a new line before a suffix that does not fit.</summary>
        internal string Closed(string values, List<string> suffixes)
        {
            var text = new StringBuilder("tensor(").Append(values);
            var line = text.Length - $"tensor({values}".LastIndexOf('\n') + 1;      // as PyTorch counts it
            foreach (var suffix in suffixes)
            {
                var fits = line + suffix.Length + 2 <= options.LineWidth;
                text.Append(fits ? ", " : ",\n" + new string(' ', indent)).Append(suffix);
                line = fits ? line + suffix.Length + 2 : indent + suffix.Length;
            }
            return text.Append(')').ToString();
        }
    }
}
