namespace MimKit.Runtime;

/// <summary>
/// Operations that a transformer step spends its time in, each one native pass on the CPU (lib/native/ops.cpp) with its own gradient.
/// Where the native kernel does not apply (another device or dtype), the same result comes from the composition in <see cref="Plain"/>.
/// Parameters are float32 masters; x may be float32 or bfloat16.
/// </summary>
public static class Fused
{
    private static readonly Op LinearOp = new("mimkit::linear"), LayerNormOp = new("mimkit::layer_norm"), AddLayerNormOp = new("mimkit::add_layer_norm"),
        AttentionOp = new("mimkit::attention"), TakeOp = new("mimkit::take_tokens"), PlaceOp = new("mimkit::place_tokens"), NearestOp = new("mimkit::nearest_centre"), AddRowsOp = new("mimkit::add_rows_"), LevelOp = new("mimkit::kernel_level");

    private static bool Native(Tensor x, Tensor? weight = null) =>
        x.is_cpu() && x.dtype is ScalarType.Float32 or ScalarType.BFloat16 && (weight is null || weight.dtype == float32);

    /// <summary>x Wᵀ + b.</summary>
    /// <param name="x">[…, In]</param>
    /// <param name="weight">[Out, In] float32; multiplied in x's dtype, from a copy that is renewed when the weight changes</param>
    /// <param name="bias">[Out] float32</param>
    /// <returns>[…, Out], x's dtype</returns>
    public static Tensor Linear(Tensor x, Tensor weight, Tensor? bias = null) =>
        Native(x, weight) ? LinearOp.Call(x, weight, bias, Shadow.Of(weight, x.dtype)) : Plain.Linear(x, weight, bias);

    /// <summary>gelu(x Wᵀ + b) with the exact (erf) GELU; shapes as <see cref="Linear"/>.</summary>
    public static Tensor LinearGelu(Tensor x, Tensor weight, Tensor bias) =>
        Native(x, weight) ? LinearOp.Call(x, weight, bias, Shadow.Of(weight, x.dtype), true) : F.gelu(Plain.Linear(x, weight, bias));

    /// <summary>Layer normalisation of the last dimension, computed in float32.</summary>
    /// <param name="x">[…, D]</param>
    /// <param name="result">dtype of the result</param>
    public static Tensor LayerNorm(Tensor x, Tensor weight, Tensor bias, double eps, ScalarType result) =>
        Native(x, weight) ? LayerNormOp.Call(x, weight, bias, eps, result) : Plain.LayerNorm(x, weight, bias, eps, result);

    /// <summary>The residual addition and the next normalisation in one pass.</summary>
    /// <param name="x">[…, D] the residual stream</param>
    /// <param name="branch">[…, D] what a branch adds to it</param>
    /// <returns>Sum = x + branch, float32; Normed = LN(Sum) in the branch's dtype</returns>
    public static (Tensor Sum, Tensor Normed) AddLayerNorm(Tensor x, Tensor branch, Tensor weight, Tensor bias, double eps)
    {
        if (!Native(x, weight) || !Native(branch))
        {
            var sum = x.to(float32).add(branch);
            return (sum, Plain.LayerNorm(sum, weight, bias, eps, branch.dtype));
        }
        var both = AddLayerNormOp.CallMany(x, branch, weight, bias, eps);
        return (both[0], both[1]);
    }

    /// <summary>Multi-head self-attention, softmax(q kᵀ scale + bias) v, from packed projections.</summary>
    /// <param name="qkv">[B, N, 3 D]: q, k and v one after the other, each H heads of D / H</param>
    /// <param name="bias">[H, N, N] float32 added to the logits, differentiable</param>
    /// <returns>[B, N, D], qkv's dtype</returns>
    public static Tensor Attention(Tensor qkv, int heads, double scale, Tensor? bias = null) =>
        Native(qkv, bias) ? AttentionOp.Call(qkv, (long)heads, scale, bias) : Plain.Attention(qkv, heads, scale, bias);

    /// <summary>The tokens at given positions.</summary>
    /// <param name="x">[B, N, D]</param>
    /// <param name="ids">[B, M] int64 in [0, N), distinct within a row</param>
    /// <returns>[B, M, D]</returns>
    public static Tensor TakeTokens(Tensor x, Tensor ids) =>
        x.is_cpu() && (Native(x) || !x.requires_grad) ? TakeOp.Call(x, ids) : x.gather(1, Plain.AcrossWidth(ids, x.size(2)));

    /// <summary>Puts tokens at given positions and one vector everywhere else.</summary>
    /// <param name="tokens">[B, M, D]</param>
    /// <param name="ids">[B, M] int64 in [0, count), distinct within a row</param>
    /// <param name="fill">D values, float32: the mask token</param>
    /// <returns>[B, count, D]</returns>
    public static Tensor PlaceTokens(Tensor tokens, Tensor ids, Tensor fill, long count) =>
        Native(tokens) ? PlaceOp.Call(tokens, ids, fill, count)
            : fill.to(tokens.dtype).reshape(1, 1, -1).expand(tokens.size(0), count, -1).scatter(1, Plain.AcrossWidth(ids, tokens.size(2)), tokens);

    /// <summary>
    /// The nearest of K centres, squared Euclidean, in float32 and in registers: no distance but the least is stored. The first index wins a tie; a point that
    /// holds NaN has id 0 and distance NaN. CPU.
    /// </summary>
    /// <param name="points">[n, D]</param>
    /// <param name="centres">[K, D]</param>
    /// <returns>ids [n] int64 and squared distances [n] float32</returns>
    public static (Tensor Ids, Tensor Distance2) NearestCentre(Tensor points, Tensor centres)
    {
        var both = NearestOp.CallMany(points, centres);
        return (both[0], both[1]);
    }

    /// <summary>sums[ids[i]] += points[i], in float64, the same for any number of threads. CPU.</summary>
    /// <param name="sums">[K, D] float64, changed in place</param>
    /// <param name="points">[n, D]</param>
    /// <param name="ids">[n] int64 in [0, K)</param>
    public static void AddRowsInPlace(Tensor sums, Tensor points, Tensor ids) => AddRowsOp.Do(sums, points, ids);

    /// <summary>The CPU level that the native kernels run at: "avx512", "avx2" or "baseline".</summary>
    public static string KernelLevel => LevelOp.CallInteger() switch { 2 => "avx512", 1 => "avx2", _ => "baseline" };
}
