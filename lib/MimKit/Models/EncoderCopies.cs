namespace MimKit.Models;

/// <summary>What encoders share in being copied to another image size.</summary>
static class EncoderCopies
{
    /// <summary>Copies an encoder's weights, its position tables brought to the copy's size.</summary>
    /// <param name="copy">a new network of the same names</param>
    /// <param name="from">the encoder</param>
    /// <param name="except">beginning of names that keep the copy's own values: a head's</param>
    /// <exception cref="ArgumentException">A table cannot be brought to the copy's size.</exception>
    public static T Copied<T>(this T copy, nn.Module from, string? except = null) where T : nn.Module
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var weights = from.state_dict();
        foreach (var (name, target) in copy.state_dict().Where(own => except is null || !own.Key.StartsWith(except, StringComparison.Ordinal)))
        {
            if (name.EndsWith("relative_position_index", StringComparison.Ordinal)) continue;
            var value = WeightLoading.Fitted(name, weights[WeightLoading.SourceOf(name, weights.ContainsKey)], target.shape);
            if (!value.shape.SequenceEqual(target.shape)) throw new ArgumentException($"{name} of [{string.Join(", ", value.shape)}] cannot become [{string.Join(", ", target.shape)}].");
            target.copy_(value);
        }
        copy.eval();
        return copy;
    }

    /// <summary>Says that an architecture has no stochastic depth.</summary>
    public static void RefuseDropPath(this IEncoder encoder, double dropPath)
    {
        if (dropPath > 0) throw new ArgumentException($"{encoder.GetType().Name} has no stochastic depth, so DropPath = {dropPath} would do nothing; set it to 0.");
    }
}
