using System.Net;

namespace MimKit.Torch;

public static partial class torch
{
    public partial class Tensor
    {
        private const int MostCells = 16, MostImages = 16, LargestSide = 128;

        /// <summary>
        /// How a notebook shows this tensor, by its shape: an image ([C, H, W] or [B, C, H, W] of one or three channels), a heat map (a large
        /// matrix), a table (a small matrix or a vector); besides that always the printed text. The member is found by name.
        /// </summary>
        public IReadOnlyDictionary<string, object> MimeBundle()
        {
            using var scope = NewDisposeScope();
            using var off = no_grad();
            var bundle = new Dictionary<string, object> { ["text/plain"] = ToString() };
            if (IsInvalid || NumberOfElements == 0 || device.type == DeviceType.META) return bundle;
            var body = shape switch
            {
                [1 or 3, >= 4, >= 4] => Images(unsqueeze(0)),
                [_, 1 or 3, >= 4, >= 4] => Images(this),
                [var rows, var columns] when rows > MostCells || columns > MostCells => HeatMap(),
                [_, _] => Table(this),
                [<= MostCells] => Table(unsqueeze(0)),
                _ => null,
            };
            if (body is not null) bundle["text/html"] = $"<div>{body}<small>{WebUtility.HtmlEncode(Caption())}</small></div>";
            return bundle;
        }

        private string Caption()
        {
            if (dtype == torch.@bool) return Summary;
            var (low, high) = to(float32).aminmax();
            return $"{Summary}, from {low.item<float>():G4} to {high.item<float>():G4}";
        }

        private static string Table(Tensor x)
        {
            var rows = Enumerable.Range(0, (int)x.shape[0]).Select(r => $"<tr>{string.Concat(x[r].unbind().Select(v => $"<td>{WebUtility.HtmlEncode(v.Cell())}</td>"))}</tr>");
            return $"<table>{string.Concat(rows)}</table>";
        }

        private string Cell() => is_floating_point() ? item<float>().ToString("G5", System.Globalization.CultureInfo.InvariantCulture) : dtype == torch.@bool ? item<bool>().ToString() : item<long>().ToString();

        private string HeatMap() => Picture(Small(to(float32).cpu().unsqueeze(0)), Colour);

        private static string Images(Tensor batch)
        {
            var shown = batch.narrow(0, 0, Math.Min(MostImages, batch.shape[0]));
            var pictures = shown.unbind().Select(image => Picture(Small(image.to(float32).cpu()), Grey));
            return string.Concat(pictures) + (batch.shape[0] > MostImages ? $" … {batch.shape[0] - MostImages} more " : "");
        }

        // At most so many pixels a side, by averaging: a page holds many pictures.
        private static Tensor Small(Tensor image)
        {
            long height = image.shape[1], width = image.shape[2];
            var side = Math.Max(height, width);
            return side <= LargestSide ? image : nn.functional.adaptive_avg_pool2d(image, [Math.Max(1, height * LargestSide / side), Math.Max(1, width * LargestSide / side)]);
        }

        // Values from the smallest to the largest, as an <img> of a bitmap: the one format that needs no encoder.
        private static string Picture(Tensor image, Func<float, (byte R, byte G, byte B)> colour)
        {
            int channels = (int)image.shape[0], height = (int)image.shape[1], width = (int)image.shape[2], row = (width * 3 + 3) / 4 * 4;
            var values = image.contiguous().ToArray<float>();
            var finite = values.Where(float.IsFinite).DefaultIfEmpty(0).ToArray();
            float low = finite.Min(), scale = 1 / Math.Max(finite.Max() - low, 1e-12f);
            float At(int c, int y, int x) => Math.Clamp((values[(c * height + y) * width + x] - low) * scale, 0, 1);
            var file = new byte[54 + row * height];
            "BM"u8.CopyTo(file);
            foreach (var (at, number) in new[] { (2, file.Length), (10, 54), (14, 40), (18, width), (22, height), (26, 1 | 24 << 16), (34, row * height) })
                BitConverter.TryWriteBytes(file.AsSpan(at), number);
            for (var y = 0; y < height; y++)
                for (var x = 0; x < width; x++)
                {
                    var (r, g, b) = channels == 1 ? colour(At(0, y, x)) : ((byte)(255 * At(0, y, x)), (byte)(255 * At(1, y, x)), (byte)(255 * At(2, y, x)));
                    var at = 54 + (height - 1 - y) * row + 3 * x;                   // rows go from the bottom up, colours from blue to red
                    (file[at], file[at + 1], file[at + 2]) = (b, g, r);
                }
            var zoom = Math.Max(1, LargestSide / Math.Max(height, width));
            return $"<img width=\"{width * zoom}\" height=\"{height * zoom}\" style=\"image-rendering:pixelated;margin:2px\" src=\"data:image/bmp;base64,{Convert.ToBase64String(file)}\"/>";
        }

        private static (byte, byte, byte) Grey(float v) => ((byte)(255 * v), (byte)(255 * v), (byte)(255 * v));

        // Five stops of matplotlib's viridis (CC0), which reads in grey and for the colour-blind.
        private static readonly (float R, float G, float B)[] Stops = [(68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37)];

        private static (byte, byte, byte) Colour(float v)
        {
            var (i, f) = ((int)Math.Min(3, v * 4), v * 4 - (int)Math.Min(3, v * 4));
            byte Mix(float a, float b) => (byte)(a + (b - a) * f);
            return (Mix(Stops[i].R, Stops[i + 1].R), Mix(Stops[i].G, Stops[i + 1].G), Mix(Stops[i].B, Stops[i + 1].B));
        }
    }
}
