using static System.Math;

namespace MimKit.Training;

/// <summary>Two codings of "linear warm-up, then half a cosine"; they differ by less than a step's worth.</summary>
public enum ScheduleForm
{
    /// <summary>A function of the fractional epoch: MAE, ClusterMIM.</summary>
    FractionalEpoch,
    /// <summary>An array over iterations whose last warm-up value equals the peak, so that the peak comes twice: BEiT, DINO, DTM.</summary>
    Iteration,
}

/// <summary>The learning rate (or any other scheduled number) of every iteration.</summary>
public static class Schedule
{
    /// <summary>MAE's rule (facebookresearch/mae, util/lr_sched.py), evaluated at every iteration.</summary>
    /// <param name="epoch">Fractional epoch: step / steps per epoch.</param>
    public static double HalfCosine(double epoch, double peak, double min, double warmupEpochs, double epochs) =>
        epoch < warmupEpochs
            ? peak * epoch / warmupEpochs
            : min + (peak - min) * 0.5 * (1 + Cos(PI * (epoch - warmupEpochs) / (epochs - warmupEpochs)));

    /// <summary>BEiT's rule (microsoft/unilm, beit2/utils.py, cosine_scheduler): both ends of the warm-up are included.</summary>
    /// <param name="iteration">From 0.</param>
    /// <param name="iterations">Of the whole run.</param>
    /// <param name="warmup">Iterations of warm-up; 0 for none.</param>
    /// <param name="start">Value of the first warm-up iteration.</param>
    /// <param name="peak">Value after warm-up.</param>
    /// <param name="final">Value that the end approaches; may lie above the peak (momenta).</param>
    public static double Cosine(long iteration, long iterations, long warmup, double start, double peak, double final) =>
        iteration < warmup
            ? start + (peak - start) * iteration / Max(1, warmup - 1)
            : final + 0.5 * (peak - final) * (1 + Cos(PI * (iteration - warmup) / (iterations - warmup)));

    /// <summary>The weight decay of one step of a plan.</summary>
    public static double WeightDecay(TrainingPlan plan, long step, int stepsPerEpoch) => plan.FinalWeightDecay is { } final
        ? Cosine(step, (long)plan.Epochs * stepsPerEpoch, 0, 0, plan.WeightDecay, final)
        : plan.WeightDecay;

    /// <summary>The learning rate of one step of a plan.</summary>
    public static double LearningRate(TrainingPlan plan, long step, int stepsPerEpoch) => plan.Schedule switch
    {
        ScheduleForm.FractionalEpoch =>
            HalfCosine((double)step / stepsPerEpoch, plan.LearningRate, plan.MinLearningRate, plan.WarmupEpochs, plan.Epochs),
        ScheduleForm.Iteration =>
            Cosine(step, (long)plan.Epochs * stepsPerEpoch, (long)(plan.WarmupEpochs * stepsPerEpoch), 0, plan.LearningRate, plan.MinLearningRate),
        _ => throw new ArgumentOutOfRangeException(nameof(plan), plan.Schedule, "Unknown schedule."),
    };
}
