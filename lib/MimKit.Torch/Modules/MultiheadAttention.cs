using static MimKit.Torch.torch.nn;

namespace MimKit.Torch.Modules;

/// <summary>
/// Attention with projections of its own (Vaswani et al., 2017), with PyTorch's parameter names and start. Sequences come first: [L, B, E]. TorchSharp's
/// <c>add_bias_kv</c> and <c>add_zero_attn</c> are left out.
/// </summary>
public sealed class MultiheadAttention : Module
{
    private readonly Parameter[] _projections;              // of queries, keys and values; one matrix for all where they are as wide
    private readonly Parameter? _bias;
    private readonly Linear _out;
    private readonly long _heads, _width;
    private readonly double _dropout;

    internal MultiheadAttention(long embedded_dim, long num_heads, double dropout, bool bias, long? kdim, long? vdim) : base(nameof(MultiheadAttention))
    {
        if (num_heads < 1 || embedded_dim % num_heads != 0) throw new ArgumentException($"{num_heads} heads do not divide a width of {embedded_dim}.");
        (_width, _heads, _dropout) = (embedded_dim, num_heads, dropout);
        var alike = (kdim ?? embedded_dim) == embedded_dim && (vdim ?? embedded_dim) == embedded_dim;
        (string, long[])[] shapes = alike ? [("in_proj_weight", [3 * embedded_dim, embedded_dim])]
            : [("q_proj_weight", [embedded_dim, embedded_dim]), ("k_proj_weight", [embedded_dim, kdim ?? embedded_dim]), ("v_proj_weight", [embedded_dim, vdim ?? embedded_dim])];
        _projections = Array.ConvertAll(shapes, named => Registered(named.Item1, init.xavier_uniform_(empty(named.Item2))));
        if (bias) _bias = Registered("in_proj_bias", zeros(3 * embedded_dim));
        register_module("out_proj", _out = nn.Linear(embedded_dim, embedded_dim, bias));
        if (bias) init.zeros_(_out.bias!);
    }

    private Parameter Registered(string name, Tensor start)
    {
        var parameter = new Parameter(start);
        register_parameter(name, parameter);
        return parameter;
    }

    /// <param name="query">[L, B, E]</param>
    /// <param name="key">[S, B, kdim]</param>
    /// <param name="value">[S, B, vdim]</param>
    /// <param name="key_padding_mask">[B, S]; true, or −∞, where a key is left out</param>
    /// <param name="need_weights">whether to return the weights, meaned over heads</param>
    /// <param name="attn_mask">[L, S] or [B · heads, L, S]; true where a pair is left out, or numbers that are added</param>
    /// <returns>[L, B, E] and [B, L, S], or null for the weights that were not asked for</returns>
    public Tuple<Tensor, Tensor?> call(Tensor query, Tensor key, Tensor value, Tensor? key_padding_mask = null, bool need_weights = true, Tensor? attn_mask = null)
    {
        long L = query.size(0), B = query.size(1), S = key.size(0), d = _width / _heads;
        var weights = _projections.Length == 1 ? _projections[0].chunk(3, 0) : _projections;
        var biases = _bias?.chunk(3, 0);
        var q = Heads(query, 0, L).mul(1 / Math.Sqrt(d));                           // [B · H, L, d]
        var scores = q.matmul(Heads(key, 1, S).transpose(1, 2));                    // [B · H, L, S]
        if (attn_mask is not null) scores = scores + Added(attn_mask, scores.dtype);
        if (key_padding_mask is not null) scores = scores + Added(key_padding_mask, scores.dtype).repeat_interleave(_heads, 0).unsqueeze(1);
        var attention = scores.softmax(-1);
        var mixed = functional.dropout(attention, _dropout, training).matmul(Heads(value, 2, S));                       // [B · H, L, d]
        var result = _out.call(mixed.transpose(0, 1).reshape(L, B, _width));
        return new(result, need_weights ? attention.reshape(B, _heads, L, S).mean([1]) : null);

        Tensor Heads(Tensor x, int which, long length) => functional.linear(x, weights[which], biases?[which]).reshape(length, B * _heads, d).transpose(0, 1);
    }

    private static Tensor Added(Tensor mask, ScalarType dtype) => mask.dtype == torch.@bool ? zeros_like(mask, dtype).masked_fill(mask, double.NegativeInfinity) : mask;
}
