using MimKit.Runtime;

namespace MimKit.Data;

/// <summary>Clouds: the diamond-square fractal on a torus (Fournier, Fussell and Carpenter 1982), from 0 to 1.</summary>
internal static class Plasma
{
    /// <param name="least">The field's side is the next power of two.</param>
    /// <param name="decay">By how much detail is fainter at half the size.</param>
    /// <returns>[side, side]</returns>
    public static float[] Field(int least, double decay, SampleStream random, out int side)
    {
        side = 1;
        while (side < least) side *= 2;
        var (field, n, spread) = (new double[side * side], side, 100.0);
        double At(int y, int x) => field[(y & n - 1) * n + (x & n - 1)];
        double Near(double sum) => sum / 4 + (2 * random.NextDouble() - 1) * spread;
        for (var step = side; step >= 2; step /= 2, spread /= decay)
        {
            var half = step / 2;
            for (var y = 0; y < side; y += step)
                for (var x = 0; x < side; x += step) field[(y + half) * side + x + half] = Near(At(y, x) + At(y + step, x) + At(y, x + step) + At(y + step, x + step));
            for (var y = 0; y < side; y += half)
                for (var x = (y / half + 1) % 2 * half; x < side; x += step) field[y * side + x] = Near(At(y - half, x) + At(y + half, x) + At(y, x - half) + At(y, x + half));
        }
        var (lowest, highest) = (field.Min(), field.Max());
        return [.. field.Select(value => (float)((value - lowest) / Math.Max(highest - lowest, 1e-9)))];
    }
}
