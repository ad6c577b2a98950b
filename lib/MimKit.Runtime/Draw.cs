using System.Buffers;

namespace MimKit.Runtime;

/// <summary>What a random number is for. Two purposes never share a number; the values are part of a run's reproducibility: append only.</summary>
public enum Purpose : ushort
{
    /// <summary>The order in which an epoch visits the samples.</summary>
    Order = 1,
    /// <summary>Which patches are hidden.</summary>
    Mask = 2,
    /// <summary>Position, scale and aspect of a crop.</summary>
    Crop = 3,
    /// <summary>Mirror or not.</summary>
    Flip = 4,
    /// <summary>Starting weights.</summary>
    Initialise = 5,
    /// <summary>k-means seeding and re-seeding.</summary>
    KMeans = 6,
    /// <summary>Granularity and halves of token morphing.</summary>
    Morph = 7,
    /// <summary>Stochastic depth.</summary>
    DropPath = 8,
    /// <summary>Additive or mixing noise of a view or a target.</summary>
    Noise = 9,
    /// <summary>Division of a data set into splits or subsets.</summary>
    Split = 10,
    /// <summary>Resampling for an interval.</summary>
    Bootstrap = 11,
    /// <summary>What a made-up scene is composed of.</summary>
    Scene = 12,
    /// <summary>Colours, blur, erasing: what augmentation does to a view besides crop and flip.</summary>
    Augment = 13,
    /// <summary>Noise and places of a corruption.</summary>
    Corrupt = 14,
    /// <summary>Which images are mixed, how and where.</summary>
    Mix = 15,
    /// <summary>Which channels of a head are dropped.</summary>
    Dropout = 16,
    /// <summary>Where an attack starts, and what it tries.</summary>
    Attack = 17,
    /// <summary>Which patches of an image are taken away or moved.</summary>
    Occlude = 18,
    /// <summary>How coarsely a step's tokens are morphed.</summary>
    Granularity = 20,
}

/// <summary>
/// The random numbers of one batch, as a pure function of (seed, purpose, epoch, sample index, draw). No state: a sample has
/// the same numbers whatever batch, worker, rank or restart it is met in.
/// </summary>
/// <param name="Seed">The run's seed.</param>
/// <param name="Epoch">Epoch, from 0.</param>
/// <param name="Indices">Index of every sample of the batch in its data set, each in [0, 2^32).</param>
public sealed record Draw(ulong Seed, int Epoch, long[] Indices)
{
    /// <summary>Number of the optimizer step, for what a whole step shares (<see cref="OfStep"/>).</summary>
    public long Step { get; init; }

    /// <summary>Samples in the batch.</summary>
    public int Count => Indices.Length;

    /// <summary>Uniform numbers in [0, 1).</summary>
    /// <param name="purpose">What they are for.</param>
    /// <param name="perSample">How many each sample gets.</param>
    /// <param name="draw">Number of the draw where one step needs several of the same purpose, in [0, 65535].</param>
    /// <returns>[B * perSample], sample after sample.</returns>
    public float[] Uniform(Purpose purpose, int perSample, int draw = 0)
    {
        var values = new float[Count * perSample];
        Span<uint> words = perSample <= 1024 ? stackalloc uint[perSample] : new uint[perSample];
        for (var b = 0; b < Count; b++)
        {
            Philox.Fill(words, Seed, Counter(purpose, Epoch, Indices[b], draw));
            var row = values.AsSpan(b * perSample, perSample);
            for (var i = 0; i < row.Length; i++) row[i] = Philox.ToUniform(words[i]);
        }
        return values;
    }

    /// <summary>One uniform permutation of 0 .. count-1 for each sample.</summary>
    /// <param name="purpose">What they are for.</param>
    /// <param name="count">Length of a permutation.</param>
    /// <param name="draw">As in <see cref="Uniform"/>.</param>
    /// <returns>[B * count], sample after sample.</returns>
    public long[] Permutation(Purpose purpose, int count, int draw = 0)
    {
        var values = new long[Count * count];
        for (var b = 0; b < Count; b++)
            Shuffle(values.AsSpan(b * count, count), Seed, Counter(purpose, Epoch, Indices[b], draw));
        return values;
    }

    /// <summary>A stream of numbers for one sample of the batch, where an algorithm cannot say how many it will need.</summary>
    /// <param name="purpose">What they are for.</param>
    /// <param name="sample">Place in the batch.</param>
    /// <param name="draw">As in <see cref="Uniform"/>.</param>
    public SampleStream Stream(Purpose purpose, int sample, int draw = 0) => new(Seed, Counter(purpose, Epoch, Indices[sample], draw));

    /// <summary>A stream of numbers that a whole step shares, whatever samples are in it: the same on every rank.</summary>
    /// <param name="purpose">What they are for; a purpose serves samples or steps, never both.</param>
    /// <param name="draw">As in <see cref="Uniform"/>.</param>
    public SampleStream OfStep(Purpose purpose, int draw = 0) => new(Seed, Counter(purpose, Epoch, Step, draw));

    /// <summary>The order in which <paramref name="epoch"/> visits <paramref name="count"/> samples: [count], from (seed, epoch) alone.</summary>
    public static long[] Order(ulong seed, int epoch, int count) => new Draw(seed, epoch, [0]).Permutation(Purpose.Order, count);

    static PhiloxCounter Counter(Purpose purpose, int epoch, long index, int draw)
    {
        if ((ulong)index > uint.MaxValue)
            throw new ArgumentOutOfRangeException(nameof(index), $"Sample index {index} does not fit: a draw numbers samples from 0 to {uint.MaxValue}.");
        if ((uint)draw > ushort.MaxValue)
            throw new ArgumentOutOfRangeException(nameof(draw), $"Draw {draw} does not fit: a step has draws 0 to {ushort.MaxValue} of a purpose.");
        return new(0, (uint)index, (uint)epoch, (uint)purpose << 16 | (uint)draw);
    }

    /// <summary>Fisher-Yates from the identity; 64 random bits a swap, so that the bias is below count / 2^64.</summary>
    static void Shuffle(Span<long> values, ulong key, PhiloxCounter stream)
    {
        var rented = ArrayPool<uint>.Shared.Rent(2 * values.Length);
        var words = rented.AsSpan(0, 2 * values.Length);
        Philox.Fill(words, key, stream);
        for (var i = 0; i < values.Length; i++) values[i] = i;
        for (var i = values.Length - 1; i > 0; i--)
        {
            var word = (ulong)words[2 * i] << 32 | words[2 * i + 1];
            var j = (int)Math.BigMul(word, (ulong)i + 1, out _);             // high half: uniform on 0 .. i
            (values[i], values[j]) = (values[j], values[i]);
        }
        ArrayPool<uint>.Shared.Return(rented);
    }
}
