namespace MimKit.Torch;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>
        /// Initialisers, in place and outside the graph. They draw from libtorch's generator (<see cref="manual_seed"/>) in PyTorch's order, so
        /// that a seed gives PyTorch's values on the CPU.
        /// </summary>
        public static class init
        {
            public enum FanInOut { FanIn, FanOut }
            public enum NonlinearityType { Linear, Conv1D, Conv2D, Conv3D, ConvTranspose1D, ConvTranspose2D, ConvTranspose3D, Sigmoid, Tanh, ReLU, LeakyReLU }

            public static Tensor zeros_(Tensor tensor) => Fill(tensor, t => t.zero_());
            public static Tensor ones_(Tensor tensor) => Fill(tensor, t => t.fill_(1));
            public static Tensor constant_(Tensor tensor, Scalar val) => Fill(tensor, t => t.fill_(val));
            public static Tensor uniform_(Tensor tensor, double low = 0, double high = 1) => Fill(tensor, t => t.uniform_(low, high));
            public static Tensor normal_(Tensor tensor, double mean = 0, double std = 1) => Fill(tensor, t => t.normal_(mean, std));

            /// <summary>The identity matrix.</summary>
            /// <param name="tensor">two dimensions</param>
            public static Tensor eye_(Tensor tensor)
            {
                if (tensor.ndim != 2) throw new ArgumentException($"An identity needs two dimensions; this tensor is {tensor.Summary}.");
                return Fill(tensor, t => t.zero_().diagonal().fill_(1));
            }

            /// <summary>Convolutions that hand their channels through: 1 at the kernel's centre from input channel i to output channel i.</summary>
            /// <param name="tensor">[out, in, kernel…]</param>
            public static Tensor dirac_(Tensor tensor)
            {
                if (tensor.ndim is < 3 or > 5) throw new ArgumentException($"A Dirac start is for weights of convolutions, with three to five dimensions; this tensor is {tensor.Summary}.");
                return Fill(tensor, t =>
                {
                    var centre = t.zero_();
                    for (var dim = 2; dim < tensor.ndim; dim++) centre = centre.select(2, tensor.size(dim) / 2);
                    centre.diagonal().fill_(1);
                });
            }

            /// <summary>A normal distribution cut off at <paramref name="a"/> and <paramref name="b"/>, which are values and not multiples of <paramref name="std"/>.</summary>
            /// <remarks>For a cut at k deviations give a = mean − k · std and b = mean + k · std: BEiT's start is std 0.02, a −0.02, b 0.02.</remarks>
            public static Tensor trunc_normal_(Tensor tensor, double mean = 0, double std = 1, double a = -2, double b = 2)
            {
                if (!(std > 0) || !(a < b)) throw new ArgumentException($"A truncated normal needs std > 0 and a < b, found std {std}, a {a}, b {b}.");
                return Fill(tensor, t =>
                {
                    var (low, high) = (NormalCdf((a - mean) / std), NormalCdf((b - mean) / std));
                    t.uniform_(2 * low - 1, 2 * high - 1);
                    t.erfinv_().mul_(std * Math.Sqrt(2)).add_(mean).clamp_(a, b);
                });
            }

            public static Tensor xavier_uniform_(Tensor tensor, double gain = 1) => Symmetric(tensor, gain * Math.Sqrt(6.0 / Both(tensor)));
            public static Tensor xavier_normal_(Tensor tensor, double gain = 1) => normal_(tensor, 0, gain * Math.Sqrt(2.0 / Both(tensor)));
            public static Tensor glorot_uniform_(Tensor tensor, double gain = 1) => xavier_uniform_(tensor, gain);
            public static Tensor glorot_normal_(Tensor tensor, double gain = 1) => xavier_normal_(tensor, gain);

            /// <param name="a">negative slope of the leaky rectifier</param>
            public static Tensor kaiming_uniform_(Tensor tensor, double a = 0, FanInOut mode = FanInOut.FanIn, NonlinearityType nonlinearity = NonlinearityType.LeakyReLU) =>
                Symmetric(tensor, Math.Sqrt(3) * Kaiming(tensor, a, mode, nonlinearity));

            /// <param name="a">negative slope of the leaky rectifier</param>
            public static Tensor kaiming_normal_(Tensor tensor, double a = 0, FanInOut mode = FanInOut.FanIn, NonlinearityType nonlinearity = NonlinearityType.LeakyReLU) =>
                normal_(tensor, 0, Kaiming(tensor, a, mode, nonlinearity));

            /// <summary>Orthogonal rows or columns, whichever are fewer, of the tensor flattened to [size 0, everything else].</summary>
            public static Tensor orthogonal_(Tensor tensor, double gain = 1)
            {
                if (tensor.ndim < 2) throw new ArgumentException($"An orthogonal start needs at least two dimensions; this tensor is {tensor.Summary}.");
                return Fill(tensor, t =>
                {
                    long rows = t.size(0), columns = t.numel() / rows;
                    var draws = empty([rows, columns], t.dtype, t.device).normal_();
                    var (q, r) = linalg.qr(rows < columns ? draws.t() : draws);
                    q = q.mul(r.diagonal().sign());                // a positive diagonal of R makes Q uniform (arXiv math-ph/0609050)
                    t.copy_((rows < columns ? q.t() : q).reshape(t.shape)).mul_(gain);
                });
            }

            /// <summary>The factor that keeps the variance through an activation.</summary>
            /// <param name="param">negative slope of the leaky rectifier; 0 means 0</param>
            public static double calculate_gain(NonlinearityType nonlinearity, double param = 0) => nonlinearity switch
            {
                NonlinearityType.Tanh => 5.0 / 3,
                NonlinearityType.ReLU => Math.Sqrt(2),
                NonlinearityType.LeakyReLU => Math.Sqrt(2 / (1 + param * param)),
                _ => 1,
            };

            /// <summary>Inputs and outputs of a weight [out, in, kernel…].</summary>
            public static (long fanIn, long fanOut) CalculateFanInAndFanOut(Tensor tensor)
            {
                var shape = tensor.shape;
                if (shape.Length < 2) throw new ArgumentException($"An initialiser that counts inputs and outputs needs at least two dimensions; this tensor is {tensor.Summary}.");
                var kernel = shape.Skip(2).Aggregate(1L, (p, n) => p * n);
                return (shape[1] * kernel, shape[0] * kernel);
            }

            private static Tensor Fill(Tensor tensor, Action<Tensor> fill)
            {
                using var scope = NewDisposeScope();
                using var off = no_grad();
                fill(tensor);
                return tensor;
            }

            private static Tensor Symmetric(Tensor tensor, double bound) => uniform_(tensor, -bound, bound);

            private static double Both(Tensor tensor)
            {
                var (fanIn, fanOut) = CalculateFanInAndFanOut(tensor);
                return fanIn + fanOut;
            }

            private static double Kaiming(Tensor tensor, double a, FanInOut mode, NonlinearityType nonlinearity)
            {
                var (fanIn, fanOut) = CalculateFanInAndFanOut(tensor);
                return calculate_gain(nonlinearity, a) / Math.Sqrt(mode == FanInOut.FanIn ? fanIn : fanOut);
            }

            // Φ(x) through libtorch's erf, which .NET lacks
            private static double NormalCdf(double x)
            {
                using var z = torch.tensor(x / Math.Sqrt(2));
                return (1 + z.erf().item<double>()) / 2;
            }
        }
    }
}
