using System.Text.Json.Serialization;

namespace MimKit.Training;

/// <summary>How long, how fast and where a subject is trained. Defaults: MAE pre-training (He et al., 2022), learning rate aside.</summary>
public sealed record TrainingPlan
{
    public required int Epochs { get; init; }
    /// <summary>Images an update of the weights is made from.</summary>
    public int BatchSize { get; init; } = 256;

    /// <summary>Parts a batch is computed in, one after the other, their gradients summed: the memory of a part, the update of the whole batch.</summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>Peak learning rate, absolute: methods that quote a base rate have scaled it by their own rule.</summary>
    public required double LearningRate { get; init; }
    public double MinLearningRate { get; init; }

    /// <summary>Epochs of linear growth from 0; a fraction is allowed.</summary>
    public double WarmupEpochs { get; init; }
    public ScheduleForm Schedule { get; init; } = ScheduleForm.FractionalEpoch;

    /// <summary>Decoupled, multiplied by the learning rate; biases and one-dimensional parameters have none.</summary>
    public double WeightDecay { get; init; } = 0.05;

    /// <summary>Where half a cosine over the whole run takes the weight decay (DINO); null: it is constant.</summary>
    public double? FinalWeightDecay { get; init; }

    /// <summary>Whether class token, learned position embedding and a learnt codebook are decayed: MAE decays the first two, BEiT's code none (METHODS 1.5).</summary>
    public bool DecayTokens { get; init; } = true;

    /// <summary>Whether tables of relative position bias are decayed.</summary>
    public bool DecayPositionTables { get; init; } = true;

    /// <summary>Slower learning of earlier layers, for fine-tuning; null: every layer learns at the same rate.</summary>
    public LayerDecay? LayerDecay { get; init; }
    public double Beta1 { get; init; } = 0.9;
    public double Beta2 { get; init; } = 0.95;
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Largest global L2 norm of the gradient; null: not clipped.</summary>
    public double? ClipNorm { get; init; }

    /// <summary>What a NaN or an infinity in a loss or a gradient does: ends the run, or leaves that update out.</summary>
    public NonFinite WhenNonFinite { get; init; } = NonFinite.Stop;

    /// <summary>Decay of the moving average of the weights (<see cref="Trainer.Average"/>); null: none is kept.</summary>
    public double? AverageDecay { get; init; }

    public ulong Seed { get; init; }

    /// <summary>Steps between two reads of the loss.</summary>
    public int LogEvery { get; init; } = 50;

    /// <summary>Epochs between two checkpoints; the last epoch always writes one. Needs <see cref="RunFolder"/>.</summary>
    public int CheckpointEvery { get; init; } = 1;

    /// <summary>Steps between two checkpoints within an epoch; null: only at its end.</summary>
    public int? CheckpointEverySteps { get; init; }

    /// <summary>Weight files that stay, the newest; at least two, since the one before the last is the way back from a damaged file. null: all.</summary>
    public int? KeepCheckpoints { get; init; } = 2;

    /// <summary>Where run.json, metrics.jsonl and checkpoints go; null: nothing is written.</summary>
    [JsonIgnore]                                    // a run may move
    public string? RunFolder { get; init; }

    /// <summary>Says at once what would fail later.</summary>
    /// <exception cref="ArgumentException">A number makes no sense; the message names it.</exception>
    public void Check(int images)
    {
        if (Epochs < 1) throw new ArgumentException($"Epochs is {Epochs}; train for at least 1.");
        if (BatchSize < 1 || BatchSize > images)
            throw new ArgumentException($"BatchSize is {BatchSize} but there are {images} images to train on; choose 1 to {images}.");
        if (!(LearningRate > 0) || MinLearningRate < 0 || MinLearningRate > LearningRate)
            throw new ArgumentException($"LearningRate is {LearningRate}, MinLearningRate {MinLearningRate}; wanted 0 <= MinLearningRate <= LearningRate and LearningRate > 0.");
        if (WarmupEpochs < 0 || WarmupEpochs >= Epochs)
            throw new ArgumentException($"WarmupEpochs is {WarmupEpochs} of {Epochs} epochs; the learning rate would never come down. Choose fewer.");
        if (LogEvery < 1 || CheckpointEvery < 1)
            throw new ArgumentException($"LogEvery is {LogEvery}, CheckpointEvery {CheckpointEvery}; both are at least 1.");
        if (Accumulate < 1 || BatchSize % Accumulate != 0)
            throw new ArgumentException($"Accumulate is {Accumulate}; it divides BatchSize ({BatchSize}) into equal parts.");
        if (CheckpointEverySteps is < 1 || KeepCheckpoints is < 1)
            throw new ArgumentException($"CheckpointEverySteps is {CheckpointEverySteps}, KeepCheckpoints {KeepCheckpoints}; both are at least 1, or null.");
        if (AverageDecay is < 0 or >= 1) throw new ArgumentException($"AverageDecay is {AverageDecay}; it lies in [0, 1), or is null for no average.");
        if (ClipNorm is <= 0) throw new ArgumentException($"ClipNorm is {ClipNorm}; it is positive, or null for no clipping.");
    }
}
