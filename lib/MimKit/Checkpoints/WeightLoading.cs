using MimKit.Models;

namespace MimKit;

/// <summary>Copies official weights into a model of the kit, bringing position tables to the model's size.</summary>
public static class WeightLoading
{
    private const string Table = "relative_position_bias_table", SharedTable = "rel_pos_bias." + Table, Positions = "pos_embed";

    /// <summary>
    /// Copies what fits. Relative position tables are resized to the model's window, and a shared one is given to every block that wants its own (METHODS 1.2);
    /// learned positions are resized bicubically.
    /// </summary>
    /// <param name="weights">the file</param>
    /// <param name="model">a model with the kit's names</param>
    /// <param name="mayMiss">beginnings of names that need not be in the file, such as "head." of a model that is to be fine-tuned; they are not taken from it where shapes differ</param>
    /// <param name="addShared">where both exist, add the shared table to the blocks' own, as DTM's fine-tuning does (METHODS 4.5); else the shared one is left where it is</param>
    /// <returns>what was done; names of the file that the model lacks are listed there and are no error</returns>
    /// <exception cref="ArgumentException">A name is missing or has another shape; the whole report is in the message.</exception>
    public static LoadReport LoadInto(this OfficialWeights weights, nn.Module model, IEnumerable<string>? mayMiss = null, bool addShared = false)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var own = model.state_dict().Where(tensor => !tensor.Key.EndsWith("relative_position_index", StringComparison.Ordinal)).ToList();
        var allowed = mayMiss?.ToArray() ?? [];
        var (loaded, adapted, missing, mismatched, used) = (new List<string>(), new List<string>(), new List<string>(), new List<string>(), new HashSet<string>());
        var fitting = new List<(Tensor Target, Tensor Value)>();
        foreach (var (name, target) in own)
        {
            if (Source(weights, name, own.Any(tensor => tensor.Key == SharedTable)) is not { } source)
            {
                missing.Add(name);
                continue;
            }
            used.Add(source);
            var value = weights.Read(source);
            if (source != name) adapted.Add($"{name} from {source}");
            else if (addShared && name.EndsWith(".attn." + Table, StringComparison.Ordinal) && weights.Has(SharedTable))
            {
                used.Add(SharedTable);
                value = value + weights.Read(SharedTable);
                adapted.Add($"{name} plus {SharedTable}");
            }
            var fitted = Fitted(name, value, target.shape);
            if (!fitted.shape.SequenceEqual(target.shape))
            {
                mismatched.Add($"{name}: here [{string.Join(", ", target.shape)}], in the file [{string.Join(", ", value.shape)}]");
                continue;
            }
            if (!value.shape.SequenceEqual(fitted.shape)) adapted.Add($"{name} resized from [{string.Join(", ", value.shape)}] to [{string.Join(", ", fitted.shape)}]");
            fitting.Add((target, fitted));
            loaded.Add(name);
        }
        var report = new LoadReport(loaded, adapted, missing, [.. weights.Names.Where(name => !used.Contains(name))], mismatched);
        if (missing.Concat(mismatched).FirstOrDefault(name => !allowed.Any(start => name.StartsWith(start, StringComparison.Ordinal))) is not null)
            throw new ArgumentException($"{weights.Path} does not fit {model.GetName()}; nothing was changed. {report}");
        foreach (var (target, value) in fitting) target.copy_(value);
        return report;
    }

    // A block's own table comes from the shared one where the file has no other and the model has no place for it.
    private static string? Source(OfficialWeights weights, string name, bool keepsShared) => weights.Has(name) ? name
        : !keepsShared && SourceOf(name, weights.Has) is var shared && shared != name ? shared : null;

    /// <summary>Where a model without a shared table finds a tensor: under its own name, or a block's own table in the shared one.</summary>
    internal static string SourceOf(string name, Func<string, bool> has) =>
        !has(name) && name.EndsWith(".attn." + Table, StringComparison.Ordinal) && has(SharedTable) ? SharedTable : name;

    internal static Tensor Fitted(string name, Tensor value, long[] wanted)
    {
        if (value.shape.SequenceEqual(wanted)) return value;
        if (name.EndsWith(Table, StringComparison.Ordinal) && wanted.Length == 2 && value.ndim == 2
            && RelativePositionResize.SideOf(value.size(0)) is { } from && RelativePositionResize.SideOf(wanted[0]) is { } to) return new RelativePositionResize(from, to).Apply(value);
        if (name.EndsWith(Positions, StringComparison.Ordinal) && wanted.Length == 3 && value.ndim == 3 && Side(value.size(1)) is { } old && Side(wanted[1]) is { } now)
            return PositionResize.Table(value.to(float32), old, now);
        return value;
    }

    // Positions of a square grid and one class token.
    private static int? Side(long tokens) => (int)Math.Round(Math.Sqrt(tokens - 1)) is var side && (long)side * side == tokens - 1 ? side : null;
}
