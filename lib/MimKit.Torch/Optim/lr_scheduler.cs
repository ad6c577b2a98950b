namespace MimKit.Torch;

public static partial class torch
{
    public static partial class optim
    {
        /// <summary>Sets the learning rates of an optimizer's groups after every epoch (or step), from their <see cref="ILearningRateController.InitialLearningRate"/>.</summary>
        public sealed class LRScheduler
        {
            private readonly Optimizer _optimizer;
            private readonly Func<int, double, double> _rate;
            private int _epoch;

            // rate: (epoch from 0, initial learning rate) -> learning rate
            internal LRScheduler(Optimizer optimizer, Func<int, double, double> rate)
            {
                (_optimizer, _rate) = (optimizer, rate);
                Apply();
            }

            internal double At(int epoch, double initial) => _rate(epoch, initial);

            public void step() => step(_epoch + 1);

            /// <summary>Goes to an epoch, from 0: a resumed run does.</summary>
            public void step(int epoch)
            {
                _epoch = epoch;
                Apply();
            }

            public IEnumerable<double> get_last_lr() => _optimizer.ParamGroups.Select(group => group.LearningRate);

            private void Apply()
            {
                foreach (var group in _optimizer.ParamGroups) group.LearningRate = _rate(_epoch, group.InitialLearningRate);
            }
        }

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
