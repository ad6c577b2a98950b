namespace MimKit.Torch;

public static partial class torch
{
    public static partial class optim
    {
        /// <summary>PyTorch's schedules in closed form: b is a group's initial learning rate, t the epoch from 0.</summary>
        public static class lr_scheduler
        {
            public static LRScheduler LambdaLR(Optimizer optimizer, Func<int, double> lr_lambda) => new(optimizer, (t, b) => b * lr_lambda(t));
            public static LRScheduler StepLR(Optimizer optimizer, int step_size, double gamma = 0.1) => new(optimizer, (t, b) => b * Math.Pow(gamma, t / step_size));
            public static LRScheduler MultiStepLR(Optimizer optimizer, IList<int> milestones, double gamma = 0.1) => new(optimizer, (t, b) => b * Math.Pow(gamma, milestones.Count(milestone => milestone <= t)));
            public static LRScheduler ExponentialLR(Optimizer optimizer, double gamma = 0.1) => new(optimizer, (t, b) => b * Math.Pow(gamma, t));
            public static LRScheduler ConstantLR(Optimizer optimizer, double factor = 1.0 / 3, int total_iters = 5) => new(optimizer, (t, b) => t < total_iters ? b * factor : b);
            public static LRScheduler LinearLR(Optimizer optimizer, double start_factor = 1.0 / 3, double end_factor = 1, int total_iters = 5) =>
                new(optimizer, (t, b) => b * (start_factor + (end_factor - start_factor) * Math.Min(total_iters, t) / total_iters));
            public static LRScheduler CosineAnnealingLR(Optimizer optimizer, double T_max, double eta_min = 0) => new(optimizer, (t, b) => eta_min + (b - eta_min) * (1 + Math.Cos(Math.PI * t / T_max)) / 2);
            public static LRScheduler PolynomialLR(Optimizer optimizer, int total_iters = 5, double power = 1) => new(optimizer, (t, b) => b * Math.Pow(1 - Math.Min(total_iters, t) / (double)total_iters, power));

            /// <summary>
            /// Up and down between two rates (Smith, 2017), <paramref name="step_size_up"/> and <paramref name="step_size_down"/> steps at a time (as many down as up unless given); the
            /// height halves with every cycle (<c>Triangular2</c>) or shrinks by <paramref name="gamma"/> with every step (<c>ExpRange</c>). Initial rates are not used; momentum is left alone.
            /// </summary>
            public static LRScheduler CyclicLR(Optimizer optimizer, double base_lr, double max_lr, int step_size_up = 2000, int step_size_down = -1, impl.CyclicLR.Mode mode = impl.CyclicLR.Mode.Triangular, double gamma = 1)
            {
                var (total, rising) = (step_size_up + (step_size_down > 0 ? step_size_down : step_size_up), (double)step_size_up);
                return new(optimizer, (t, _) =>
                {
                    var (cycle, place) = (t / total, t % total);
                    var height = (max_lr - base_lr) * (place <= rising ? place / rising : (total - place) / (total - rising));
                    return base_lr + height * mode switch { impl.CyclicLR.Mode.Triangular2 => Math.Pow(0.5, cycle), impl.CyclicLR.Mode.ExpRange => Math.Pow(gamma, t), _ => 1 };
                });
            }

            /// <summary>Multiplies the rates by <paramref name="factor"/> when what <c>step(current)</c> is told has not become better for more than <paramref name="patience"/> steps.</summary>
            /// <param name="mode">"min" where smaller is better, "max" where larger is</param>
            /// <param name="threshold">what counts as better, as a share of the best (threshold_mode "rel") or as a difference ("abs")</param>
            /// <param name="cooldown">steps after a reduction that are not counted</param>
            /// <param name="min_lr">the least rate, one for all groups or one a group; 0 unless given</param>
            /// <param name="eps">a change smaller than this is not made</param>
            public static LRScheduler ReduceLROnPlateau(Optimizer optimizer, string mode = "min", double factor = 0.1, int patience = 10, double threshold = 1e-4, string threshold_mode = "rel", int cooldown = 0, IList<double>? min_lr = null, double eps = 1e-8) =>
                new PlateauScheduler(optimizer, mode, factor, patience, threshold, threshold_mode, cooldown, min_lr ?? [0], eps);

            /// <summary>TorchSharp's place for the choices of a schedule.</summary>
            public static class impl
            {
                public static class CyclicLR
                {
                    public enum Mode { Triangular, Triangular2, ExpRange }
                }
            }

            /// <summary>All of them, multiplied: each gives a factor on the initial learning rate.</summary>
            public static LRScheduler ChainedLR(Optimizer optimizer, IEnumerable<LRScheduler> schedulers)
            {
                LRScheduler[] parts = [.. schedulers];
                return new(optimizer, (t, b) => b == 0 ? 0 : parts.Aggregate(b, (rate, part) => rate * part.At(t, b) / b));
            }

            /// <summary>One after the other; each starts at its milestone with its own epoch 0.</summary>
            public static LRScheduler SequentialLR(Optimizer optimizer, IEnumerable<LRScheduler> schedulers, IEnumerable<int> milestones)
            {
                LRScheduler[] parts = [.. schedulers];
                int[] starts = [0, .. milestones];
                if (starts.Length != parts.Length) throw new ArgumentException($"{parts.Length} schedulers need {parts.Length - 1} milestones, found {starts.Length - 1}.");
                return new(optimizer, (t, b) =>
                {
                    var last = Array.FindLastIndex(starts, start => start <= t);
                    return parts[last].At(t - starts[last], b);
                });
            }

            /// <summary>Up to the maximum and down again, by half cosines (Smith and Topin, 2018). Initial rates are not used; momentum is left alone.</summary>
            public static LRScheduler OneCycleLR(Optimizer optimizer, double max_lr, int total_steps, double pct_start = 0.3, double div_factor = 25, double final_div_factor = 1e4)
            {
                var (low, top, last) = (max_lr / div_factor, pct_start * total_steps - 1, total_steps - 1);
                return new(optimizer, (t, _) => t <= top ? Between(low, max_lr, t / top) : Between(max_lr, low / final_div_factor, (t - top) / (last - top)));

                static double Between(double from, double to, double share) => to + (from - to) / 2 * (1 + Math.Cos(Math.PI * share));
            }
        }
    }
}
