using MimKit.Runtime;

namespace MimKit;

/// <summary>What a quantiser made of n vectors.</summary>
/// <param name="Codes">[n, c] the chosen codes; their gradient goes straight through to the normalised vectors</param>
/// <param name="Ids">[n] int64</param>
/// <param name="Commitment">scalar: the mean over all elements of (code − vector)²; the gradient moves the vectors</param>
/// <param name="CodebookLoss">the same with the gradient on the codes, where codes are learnt by a loss; null: they move by their average</param>
public sealed record Quantised(Tensor Codes, Tensor Ids, Tensor Commitment, Tensor? CodebookLoss = null);

/// <summary>
/// VQ-KD's codebook (BEiT v2, arXiv 2208.06366, section 3.1; METHODS 2.2): unit vectors looked up by cosine, moved by an exponential moving
/// average of what falls into them and by no loss. K codes of width c, n vectors. No n × K matrix is made: argmax in registers, bincount, index_add.
/// Both choices can be undone, to see what they are for (<see cref="CodebookSurvival"/>).
/// </summary>
public sealed class VectorQuantizer : nn.Module
{
    private readonly Models.ModuleGroup _embedding = new("Embedding");
    private readonly Parameter _codes;                                             // [K, c], no gradient
    private readonly Tensor _size, _started, _counts;                              // [K] moving average of use, [1], [K] exact counts since the last reset
    private readonly double _decay;
    private readonly bool _unit, _learnt;

    /// <param name="codes">K</param>
    /// <param name="width">c</param>
    /// <param name="decay">share of itself that a code keeps at an update; 0.99 in BEiT v2</param>
    /// <param name="seed">of the codes before <see cref="StartFrom"/>: normal rows, brought to unit length</param>
    /// <param name="unit">vectors and codes have unit length; false: nearest by Euclidean distance as they are</param>
    /// <param name="learnt">codes are parameters that a codebook loss moves (VQ-VAE, van den Oord et al. 2017, equation 3), not a moving average</param>
    public VectorQuantizer(int codes, int width, double decay, ulong seed, bool unit = true, bool learnt = false) : base(nameof(VectorQuantizer))
    {
        if (codes < 1 || width < 1) throw new ArgumentException($"A codebook has at least 1 code of width 1, asked for {codes} x {width}.");
        if (!(decay > 0 && decay < 1)) throw new ArgumentException($"Decay is {decay}; it lies between 0 and 1, BEiT v2 has 0.99.");
        (Count, Width, _decay, _unit, _learnt) = (codes, width, decay, unit, learnt);
        register_buffer("cluster_size", _size = zeros(codes));
        register_buffer("counts", _counts = zeros([codes], int64));
        register_module("embedding", _embedding);
        _embedding.register_parameter("weight", _codes = new Parameter(zeros(codes, width), requires_grad: learnt));
        _embedding.register_buffer("initted", _started = zeros(1));
        using var off = no_grad();
        Models.StartingWeights.Normal(_codes, "quantize.embedding.weight", 1, seed);
        using var scope = NewDisposeScope();
        _codes.copy_(Comparable(_codes));
    }

    /// <summary>K.</summary>
    public int Count { get; }

    /// <summary>c.</summary>
    public int Width { get; }

    /// <summary>[K, c] float32 as vectors are compared with them.</summary>
    public Tensor Codes => _learnt ? Comparable(_codes.detach()) : _codes;

    /// <summary>[K, c] the codes as a checkpoint holds them.</summary>
    internal Tensor Stored => _codes;

    /// <summary>Rows as they are compared: of unit length, or as they are.</summary>
    public Tensor Comparable(Tensor rows) => _unit ? nn.functional.normalize(rows, dim: -1) : rows;

    /// <summary>[K] moving average of how many vectors a step brings to each code.</summary>
    public Tensor ClusterSize => _size;

    /// <summary>[K] int64: vectors that each code got since <see cref="ResetCounts"/>.</summary>
    public Tensor Counts => _counts;

    /// <summary>Whether <see cref="StartFrom"/> was called, here or before a checkpoint.</summary>
    public bool Started => _started.item<float>() != 0;

    /// <summary>Sums a tensor over all ranks in place; null: there is one. Called for counts and sums before every update.</summary>
    public Action<Tensor>? AllReduce { get; set; }

    /// <summary>Brings vectors to unit length and replaces each by its nearest code; in training the codes then move.</summary>
    /// <param name="vectors">[n, c] float32</param>
    public Quantised Quantise(Tensor vectors)
    {
        var z = Comparable(vectors.to(float32));                                   // [n, c]
        var ids = Lookup(z);
        var codes = (_learnt ? Comparable(_codes) : _codes).index_select(0, ids);
        var commitment = (codes.detach() - z).square().mean();
        var through = z + (codes - z).detach();
        if (training && is_grad_enabled()) Update(z.detach(), ids);
        return new(through, ids, commitment, _learnt ? (codes - z.detach()).square().mean() : null);
    }

    /// <summary>The nearest code of <see cref="Comparable"/> vectors, [n] int64; the first of equals.</summary>
    public Tensor Lookup(Tensor vectors)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        return Fused.NearestCentre(vectors.detach(), Codes).Ids.MoveToOuterDisposeScope();
    }

    /// <summary>Takes given codes: where k-means starts the codebook.</summary>
    /// <param name="codes">[K, c] rows of unit length</param>
    public void StartFrom(Tensor codes)
    {
        if (!codes.shape.SequenceEqual(_codes.shape)) throw new ArgumentException($"The codebook is {_codes}, the start {codes}.");
        using var off = no_grad();
        _codes.copy_(codes);
        _started.fill_(1);
    }

    /// <summary>Adds a batch to both statistics. Training does so by itself; the released code does so in evaluation as well.</summary>
    /// <param name="ids">[n] int64</param>
    /// <returns>[K] int64: vectors that each code got, summed over ranks</returns>
    public Tensor CountUse(Tensor ids)
    {
        using var off = no_grad();
        var bins = ids.bincount(null, Count);
        AllReduce?.Invoke(bins);
        _counts.add_(bins);
        _size.lerp_(bins.to(float32), 1 - _decay);
        return bins;
    }

    /// <summary>Starts both statistics again: BEiT v2 does so before every epoch.</summary>
    public void ResetCounts()
    {
        _size.zero_();
        _counts.zero_();
    }

    /// <summary>Puts codes that got nothing since <see cref="ResetCounts"/> onto vectors of a batch. BEiT v2 has no such step.</summary>
    /// <param name="vectors">[n, c]</param>
    /// <param name="seed">of the choice of vectors</param>
    /// <returns>codes that were moved</returns>
    public int RestartDead(Tensor vectors, ulong seed)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var dead = _counts.eq(0).nonzero().squeeze(-1);                            // [dead]
        var moved = (int)Math.Min(dead.numel(), vectors.size(0));
        if (moved == 0) return 0;
        var order = new Draw(seed, 0, [0]).Permutation(Purpose.KMeans, (int)vectors.size(0));
        var rows = vectors.index_select(0, tensor(order[..moved]).to(vectors.device)).to(float32);
        _codes.index_copy_(0, dead.narrow(0, 0, moved), Comparable(rows));
        return moved;
    }

    // W = l2(decay W + (1 − decay) t); t = l2 of the mean of a code's vectors, or W itself where it got none. Without unit length: no l2.
    private void Update(Tensor z, Tensor ids)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var bins = CountUse(ids);                                                  // [K]
        if (_learnt) return;
        var sums = zeros(_codes.shape, device: z.device).index_add_(0, ids, z, 1);    // [K, c]
        AllReduce?.Invoke(sums);
        var means = _unit ? Comparable(sums) : sums / bins.clamp(min: 1).unsqueeze(-1);   // l2 of a sum is l2 of its mean
        var targets = where(bins.eq(0).unsqueeze(-1), _codes, means);
        _codes.copy_(Comparable(_codes * _decay + targets * (1 - _decay)));
    }
}
