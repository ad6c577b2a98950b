using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Cli.Check.Sections;

/// <summary>DINO's head, centring and loss.</summary>
static class Distillation
{
    public static Dictionary<string, Runner> Runners { get; } = new() { ["dino_head_loss"] = HeadLoss };

    static void HeadLoss(ReferenceCase stored, Findings found)
    {
        var (head, schedule) = (stored.Config.GetProperty("head"), stored.Config.GetProperty("loss"));
        using var student = Head("student.");
        using var teacher = Head("teacher.");
        var features = stored.Leaf("student_features");
        var (own, other) = (student.forward(features), teacher.forward(stored["teacher_features"]).detach());
        found.Compare("student_out", own);
        found.Compare("teacher_out", other);

        var (epochs, centre) = (stored.Numbers("epochs"), stored["center"].clone());
        for (var call = 0; call < epochs.Length; call++)
        {
            var loss = DinoLoss.Loss(own, other, centre, stored.Integer("ncrops"), stored.Number("student_temp"), Temperature((int)epochs[call]));
            DinoLoss.MoveCentreInPlace(centre, other, stored.Number("center_momentum"));
            if (call == 0) loss.backward(retain_graph: true);
            found.Compare($"loss_{call}", loss);
            found.Compare($"center_{call}", centre);
        }
        found.Compare("g.in.student_features", features.grad);
        foreach (var (name, parameter) in student.named_parameters().Where(named => named.parameter.requires_grad)) found.Compare($"g.student.{name}", parameter.grad);
        found.Compare("teacher_temp_schedule", [.. Enumerable.Range(0, Setting("nepochs")).Select(Temperature)]);

        DinoHead Head(string prefix)
        {
            var made = new DinoHead(Size("in_dim"), Size("hidden_dim"), Size("bottleneck_dim"), Size("out_dim"), seed: 0);
            stored.LoadInto(made, prefix);
            return made;
        }

        int Size(string name) => head.GetProperty(name).GetInt32();
        int Setting(string name) => schedule.GetProperty(name).GetInt32();
        double Temperature(int epoch) => DinoLoss.TeacherTemperature(
            epoch, schedule.GetProperty("warmup_teacher_temp").GetDouble(), schedule.GetProperty("teacher_temp").GetDouble(), Setting("warmup_teacher_temp_epochs"));
    }
}
