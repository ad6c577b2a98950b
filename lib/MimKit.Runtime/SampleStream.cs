namespace MimKit.Runtime;

/// <summary>As many random numbers of one sample as an algorithm turns out to need, from <see cref="Draw.Stream"/>.</summary>
public sealed class SampleStream
{
    const int Block = 64;
    readonly ulong _key;
    readonly PhiloxCounter _start;
    readonly uint[] _words = new uint[Block];
    uint _filled;
    int _used = Block;

    internal SampleStream(ulong key, PhiloxCounter start) => (_key, _start) = (key, start);

    /// <summary>Uniform in [0, 1), a multiple of 2^-32.</summary>
    public double NextDouble() => Next() * (1.0 / (1L << 32));

    /// <summary>Uniform on 0 .. count − 1; the bias is below count / 2^32.</summary>
    public int Below(int count) => (int)((ulong)Next() * (uint)count >> 32);

    uint Next()
    {
        if (_used == Block)
        {
            for (var i = 0; i < Block / Philox.Words; i++, _filled++)
            {
                var words = Philox.Block(_start with { X0 = _filled }, _key);
                (_words[4 * i], _words[4 * i + 1], _words[4 * i + 2], _words[4 * i + 3]) = (words.X0, words.X1, words.X2, words.X3);
            }
            _used = 0;
        }
        return _words[_used++];
    }
}
