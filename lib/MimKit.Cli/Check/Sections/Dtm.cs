using MimKit.Runtime;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Cli.Check.Sections;

/// <summary>Token morphing as released: matching, schedules, losses and a whole step.</summary>
static class Dtm
{
    public static Dictionary<string, Runner> Runners { get; } = new()
    {
        ["dtm_match"] = Match, ["dtm_sequence"] = Sequence, ["dtm_schedule"] = Schedule, ["dtm_morph"] = Morph, ["dtm_model"] = Model,
    };

    static void Match(ReferenceCase stored, Findings found)
    {
        var (metric, x, size) = (stored["metric"], stored["x"], stored["size"]);
        var guarded = (Flag("class_token") ? 1 : 0) + (Flag("distill_token") ? 1 : 0);
        var r = Math.Max(0, Math.Min(stored.Integer("r"), ((int)metric.size(1) - guarded) / 2));
        var matched = Grouped(metric, r == 0 ? [] : [r], guarded);
        var grouping = guarded < 2 ? matched : matched with { Group = DistillFirst(matched.Group, (metric.size(1) + 1) / 2 - r) };
        var members = grouping.Members(null);                                      // [B, groups, tokens]
        var (sum, sizes) = (members.matmul(x), members.matmul(size));

        found.Compare("source", members);
        found.Compare("merged_sum", sum);
        found.Compare("merged_mean", grouping.Mean(x));
        found.Compare("merged_max", members.unsqueeze(-1).log().add(x.unsqueeze(1)).amax([2]));     // outside a group: minus infinity
        found.Compare("wavg", grouping.Mean(x));
        found.Compare("sizes", grouping.Sizes().unsqueeze(-1));
        found.Compare("wavg_given_sizes", members.matmul(x * size) / sizes);
        found.Compare("sizes_given_sizes", sizes);
        found.Compare("unmerged", matched.Spread(sum));                            // as released: the distillation token's move is not undone

        bool Flag(string name) => stored.Config.GetProperty(name).GetBoolean();
    }

    // with a distillation token the released code puts the second half's first token before the rest of the first half: groups 0, then `kept`, then the others
    static Tensor DistillFirst(Tensor group, long kept) =>
        where(group.eq(kept), ones_like(group), group + group.gt(0).logical_and(group.lt(kept)).to(int64));

    static void Sequence(ReferenceCase stored, Findings found)
    {
        var tokens = stored["tokens"];
        var guarded = stored.Config.GetProperty("class_token").GetBoolean() ? 1 : 0;
        var merges = new List<int>();
        foreach (var (r, step) in stored.Numbers("r").Select((r, step) => ((int)r, step + 1)))
        {
            merges.Add(Math.Min(r, ((int)tokens.size(1) - merges.Sum() - guarded) / 2));
            var grouping = Grouped(tokens, merges, guarded);
            found.Compare($"step{step}.source", grouping.Members(null));
            found.Compare($"step{step}.sizes", grouping.Sizes().unsqueeze(-1));
            found.Compare($"step{step}.tokens", grouping.Mean(tokens));
        }
    }

    static void Schedule(ReferenceCase stored, Findings found)
    {
        var (tokens, merge, steps, limit) = (Whole("tokens"), Whole("num_merge"), Whole("steps"), stored.Integer("n1"));
        int LimitOf(int i) => limit == 0 ? tokens[i] : limit;
        found.Compare("r_per_step", [.. tokens.Select((_, i) => (double)MorphSchedule.EachRound(merge[i], steps[i], LimitOf(i)))]);
        found.Compare("tokens_left", [.. tokens.Select((n, i) => (double)n - MorphSchedule.Released(n, merge[i], steps[i], LimitOf(i)).Sum())]);

        int[] Whole(string name) => [.. stored[name].ToArray<long>().Select(number => (int)number)];
    }

    static void Morph(ReferenceCase stored, Findings found)
    {
        var (online, target) = (stored.Leaf("online"), stored["target"]);
        var loss = Levels(stored, found, online, target);
        (loss * stored.Number("w_dtm")).backward();
        found.Compare("loss", loss);
        found.Compare("g.in.online", online.grad);
    }

    static void Model(ReferenceCase stored, Findings found)
    {
        using var network = Beit.Network(stored.Config.GetProperty("model"));
        stored.LoadInto(network);
        var tokens = network.Encode(stored["x"], stored["mask"].ne(0)).Last;
        var online = network.Head(tokens.narrow(1, 1, network.Grid.Count));
        var loss = Levels(stored, found, online, stored["target"]);
        (loss * stored.Number("w_dtm")).backward();
        found.Compare("online", online);
        found.Compare("loss", loss);
        found.CompareGradients(network);
    }

    static Tensor Levels(ReferenceCase stored, Findings found, Tensor online, Tensor target)
    {
        var objective = Loss(stored.Config.GetProperty("loss_type").GetString()!);
        var (merges, steps, limit) = (stored.Numbers("num_merge"), stored.Numbers("steps"), stored.Integer("n1"));
        var losses = new List<Tensor>();
        for (var level = 0; level < merges.Length; level++)
        {
            var (merge, rounds) = ((int)merges[level], (int)steps[level]);
            var schedule = MorphSchedule.Released((int)target.size(1), merge, rounds, limit);
            var given = new Given(Grouped(target, schedule, guarded: 1)) { NormaliseTarget = stored.Config.GetProperty("normalize_target").GetBoolean() };
            var (u, v) = given.Apply(online, new(target), () => target, new(0, 0, [0])).Single();
            losses.Add(objective.Loss(u, v));

            Compare("source", given.Grouping.Members(null));
            Compare("group_sizes", given.Grouping.Sizes());
            Compare("group_of_token", given.Grouping.Group);
            Compare("online_morphed", given.Grouping.Spread(u));
            Compare("target_morphed", given.Grouping.Spread(v.Values));
            Compare("r", tensor((long)MorphSchedule.EachRound(merge, rounds, limit)));
            Compare("groups", tensor((long)given.Grouping.Count));

            void Compare(string name, Tensor result)
            {
                if (stored.Has($"level{level}.{name}")) found.Compare($"level{level}.{name}", result);
            }
        }
        return losses.Aggregate((sum, loss) => sum + loss) / losses.Count;
    }

    static Objective Loss(string name) => name switch
    {
        "negcosine" => new Cosine(), "smoothl1" => new SmoothL1(), "l1" => new MeanAbsolute(), "l2" => new MeanSquared(),
        _ => throw new NotSupportedException($"there is no loss '{name}'"),
    };

    static Grouping Grouped(Tensor v, IReadOnlyList<int> merges, int guarded) =>
        new(BipartiteGroups.Of(v, merges, null, guarded, meansOfMeans: false), (int)v.size(1) - merges.Sum());

    sealed record Given(Grouping Grouping) : Morphing
    {
        public override IReadOnlyList<Grouping> Draw(Tensor v, Draw draw) => [Grouping];
    }
}
