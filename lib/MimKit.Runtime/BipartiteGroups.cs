namespace MimKit.Runtime;

/// <summary>
/// Rounds of bipartite token matching (Bolya et al., ToMe, ICLR 2023; METHODS 4.2 and 4.3): the tokens of an image are divided into two halves, each
/// of the first is matched with its most similar of the second (cosine), and the best matches merge. All images at once, on any device;
/// on the CPU one native pass over inner products (lib/native/morph.cpp).
/// B images, N tokens at the start, t tokens at a round.
/// </summary>
public static class BipartiteGroups
{
    private static readonly Op GroupsOp = new("mimkit::bipartite_groups");

    /// <summary>The group of every token after the last round.</summary>
    /// <param name="v">[B, N, D] float32</param>
    /// <param name="merges">how many pairs each round merges; at most half of its tokens</param>
    /// <param name="order">[B, Σ t] int64: for every round a permutation of its t tokens, whose first ⌊t/2⌋ are the first half; null: even and odd places</param>
    /// <param name="guarded">with even and odd places: how many of the first places stay as they are, 0, 1 (never merges into another) or 2 (and nothing merges into the second)</param>
    /// <param name="meansOfMeans">whether a merged token, in later matching, is the mean of its parts whatever their sizes; otherwise the mean of all its tokens</param>
    /// <returns>[B, N] int64, groups numbered from 0 as they stand after the last round: those of the first half that stayed, then the second half</returns>
    public static Tensor Of(Tensor v, IReadOnlyList<int> merges, Tensor? order, int guarded, bool meansOfMeans)
    {
        using var off = no_grad();
        using var products = Products(v);
        return OfProducts(products, merges, order, guarded, meansOfMeans);
    }

    /// <summary>Inner products of every image's tokens: all that matching reads, and the same for every schedule.</summary>
    /// <param name="v">[B, N, D] float32</param>
    /// <returns>[B, N, N]</returns>
    public static Tensor Products(Tensor v)
    {
        using var off = no_grad();
        return v.matmul(v.transpose(1, 2));
    }

    /// <summary><see cref="Of"/> from <see cref="Products"/>, which stay as they are.</summary>
    public static Tensor OfProducts(Tensor gram, IReadOnlyList<int> merges, Tensor? order, int guarded, bool meansOfMeans)
    {
        using var off = no_grad();
        return gram.is_cpu() && gram.dtype == float32
            ? GroupsOp.Call(gram, merges.Select(r => (long)r).ToArray(), order, (long)guarded, meansOfMeans)
            : Composed(gram, merges, order, guarded, meansOfMeans);
    }

    /// <summary>The same from inner products [B, N, N], as a composition of libtorch's operators: any device, and the tests' yardstick.</summary>
    public static Tensor Composed(Tensor gram, IReadOnlyList<int> merges, Tensor? order, int guarded, bool meansOfMeans)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var (images, n, at) = (gram.size(0), gram.size(1), 0L);
        var group = Numbers(n, gram.device).unsqueeze(0).repeat(images, 1);
        foreach (var r in merges)
        {
            var t = gram.size(1);
            var (a, b) = order is null ? EvenAndOdd(images, t, gram.device) : (order.narrow(1, at, t / 2), order.narrow(1, at + t / 2, t - t / 2));
            (gram, group) = Merge(gram, group, a, b, r, guarded, meansOfMeans);
            at += t;
        }
        return group.MoveToOuterDisposeScope();
    }

    private static Tensor Numbers(long count, Device device) => arange(count, int64).to(device);

    private static (Tensor, Tensor) EvenAndOdd(long images, long t, Device device)
    {
        var places = Numbers(t, device).unsqueeze(0).expand(images, -1);
        return (places.slice(1, 0, t, 2), places.slice(1, 1, t, 2));
    }

    private static (Tensor Gram, Tensor Group) Merge(Tensor gram, Tensor group, Tensor a, Tensor b, long r, int guarded, bool meansOfMeans)
    {
        long t = gram.size(1), stay = a.size(1) - r;
        var inverse = gram.diagonal(0, 1, 2).clamp(min: 0).sqrt().clamp(min: 1e-12).reciprocal();    // [B, t]
        var cosine = gram * inverse.unsqueeze(1) * inverse.unsqueeze(2);                             // [B, t, t]
        var scores = cosine.gather(1, a.unsqueeze(2).expand(-1, -1, t)).gather(2, b.unsqueeze(1).expand(-1, a.size(1), -1));   // [B, a, b]
        if (guarded > 0) scores.narrow(1, 0, 1).fill_(double.NegativeInfinity);
        if (guarded > 1) scores.narrow(2, 0, 1).fill_(double.NegativeInfinity);
        var (best, partner) = scores.max(2);                                                         // [B, a]
        var rank = best.argsort(1, descending: true);
        var (sources, kept) = (rank.narrow(1, 0, r), rank.narrow(1, r, stay));
        if (guarded > 0) kept = kept.sort(1).Item1;

        // where each of the t tokens stands in the new list: those of a that stay, then b
        var place = zeros([gram.size(0), t], int64, gram.device);
        place.scatter_(1, b, (Numbers(b.size(1), gram.device) + stay).unsqueeze(0).expand(gram.size(0), -1));
        place.scatter_(1, a.gather(1, kept), Numbers(stay, gram.device).unsqueeze(0).expand(gram.size(0), -1));
        place.scatter_(1, a.gather(1, sources), partner.gather(1, sources) + stay);

        var merge = place.unsqueeze(1).eq(Numbers(t - r, gram.device).reshape(1, -1, 1)).to(gram.dtype);   // [B, t − r, t]
        if (meansOfMeans) merge /= merge.sum(2, keepdim: true);                                      // sums do for means of all tokens: a cosine sees no length
        return (merge.matmul(gram).matmul(merge.transpose(1, 2)), place.gather(1, group));
    }
}
