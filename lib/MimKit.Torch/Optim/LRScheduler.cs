namespace MimKit.Torch;

public static partial class torch
{
    public static partial class optim
    {
        /// <summary>Sets the learning rates of an optimizer's groups after every epoch (or step), from their <see cref="ILearningRateController.InitialLearningRate"/>.</summary>
        public class LRScheduler
        {
            private protected readonly Optimizer Optimizer;
            private readonly Func<int, double, double> _rate;
            private int _epoch;

            // rate: (epoch from 0, initial learning rate) -> learning rate
            internal LRScheduler(Optimizer optimizer, Func<int, double, double> rate)
            {
                (Optimizer, _rate) = (optimizer, rate);
                Apply();
            }

            internal double At(int epoch, double initial) => _rate(epoch, initial);

            public virtual void step() => step(_epoch + 1);

            /// <summary>Goes to an epoch, from 0: a resumed run does.</summary>
            public virtual void step(int epoch)
            {
                _epoch = epoch;
                Apply();
            }

            /// <summary>For a schedule that goes by a measured value, <see cref="lr_scheduler.ReduceLROnPlateau"/>.</summary>
            public virtual void step(double current) => throw new InvalidOperationException($"This schedule goes by epochs, not by a value ({current}). Call step(), or use ReduceLROnPlateau.");

            public IEnumerable<double> get_last_lr() => Optimizer.ParamGroups.Select(group => group.LearningRate);

            private void Apply()
            {
                foreach (var group in Optimizer.ParamGroups) group.LearningRate = _rate(_epoch, group.InitialLearningRate);
            }
        }

        /// <summary><see cref="lr_scheduler.ReduceLROnPlateau"/>: its rates depend on what it was told, so there is no closed form.</summary>
        private sealed class PlateauScheduler : LRScheduler
        {
            private readonly double _factor, _threshold, _eps;
            private readonly int _patience, _cooldown;
            private readonly bool _relative, _larger;
            private readonly IList<double> _least;
            private double _best;
            private int _worse, _cooling;

            internal PlateauScheduler(Optimizer optimizer, string mode, double factor, int patience, double threshold, string threshold_mode, int cooldown, IList<double> least, double eps) : base(optimizer, (_, rate) => rate)
            {
                if (mode is not ("min" or "max")) throw new ArgumentException($"mode is \"min\" or \"max\", found \"{mode}\".");
                if (threshold_mode is not ("rel" or "abs")) throw new ArgumentException($"threshold_mode is \"rel\" or \"abs\", found \"{threshold_mode}\".");
                if (factor >= 1) throw new ArgumentException($"A factor of {factor} would not reduce the rates: it is below 1.");
                if (least.Count != 1 && least.Count != optimizer.ParamGroups.Count) throw new ArgumentException($"{least.Count} least rates for {optimizer.ParamGroups.Count} groups: give one for all, or one for each.");
                (_factor, _patience, _threshold, _cooldown, _least, _eps) = (factor, patience, threshold, cooldown, least, eps);
                (_larger, _relative) = (mode == "max", threshold_mode == "rel");
                _best = _larger ? double.NegativeInfinity : double.PositiveInfinity;
            }

            public override void step() => throw new InvalidOperationException("ReduceLROnPlateau goes by a measured value: call step(loss).");
            public override void step(int epoch) => step((double)epoch);

            public override void step(double current)
            {
                var bar = _relative ? _best * (1 + (_larger ? _threshold : -_threshold)) : _best + (_larger ? _threshold : -_threshold);
                if (_larger ? current > bar : current < bar) (_best, _worse) = (current, 0); else _worse++;
                if (_cooling > 0) (_cooling, _worse) = (_cooling - 1, 0);
                if (_worse <= _patience) return;
                foreach (var (i, group) in Optimizer.ParamGroups.Index())
                {
                    var rate = Math.Max(group.LearningRate * _factor, _least[_least.Count == 1 ? 0 : i]);
                    if (group.LearningRate - rate > _eps) group.LearningRate = rate;
                }
                (_cooling, _worse) = (_cooldown, 0);
            }
        }
    }
}
