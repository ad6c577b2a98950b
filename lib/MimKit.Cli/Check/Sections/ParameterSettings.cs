using System.Text.Json;
using MimKit.Torch;
using MimKit.Training;

namespace MimKit.Cli.Check.Sections;

/// <summary>Which learning rate and weight decay every parameter gets.</summary>
static class ParameterSettings
{
    public static Dictionary<string, Runner> Runners { get; } = new() { ["param_groups"] = Beit };

    static void Beit(ReferenceCase stored, Findings found)
    {
        var config = stored.Config;
        var model = config.GetProperty("model");
        using torch.nn.Module network = config.GetProperty("arch").GetString() == "finetune" ? BeitClasses.Network(stored) : Sections.Beit.Network(model);
        var decay = config.GetProperty("layer_decay");
        var plan = new TrainingPlan
        {
            Epochs = 1, LearningRate = 1, WeightDecay = stored.Number("weight_decay"), DecayTokens = false,
            DecayPositionTables = !config.GetProperty("no_decay_on_rel_pos_bias").GetBoolean(),
            LayerDecay = decay.ValueKind == JsonValueKind.Null ? null : new(decay.GetDouble(), model.GetProperty("depth").GetInt32()),
        };

        var groups = ParameterGroups.Of(network, plan);
        var names = config.GetProperty("param_names").EnumerateArray().Select(name => name.GetString()!).ToArray();
        var own = names.Select(name => groups.FirstOrDefault(group => group.Names.Contains(name)) ?? throw new InvalidDataException($"the network has no parameter '{name}'")).ToArray();

        found.Compare("lr_scale", torch.tensor(own.Select(group => group.Scale).ToArray()));
        found.Compare("weight_decay", torch.tensor(own.Select(group => group.Settings.WeightDecay).ToArray()));
        found.Compare("layer_id", torch.tensor(own.Select(group => (long)(group.Slot ?? -1)).ToArray()));
        found.Leave("group_index", "the order of groups decides nothing");
    }
}
