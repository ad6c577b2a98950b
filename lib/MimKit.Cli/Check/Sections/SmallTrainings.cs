using MimKit.Models;
using MimKit.Runtime;
using MimKit.Torch;
using MimKit.Torch.Modules;
using MimKit.Training;
using static MimKit.Torch.torch;
using F = MimKit.Torch.torch.nn.functional;

namespace MimKit.Cli.Check.Sections;

/// <summary>A few steps of a small network with its optimiser: a transformer block under AdamW, MAE's linear probe under LARS.</summary>
static class SmallTrainings
{
    public static Dictionary<string, Runner> Runners { get; } = new() { ["adamw_training"] = Block, ["linear_probe"] = Probe };

    static void Block(ReferenceCase stored, Findings found)
    {
        var (width, betas) = (stored.Integer("dim"), stored.Numbers("betas"));
        var shape = new VitConfig { Width = width, Blocks = 1, Heads = stored.Integer("heads"), MlpRatio = (double)stored["w.mlp.fc1.weight"].size(0) / width };
        using var block = new BeitBlock(shape, new PatchGrid(1, 1, 1, 1), new Models.BeitParts { BlockBias = false }, 0);
        stored.LoadInto(block);
        using var optimizer = optim.AdamW(ParameterGroups.Of(block, new TrainingPlan
        {
            Epochs = 1, LearningRate = stored.Number("lr"), Beta1 = betas[0], Beta2 = betas[1], Epsilon = stored.Number("eps"), WeightDecay = stored.Number("weight_decay"),
        }).Select(group => group.Settings));
        var (losses, norms) = (new List<double>(), new List<double>());
        for (var step = 0; step < stored.Integer("steps"); step++)
        {
            optimizer.zero_grad();
            var loss = F.mse_loss(block.Forward(new(stored["x"], null, float32), null, null).Settle().Sum, stored["y"]);
            loss.backward();
            losses.Add(loss.item<double>());
            norms.Add(Gradients.Norm(block.parameters()).item<double>());
            optimizer.step(ParameterGroups.ClipScale(block.parameters(), stored.Number("clip")));
        }
        found.Compare("losses", losses);
        found.Compare("grad_norms", norms);
        foreach (var (name, value) in block.state_dict().Where(named => stored.Has("final." + named.Key))) found.Compare("final." + name, value);
    }

    static void Probe(ReferenceCase stored, Findings found)
    {
        var (batch, epochs) = (stored.Integer("batch"), stored.Integer("epochs"));
        using var norm = nn.BatchNorm1d(stored["train_x"].size(1), stored.Number("bn_eps"), stored.Number("bn_momentum"), affine: false);
        using var head = nn.Linear(stored["train_x"].size(1), stored.Integer("classes"));
        using (no_grad()) { head.weight.copy_(stored["w.1.weight"]); head.bias!.copy_(stored["w.1.bias"]); }
        using var optimizer = new Lars([new Lars.ParamGroup(head.parameters(), 0, stored.Number("weight_decay"), stored.Number("momentum"), stored.Number("trust_coefficient"))]);
        var (losses, rates, accuracies, perEpoch) = (new List<double>(), new List<double>(), new List<double>(), (int)stored["train_x"].size(0) / batch);
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            norm.train();
            for (var step = 0; step < perEpoch; step++)
            {
                rates.Add(Schedule.HalfCosine(epoch + (double)step / perEpoch, stored.Number("lr"), stored.Number("min_lr"), stored.Number("warmup_epochs"), epochs));
                optimizer.ParamGroups[0].LearningRate = rates[^1];
                var places = stored["order"][epoch].narrow(0, step * batch, batch);
                optimizer.zero_grad();
                var loss = F.cross_entropy(head.call(norm.call(stored["train_x"].index_select(0, places))), stored["train_y"].index_select(0, places));
                loss.backward();
                optimizer.step();
                losses.Add(loss.item<double>());
            }
            norm.eval();
            accuracies.Add(100 * Logits().argmax(1).eq(stored["test_y"]).to(float64).mean().item<double>());
        }
        found.Compare("losses", losses);
        found.Compare("learning_rates", rates);
        found.Compare("test_accuracy", accuracies);
        found.Compare("test_logits", Logits());
        found.Compare("predictions", Logits().argmax(1));
        found.Compare("final_weight", head.weight);
        found.Compare("final_bias", head.bias!);
        foreach (var (name, buffer) in norm.named_buffers()) found.Compare(name, buffer);

        Tensor Logits() { using var off = no_grad(); return head.call(norm.call(stored["test_x"])); }
    }
}
