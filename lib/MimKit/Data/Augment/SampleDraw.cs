using MimKit.Runtime;

namespace MimKit.Data;

/// <summary>
/// The random numbers of one sample, a function of (seed, epoch, index) and of the order in which they are asked for: the same on any
/// thread, in any batch. Crop and flip have numbers of their own, equal to those of <see cref="CropFlip"/>.
/// </summary>
/// <param name="view">number of the view, where a sample has several with crops of their own</param>
public sealed class SampleDraw(ulong seed, int epoch, long index, int view = 0)
{
    private const int Block = 32;
    private readonly Draw _draw = new(seed, epoch, [index]);
    private float[] _block = [];
    private int _next, _blocks;

    /// <summary>The same sample's numbers for another view.</summary>
    public SampleDraw View(int number) => new(seed, epoch, index, number);

    /// <summary>The numbers of a crop's box.</summary>
    public float[] Crop() => _draw.Uniform(Purpose.Crop, CropBox.Uniforms, view);

    /// <summary>Mirror or not.</summary>
    public bool Flip() => _draw.Uniform(Purpose.Flip, 1, view)[0] < 0.5f;

    /// <summary>The next number in [0, 1).</summary>
    public double Uniform()
    {
        if (_next == _block.Length) (_block, _next) = (_draw.Uniform(Purpose.Augment, Block, checked(view * 1000 + _blocks++)), 0);
        return _block[_next++];
    }

    public double Uniform(double from, double to) => from + (to - from) * Uniform();

    public bool Chance(double probability) => Uniform() < probability;

    /// <summary>A whole number in [0, bound).</summary>
    public int Below(int bound) => Math.Min(bound - 1, (int)(Uniform() * bound));

    /// <summary>A number of the normal distribution (Box and Muller).</summary>
    public double Normal(double mean = 0, double deviation = 1) =>
        mean + deviation * Math.Sqrt(-2 * Math.Log(1 - Uniform())) * Math.Cos(2 * Math.PI * Uniform());
}
