namespace MimKit.Torch;

/// <summary>How <c>interpolate</c> and <c>grid_sample</c> read between pixels; numbered as in libtorch.</summary>
public enum GridSampleMode { Bilinear = 0, Nearest = 1, Bicubic = 2 }
public enum GridSamplePaddingMode { Zeros = 0, Border = 1, Reflection = 2 }

public static partial class torch
{
    public static partial class nn
    {
        public enum Reduction { None = 0, Mean = 1, Sum = 2 }

        public static class functional
        {
            public static Tensor linear(Tensor input, Tensor weights, Tensor? bias = null) => Ops.linear.Call(input, weights, bias);
            public static Tensor layer_norm(Tensor input, long[] normalized_shape, Tensor? weight = null, Tensor? bias = null, double eps = 1e-05) => Ops.layer_norm.Call(input, normalized_shape, weight, bias, eps);
            public static Tensor gelu(Tensor x) => Ops.gelu.Call(x);
            public static Tensor relu(Tensor x) => Ops.relu.Call(x);
            public static Tensor softmax(Tensor input, long dim) => input.softmax(dim);
            public static Tensor log_softmax(Tensor input, long dim) => input.log_softmax(dim);
            public static Tensor normalize(Tensor input, double p = 2, long dim = 1, double eps = 1e-12) => input.div(input.norm(dim, true, (float)p).clamp(min: eps));
            public static Tensor one_hot(Tensor x, long num_classes = -1) => Ops.one_hot.Call(x, num_classes);
            public static Tensor embedding(Tensor input, Tensor weight) => Ops.embedding.Call(weight, input);
            public static Tensor dropout(Tensor input, double p = 0.5, bool training = true) => Ops.dropout.Call(input, p, training);

            public static Tensor cross_entropy(Tensor input, Tensor target, Tensor? weight = null, long ignore_index = -100, Reduction reduction = Reduction.Mean, double label_smoothing = 0) =>
                Ops.cross_entropy.Call(input, target, weight, (long)reduction, ignore_index, label_smoothing);
            public static Tensor mse_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) => Ops.mse_loss.Call(input, target, (long)reduction);
            public static Tensor l1_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) => Ops.l1_loss.Call(input, target, (long)reduction);
            public static Tensor smooth_l1_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean, double beta = 1) => Ops.smooth_l1.Call(input, target, (long)reduction, beta);

            public static Tensor affine_grid(Tensor theta, long[] size, bool align_corners = false) => Ops.affine_grid.Call(theta, size, align_corners);
            public static Tensor grid_sample(Tensor input, Tensor grid, GridSampleMode mode = GridSampleMode.Bilinear, GridSamplePaddingMode padding_mode = GridSamplePaddingMode.Zeros, bool align_corners = false) =>
                Ops.grid_sampler.Call(input, grid, (long)mode, (long)padding_mode, align_corners);
            public static Tensor conv2d(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null) => Ops.conv2d.Call(input, weight, bias, strides ?? [1, 1], padding ?? [0, 0]);
        }

        /// <summary>Initialisers, in place and outside the graph. They draw from libtorch's generator (<see cref="manual_seed"/>).</summary>
        public static class init
        {
            private static Tensor Fill(Tensor t, Action<Tensor> fill)
            {
                using var off = no_grad();
                fill(t);
                return t;
            }

            public static Tensor zeros_(Tensor tensor) => Fill(tensor, t => t.zero_());
            public static Tensor ones_(Tensor tensor) => Fill(tensor, t => t.fill_(1));
            public static Tensor constant_(Tensor tensor, double val) => Fill(tensor, t => t.fill_(val));
            public static Tensor uniform_(Tensor tensor, double low = 0, double high = 1) => Fill(tensor, t => t.uniform_(low, high));
            public static Tensor normal_(Tensor tensor, double mean = 0, double std = 1) => Fill(tensor, t => t.normal_(mean, std));

            public static Tensor xavier_uniform_(Tensor tensor, double gain = 1)
            {
                var (fanIn, fanOut) = Fans(tensor);
                var bound = gain * Math.Sqrt(6.0 / (fanIn + fanOut));
                return uniform_(tensor, -bound, bound);
            }

            public static Tensor kaiming_uniform_(Tensor tensor, double a = 0)
            {
                var bound = Math.Sqrt(6 / ((1 + a * a) * Fans(tensor).In));
                return uniform_(tensor, -bound, bound);
            }

            // weights are [out, in, kernel…]
            private static (double In, double Out) Fans(Tensor tensor)
            {
                var shape = tensor.shape;
                if (shape.Length < 2) throw new ArgumentException($"An initialiser that counts inputs and outputs needs at least two dimensions; this tensor is {tensor}.");
                double kernel = shape.Skip(2).Aggregate(1L, (p, n) => p * n);
                return (shape[1] * kernel, shape[0] * kernel);
            }
        }
    }
}
