using MimKit.Runtime;

namespace MimKit.Data;

/// <summary>How snow falls: the flakes' mean and spread, their size, the brightness from which one is seen, its trail, and what stays of the picture.</summary>
internal sealed record SnowStrength(double Mean, double Spread, double Size, double Least, double Trail, double TrailSpread, double Stays);

/// <summary>The families' arithmetic, as their authors' program has it; a picture's values are clamped at the end.</summary>
internal static class CorruptionSteps
{
    private const double MostExact = 60;                   // above it a Poisson count is drawn from the normal distribution that it is close to

    public static FloatPicture GaussianNoise(this FloatPicture p, double spread, SampleStream random) => p.Map((value, _) => value + spread * Normal(random));

    public static FloatPicture ShotNoise(this FloatPicture p, double photons, SampleStream random) => p.Map((value, _) => Poisson(value * photons, random) / photons);

    public static FloatPicture ImpulseNoise(this FloatPicture p, double share, SampleStream random) => p.Map((value, _) =>
    {
        var u = random.NextDouble();
        return u < share / 2 ? 0 : u < share ? 1 : value;
    });

    /// <summary>The mean of a disk, its rim softened.</summary>
    public static FloatPicture Defocus(this FloatPicture p, double radius, double rim)
    {
        var reach = (int)Math.Ceiling(radius) + 1;
        var places = Enumerable.Range(-reach, 2 * reach + 1).ToList();
        double Soft(double y, double x) => (from dy in new[] { -1, 0, 1 }
                                            from dx in new[] { -1, 0, 1 }
                                            where (y + dy) * (y + dy) + (x + dx) * (x + dx) <= radius * radius
                                            select Math.Exp(-(dy * dy + dx * dx) / (2 * rim * rim))).Sum();
        return p.Gather([.. from y in places from x in places let weight = Soft(y, x) where weight > 0 select ((double)y, (double)x, weight)]);
    }

    /// <summary>Neighbours change places, as behind uneven glass.</summary>
    public static FloatPicture Glass(this FloatPicture p, double sigma, int reach, int times, SampleStream random)
    {
        var soft = p.Gaussian(sigma);
        var values = (float[])soft.Values.Clone();
        for (var time = 0; time < times; time++)
            for (var y = p.Height - reach - 1; y >= reach; y--)
                for (var x = p.Width - reach - 1; x >= reach; x--)
                {
                    var other = (y + random.Below(2 * reach) - reach) * p.Width + x + random.Below(2 * reach) - reach;
                    for (var c = 0; c < p.Channels; c++)
                    {
                        var (here, there) = ((y * p.Width + x) * p.Channels + c, other * p.Channels + c);
                        (values[here], values[there]) = (values[there], values[here]);
                    }
                }
        return new FloatPicture(values, p.Height, p.Width, p.Channels).Gaussian(sigma);
    }

    /// <summary>A trail to one side.</summary>
    public static FloatPicture Motion(this FloatPicture p, double reach, double spread, double degrees)
    {
        var (sin, cos) = Math.SinCos(degrees * Math.PI / 180);
        return p.Gather([.. Enumerable.Range(0, 2 * (int)reach + 1).Select(i => (i * sin, i * cos, Math.Exp(-i * i / (2 * spread * spread)))).Where(one => one.Item3 > 1e-4)]);
    }

    /// <summary>The mean of the picture and of itself enlarged in steps of a hundredth.</summary>
    public static FloatPicture ZoomBlur(this FloatPicture p, double most)
    {
        var sum = p;
        var steps = (int)Math.Round((most - 1) / 0.01) + 1;
        for (var i = 0; i < steps; i++)
        {
            var zoomed = p.Zoomed(1 + 0.01 * i);
            sum = sum.Map((value, at) => value + zoomed.Values[at]);
        }
        return sum.Map((value, _) => value / (steps + 1));
    }

    public static FloatPicture Snow(this FloatPicture p, SnowStrength snow, double unit, SampleStream random)
    {
        var flakes = new FloatPicture([.. Enumerable.Range(0, p.Height * p.Width).Select(_ => (float)(snow.Mean + snow.Spread * Normal(random)))], p.Height, p.Width, 1)
            .Zoomed(snow.Size).Map((value, _) => value < snow.Least ? 0 : Math.Min(value, 1)).Motion(unit * snow.Trail, unit * snow.TrailSpread, -135 + 90 * random.NextDouble());
        var last = flakes.Values.Length - 1;
        return p.Map((value, i) =>
        {
            var pixel = i / p.Channels;
            return snow.Stays * value + (1 - snow.Stays) * Math.Max(value, Grey(p, pixel) * 1.5 + 0.5) + flakes.Values[pixel] + flakes.Values[last - pixel];      // and turned by half
        });
    }

    public static FloatPicture Fog(this FloatPicture p, double strength, double decay, SampleStream random)
    {
        var most = p.Values.Max();
        var fog = Plasma.Field(Math.Max(p.Height, p.Width), decay, random, out var side);
        return p.Map((value, i) => (value + strength * fog[i / p.Channels / p.Width * side + i / p.Channels % p.Width]) * most / (most + strength));
    }

    /// <summary>Ice on the lens: the picture fainter, under crystals that are drawn, bluish where there is colour. One field says where the ice is thick, ridges of two others are its feathers.</summary>
    public static FloatPicture Frost(this FloatPicture p, double stays, double strength, SampleStream random)
    {
        var least = Math.Max(p.Height, p.Width);
        var (thick, first, second) = (Plasma.Field(least, 2.5, random, out var side), Plasma.Field(least, 1.7, random, out _), Plasma.Field(least, 1.4, random, out _));
        double[] tint = p.Channels == 3 ? [0.86, 0.95, 1] : [1];
        return p.Map((value, i) =>
        {
            var at = i / p.Channels / p.Width * side + i / p.Channels % p.Width;
            var feathers = Math.Max(Ridge(first[at]), Ridge(second[at]));
            return stays * value + strength * (0.35 + 0.65 * feathers) * (0.4 + thick[at]) * tint[i % p.Channels];
        });

        static double Ridge(double height) => Math.Pow(1 - Math.Abs(2 * height - 1), 6);      // sharp where the field crosses its middle
    }

    /// <summary>The value of hue, saturation and value is raised; hue and saturation stay.</summary>
    public static FloatPicture Brighter(this FloatPicture p, double by) => p.Map((value, i) =>
    {
        var brightest = p.Values.AsSpan(i / p.Channels * p.Channels, p.Channels).ToArray().Max();
        return brightest > 0 ? value * Math.Min(1, brightest + by) / brightest : by;
    });

    public static FloatPicture Contrast(this FloatPicture p, double stays)
    {
        var means = Enumerable.Range(0, p.Channels).Select(c => p.Values.Where((_, i) => i % p.Channels == c).Average()).ToArray();
        return p.Map((value, i) => (value - means[i % p.Channels]) * stays + means[i % p.Channels]);
    }

    /// <summary>A random affine map, then every pixel from somewhere near.</summary>
    public static FloatPicture Elastic(this FloatPicture p, double strength, double smoothness, double shift, SampleStream random)
    {
        double Either() => (2 * random.NextDouble() - 1) * shift;
        var third = Math.Min(p.Height, p.Width) / 3.0;
        var (cy, cx) = (p.Height / 2.0, p.Width / 2.0);
        // three corners of a square move: what is between them follows
        var (ay, ax, by, bx, dy, dx) = (Either(), Either(), Either(), Either(), Either(), Either());
        FloatPicture Field() => new FloatPicture([.. Enumerable.Range(0, p.Height * p.Width).Select(_ => (float)((2 * random.NextDouble() - 1) * strength))], p.Height, p.Width, 1).Gaussian(smoothness);
        var (down, across) = (Field(), Field());
        return p.Warp((y, x) =>
        {
            var (u, v) = ((x - cx + third) / (2 * third), (y - cy + third) / (2 * third));
            return (y - ay - (by - ay) * u - (dy - ay) * v + down.Values[y * p.Width + x], x - ax - (bx - ax) * u - (dx - ax) * v + across.Values[y * p.Width + x]);
        });
    }

    private static double Grey(FloatPicture p, int pixel) => p.Channels == 1 ? p.Values[pixel]
        : 0.299 * p.Values[pixel * 3] + 0.587 * p.Values[pixel * 3 + 1] + 0.114 * p.Values[pixel * 3 + 2];

    internal static double Normal(SampleStream random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static double Poisson(double mean, SampleStream random)
    {
        if (mean > MostExact) return Math.Max(0, Math.Round(mean + Math.Sqrt(mean) * Normal(random)));
        var (count, left) = (-1, Math.Exp(mean));
        do
        {
            count++;
            left *= random.NextDouble();
        }
        while (left > 1);
        return count;
    }
}
