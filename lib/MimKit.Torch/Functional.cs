using static MimKit.Torch.Arguments;

namespace MimKit.Torch;

/// <summary>What <c>pad</c> puts around a tensor.</summary>
public enum PaddingModes { Zeros = 0, Reflect = 1, Replicate = 2, Circular = 3, Constant = 4 }

public static partial class torch
{
    /// <summary>How <c>grid_sample</c> reads between pixels; numbered as in libtorch. TorchSharp has no bicubic.</summary>
    public enum GridSampleMode { Bilinear = 0, Nearest = 1, Bicubic = 2 }
    public enum GridSamplePaddingMode { Zeros = 0, Border = 1, Reflection = 2 }

    /// <summary>How <c>interpolate</c> reads between pixels.</summary>
    public enum InterpolationMode { Nearest = 0, Linear = 1, Bilinear = 2, Bicubic = 3, Trilinear = 4, Area = 5, NearestExact = 6 }

    public static partial class nn
    {
        public enum Reduction { None = 0, Mean = 1, Sum = 2 }

        // The functions that are more than one operator; the others are lines of operators.txt.
        public static partial class functional
        {
            /// <summary>Each vector along <paramref name="dim"/> divided by its norm, or by <paramref name="eps"/> where that is larger.</summary>
            public static Tensor normalize(Tensor input, double p = 2, long dim = 1, double eps = 1e-12) => input.div(linalg.vector_norm(input, p, [dim], true).clamp_min(eps));

            /// <summary>Pads the last dimensions: <paramref name="pad"/> holds (before, after) of the last, then of the one before it, ….</summary>
            public static Tensor pad(Tensor input, long[] pad, PaddingModes mode = PaddingModes.Constant, double value = 0) => mode switch
            {
                PaddingModes.Constant or PaddingModes.Zeros => Ops.pad.Call(input, pad, "constant", value),
                _ => Ops.pad.Call(input, pad, mode.ToString().ToLowerInvariant()),
            };
            public static Tensor pad(Tensor input, (long, long) pad, PaddingModes mode = PaddingModes.Constant, double value = 0) => functional.pad(input, [pad.Item1, pad.Item2], mode, value);
            public static Tensor pad(Tensor input, (long, long, long, long) pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                functional.pad(input, [pad.Item1, pad.Item2, pad.Item3, pad.Item4], mode, value);

            /// <summary>Resizes [B, C, H, W] (or [B, C, L]) to <paramref name="size"/>, or by <paramref name="scale_factor"/>: give one of them.</summary>
            /// <param name="align_corners">whether corner pixels keep their places (linear, bilinear and bicubic)</param>
            /// <param name="antialias">whether shrinking averages what it covers (bilinear and bicubic)</param>
            public static Tensor interpolate(Tensor x, long[]? size = null, double[]? scale_factor = null, InterpolationMode mode = InterpolationMode.Nearest, bool? align_corners = null,
                bool recompute_scale_factor = false, bool antialias = false)
            {
                var axes = (int)x.ndim - 2;
                if ((size is null) == (scale_factor is null)) throw new ArgumentException("interpolate takes either a size or a scale factor: give one of them.");
                if ((size?.Length ?? scale_factor!.Length) != axes)
                    throw new ArgumentException($"interpolate of [{string.Join(", ", x.shape)}] needs {axes} numbers, one a spatial dimension; it was given {size?.Length ?? scale_factor!.Length}.");
                if (recompute_scale_factor && scale_factor is not null)
                    (size, scale_factor) = (scale_factor.Select((f, i) => (long)Math.Floor(x.shape[i + 2] * f)).ToArray(), null);
                var corners = align_corners ?? false;
                return (mode, axes, antialias) switch
                {
                    (InterpolationMode.Nearest, 1, false) => Ops.nearest1d.Call(x, size, scale_factor),
                    (InterpolationMode.Nearest, 2, false) => Ops.nearest2d.Call(x, size, scale_factor),
                    (InterpolationMode.NearestExact, 2, false) => Ops.nearest_exact2d.Call(x, size, scale_factor),
                    (InterpolationMode.Linear, 1, false) => Ops.linear1d.Call(x, size, corners, scale_factor),
                    (InterpolationMode.Bilinear, 2, false) => Ops.bilinear2d.Call(x, size, corners, scale_factor),
                    (InterpolationMode.Bilinear, 2, true) => Ops.bilinear2d_aa.Call(x, size, corners, scale_factor),
                    (InterpolationMode.Bicubic, 2, false) => Ops.bicubic2d.Call(x, size, corners, scale_factor),
                    (InterpolationMode.Bicubic, 2, true) => Ops.bicubic2d_aa.Call(x, size, corners, scale_factor),
                    (InterpolationMode.Area, 2, false) => Ops.adaptive_avg_pool2d.Call(x, size ?? [(long)(x.shape[2] * scale_factor![0]), (long)(x.shape[3] * scale_factor[1])]),
                    _ => throw new ArgumentException($"interpolate has no {mode}{(antialias ? " with antialias" : "")} for {axes} spatial dimension{(axes == 1 ? "" : "s")} ([{string.Join(", ", x.shape)}])."),
                };
            }

            private static readonly Op OneAttention = new("aten::scaled_dot_product_attention");      // libtorch 2.0

            /// <summary>softmax(q kᵀ / √d + mask) v.</summary>
            /// <param name="query">[…, N, d]</param>
            /// <param name="attn_mask">[…, N, M]: added to the logits, or, of truth values, where attention is allowed</param>
            /// <param name="p">dropout of the attention weights</param>
            public static Tensor scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? attn_mask = null, double p = 0, bool is_casual = false)
            {
                if (OneAttention.Exists) return OneAttention.Call(query, key, value, attn_mask, p, is_casual);
                using var scope = NewDisposeScope();
                var logits = (query / Math.Sqrt(query.shape[^1])).matmul(key.transpose(-2, -1));             // [..., N, M]
                if (is_casual) attn_mask = ones([query.shape[^2], key.shape[^2]], torch.@bool, query.device).tril();
                if (attn_mask is not null)
                    logits = attn_mask.dtype == torch.@bool ? logits.masked_fill(attn_mask.logical_not(), double.NegativeInfinity) : logits + attn_mask;
                return dropout(logits.softmax(-1), p, p > 0).matmul(value).MoveToOuterDisposeScope();
            }
        }
    }
}
