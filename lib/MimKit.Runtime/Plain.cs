namespace MimKit.Runtime;

/// <summary>The operations of <see cref="Fused"/> as compositions of libtorch's own: any device, any dtype, and the tests' yardstick.</summary>
public static class Plain
{
    public static Tensor Linear(Tensor x, Tensor weight, Tensor? bias) => F.linear(x, weight.to(x.dtype), bias?.to(x.dtype));

    public static Tensor LayerNorm(Tensor x, Tensor weight, Tensor bias, double eps, ScalarType result) =>
        F.layer_norm(x.to(weight.dtype), weight.shape, weight, bias, eps).to(result);

    // B images, N tokens, H heads, d = D / H
    public static Tensor Attention(Tensor qkv, int heads, double scale, Tensor? bias)
    {
        long B = qkv.size(0), N = qkv.size(1), D = qkv.size(2) / 3;
        var parts = qkv.reshape(B, N, 3, heads, D / heads).permute(2, 0, 3, 1, 4).unbind(0);      // 3 × [B, H, N, d]
        if (bias is null && !qkv.is_cpu())                                                          // no N × N matrix where this libtorch has a flash kernel; those refuse a bias
            return F.scaled_dot_product_attention(parts[0].mul(scale * Math.Sqrt(D / heads)), parts[1], parts[2]).transpose(1, 2).reshape(B, N, D);
        var weights = Weights(parts[0], parts[1], scale, bias).to(qkv.dtype);                     // [B, H, N, N]
        return weights.matmul(parts[2]).transpose(1, 2).reshape(B, N, D);
    }

    /// <summary>softmax(q kᵀ scale + bias) alone: [B, H, N, N] float32.</summary>
    public static Tensor AttentionWeights(Tensor qkv, int heads, double scale, Tensor? bias)
    {
        long B = qkv.size(0), N = qkv.size(1), D = qkv.size(2) / 3;
        var parts = qkv.reshape(B, N, 3, heads, D / heads).permute(2, 0, 3, 1, 4).unbind(0);      // 3 × [B, H, N, d]
        return Weights(parts[0], parts[1], scale, bias);
    }

    private static Tensor Weights(Tensor q, Tensor k, double scale, Tensor? bias)
    {
        var logits = q.matmul(k.transpose(-2, -1)).mul(scale).to(bias?.dtype ?? (q.dtype == float64 ? float64 : float32));
        return (bias is null ? logits : logits.add(bias)).softmax(-1);
    }

    internal static Tensor AcrossWidth(Tensor ids, long width) => ids.unsqueeze(-1).expand(-1, -1, width);
}
