namespace MimKit.Metrics;

/// <summary>
/// How often each token stands at each position of the images of each class: exact int64 counts, so the order of images
/// does not matter and shards or ranks are merged by adding.
/// </summary>
public sealed class TokenCounts
{
    private readonly long[] _counts;   // [positions, tokens, classes]

    /// <param name="positions">Patches an image.</param>
    /// <param name="tokens">Codebook size.</param>
    /// <param name="classes">Classes of the data set, with or without images here.</param>
    public TokenCounts(int positions, int tokens, int classes)
    {
        if (positions < 1 || tokens < 1 || classes < 1)
            throw new ArgumentException($"Counts need at least one position, token and class; asked for {positions}, {tokens}, {classes}.");
        (Positions, Tokens, Classes) = (positions, tokens, classes);
        _counts = new long[checked((long)positions * tokens * classes)];
    }

    public int Positions { get; }
    public int Tokens { get; }
    public int Classes { get; }
    /// <summary>Images counted.</summary>
    public long Images { get; private set; }
    /// <summary>Patches counted: images times positions.</summary>
    public long Patches => Images * Positions;

    /// <summary>Counts of one position and token, by class: a span of [classes].</summary>
    public ReadOnlySpan<long> this[int position, int token] => _counts.AsSpan((position * Tokens + token) * Classes, Classes);

    /// <summary>Adds images.</summary>
    /// <param name="ids">[images, positions] token ids, row-major.</param>
    /// <param name="labels">[images] classes.</param>
    /// <exception cref="ArgumentException">Lengths that do not fit, an id or a label out of range; nothing is counted then.</exception>
    public void Add(ReadOnlySpan<long> ids, ReadOnlySpan<int> labels)
    {
        if (ids.Length != (long)labels.Length * Positions)
            throw new ArgumentException($"{labels.Length:N0} labels at {Positions} positions need {(long)labels.Length * Positions:N0} ids, found {ids.Length:N0}.");
        var id = ids.IndexOfAnyExceptInRange(0, Tokens - 1);
        if (id >= 0) throw new ArgumentException($"Id {ids[id]} of image {id / Positions}, position {id % Positions}, is outside a codebook of {Tokens}.");
        var label = labels.IndexOfAnyExceptInRange(0, Classes - 1);
        if (label >= 0) throw new ArgumentException($"Label {labels[label]} of image {label} is outside {Classes} classes.");

        for (var i = 0; i < ids.Length; i++)
            _counts[(i % Positions * Tokens + ids[i]) * Classes + labels[i / Positions]]++;
        Images += labels.Length;
    }

    /// <summary>Adds another shard's counts.</summary>
    /// <exception cref="ArgumentException">The other has different positions, tokens or classes.</exception>
    public void Merge(TokenCounts other)
    {
        if ((other.Positions, other.Tokens, other.Classes) != (Positions, Tokens, Classes))
            throw new ArgumentException($"Counts of [{other.Positions}, {other.Tokens}, {other.Classes}] cannot be added to [{Positions}, {Tokens}, {Classes}].");
        for (var i = 0; i < _counts.Length; i++) _counts[i] += other._counts[i];
        Images += other.Images;
    }

    /// <summary>R: [tokens, classes], all positions together.</summary>
    public long[,] Pooled()
    {
        var r = new long[Tokens, Classes];
        for (var position = 0; position < Positions; position++) AddTo(r, position);
        return r;
    }

    /// <summary>R of one position: [tokens, classes].</summary>
    public long[,] At(int position)
    {
        var r = new long[Tokens, Classes];
        AddTo(r, position);
        return r;
    }

    private void AddTo(long[,] r, int position)
    {
        for (var token = 0; token < Tokens; token++)
            for (var c = 0; c < Classes; c++) r[token, c] += this[position, token][c];
    }
}
