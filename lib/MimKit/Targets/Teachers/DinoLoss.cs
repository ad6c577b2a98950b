namespace MimKit;

/// <summary>How the teacher's distributions are kept from all being one.</summary>
public enum Centring
{
    /// <summary>DINO: a moving mean of the teacher's outputs is taken off before the softmax.</summary>
    MovingMean,
    /// <summary>
    /// DINOv2 (Oquab et al., 2023, arXiv 2304.07193) after SwAV: the batch's assignments are balanced over the prototypes by Sinkhorn and Knopp's
    /// iteration. On small data it keeps more prototypes in use.
    /// </summary>
    SinkhornKnopp,
}

/// <summary>
/// DINO's loss (facebookresearch/dino, main_dino.py, DINOLoss): cross-entropy between the teacher's sharpened and centred distribution of one
/// global crop and the student's of every other crop.
/// </summary>
public static class DinoLoss
{
    /// <summary>Global crops, the only ones the teacher sees.</summary>
    public const int GlobalCrops = 2;

    /// <summary>The mean over all pairs of different crops.</summary>
    /// <param name="student">[crops · B, K] crop by crop, the global ones first</param>
    /// <param name="teacher">[2 · B, K] the global crops, without graph</param>
    /// <param name="centre">[1, K]</param>
    /// <param name="crops">crops an image, global and local together</param>
    /// <param name="studentTemperature">0.1 in DINO</param>
    /// <param name="teacherTemperature">0.04 in DINO</param>
    /// <returns>scalar float32</returns>
    public static Tensor Loss(Tensor student, Tensor teacher, Tensor centre, int crops, double studentTemperature, double teacherTemperature)
    {
        using var scope = NewDisposeScope();
        return Loss(student, (teacher - centre).div(teacherTemperature).softmax(-1), crops, studentTemperature).MoveToOuterDisposeScope();
    }

    /// <summary>The same with the teacher's distributions given.</summary>
    /// <param name="student">[crops · B, K] crop by crop, the global ones first</param>
    /// <param name="targets">[2 · B, K] rows that sum to 1, without graph</param>
    /// <param name="crops">crops an image, global and local together</param>
    /// <param name="studentTemperature">0.1 in DINO</param>
    /// <returns>scalar float32</returns>
    public static Tensor Loss(Tensor student, Tensor targets, int crops, double studentTemperature)
    {
        if (student.size(0) % crops != 0 || student.size(0) / crops * GlobalCrops != targets.size(0))
            throw new ArgumentException($"{crops} crops an image need student rows [{crops} B, K] and teacher rows [{GlobalCrops} B, K]; found {student} and {targets}.");
        var (B, K) = (targets.size(0) / GlobalCrops, targets.size(1));
        var q = targets.reshape(GlobalCrops, B, K);
        var p = student.div(studentTemperature).log_softmax(-1).reshape(crops, B, K);
        var others = p.sum(0L).unsqueeze(0) - p.narrow(0, 0, GlobalCrops);          // [2, B, K] over the crops that are not the teacher's own
        return (q * others).sum().div(-B * GlobalCrops * (crops - 1.0));
    }

    /// <summary>Assignments of a batch, sharpened and balanced: every prototype gets the same share of it, every row sums to 1.</summary>
    /// <param name="teacher">[n, K]</param>
    /// <param name="temperature">of the sharpening</param>
    /// <param name="iterations">3 in DINOv2 and SwAV</param>
    /// <returns>[n, K]</returns>
    public static Tensor Balanced(Tensor teacher, double temperature, int iterations = 3)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var q = teacher.div(temperature);                                          // logarithms throughout: exp of a sharpened output overflows
        for (var i = 0; i < iterations; i++)
        {
            q = q - q.logsumexp(0, keepdim: true);                                 // prototypes
            q = q - q.logsumexp(1, keepdim: true);                                 // rows
        }
        return q.exp().MoveToOuterDisposeScope();
    }

    /// <summary>Moves the centre towards the mean of the teacher's outputs, in place.</summary>
    /// <param name="centre">[1, K]</param>
    /// <param name="teacher">[2 · B, K]</param>
    /// <param name="momentum">0.9 in DINO</param>
    public static void MoveCentreInPlace(Tensor centre, Tensor teacher, double momentum)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        centre.lerp_(teacher.mean([0], keepdim: true), 1 - momentum);
    }

    /// <summary>The teacher's temperature: linear over the warm-up epochs, both ends included, then constant.</summary>
    public static double TeacherTemperature(int epoch, double start, double final, int warmupEpochs) =>
        epoch >= warmupEpochs ? final : warmupEpochs == 1 ? start : start + (final - start) * epoch / (warmupEpochs - 1);
}
