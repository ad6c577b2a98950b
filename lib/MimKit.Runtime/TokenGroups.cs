namespace MimKit.Runtime;

/// <summary>Means over groups of tokens: on the CPU one native pass over the tokens (lib/native/morph.cpp), elsewhere a product with the membership matrix. B images, n tokens, G groups.</summary>
public static class TokenGroups
{
    private static readonly Op MeanOp = new("mimkit::group_mean");

    /// <summary>The mean of each group's tokens that count; zeros for a group without.</summary>
    /// <param name="x">[B, n, D] float32</param>
    /// <param name="group">[B, n] int64 in [0, count)</param>
    /// <param name="count">G</param>
    /// <param name="counted">[B, n] 1 where a token counts; null: all do</param>
    /// <returns>[B, G, D], differentiable in x</returns>
    public static Tensor Mean(Tensor x, Tensor group, int count, Tensor? counted = null) =>
        x.is_cpu() && x.dtype == float32 ? MeanOp.Call(x, group, (long)count, counted) : ComposedMean(x, group, count, counted);

    /// <summary>The same as a composition of libtorch's operators: any device and dtype, and the tests' yardstick.</summary>
    public static Tensor ComposedMean(Tensor x, Tensor group, int count, Tensor? counted)
    {
        var members = Members(group, count, counted).to(x.dtype);                  // [B, G, n]
        return (members / members.sum(2, keepdim: true).clamp(min: 1)).matmul(x);
    }

    /// <summary>1 where a token is in a group and counts: [B, G, n] float32.</summary>
    public static Tensor Members(Tensor group, int count, Tensor? counted)
    {
        var members = group.unsqueeze(1).eq(arange(count, int64).to(group.device).reshape(1, -1, 1)).to(float32);
        return counted is null ? members : members * counted.unsqueeze(1);
    }
}
