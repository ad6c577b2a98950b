using MimKit.Runtime;

namespace MimKit;

/// <summary>A division of each image's tokens into groups. B images, n tokens, G groups.</summary>
/// <param name="Group">[B, n] int64: the group of every token, 0 to <paramref name="Count"/> − 1</param>
/// <param name="Count">G; a group may be empty in some image</param>
public sealed record Grouping(Tensor Group, int Count)
{
    /// <summary>Tokens of each group that count.</summary>
    /// <param name="counted">[B, n] 1 where a token counts; null: all do</param>
    /// <returns>[B, G] float32: w, the weight of the group in a loss</returns>
    public Tensor Sizes(Tensor? counted = null) =>
        zeros([Group.size(0), Count], float32, Group.device).scatter_add_(1, Group, counted ?? ones(Group.shape, float32, Group.device));

    /// <summary>The mean of each group's tokens that count; zeros for a group without.</summary>
    /// <param name="x">[B, n, D] float32</param>
    /// <param name="counted">[B, n] 1 where a token counts; null: all do</param>
    /// <returns>[B, G, D], differentiable</returns>
    public Tensor Mean(Tensor x, Tensor? counted = null) => TokenGroups.Mean(x, Group, Count, counted);

    /// <summary>Gives every token what its group has.</summary>
    /// <param name="groups">[B, G, D]</param>
    /// <returns>[B, n, D], differentiable</returns>
    public Tensor Spread(Tensor groups) => Members(null).transpose(1, 2).matmul(groups);

    /// <summary>1 where a token is in a group and counts, M of the papers: [B, G, n] float32.</summary>
    public Tensor Members(Tensor? counted) => TokenGroups.Members(Group, Count, counted);
}
