using MimKit.Models;
using MimKit.Runtime;

namespace MimKit;

/// <summary>SimMIM's masking: square units of several patches, hidden at random; ⌈units · Ratio⌉ of them in every image.</summary>
/// <param name="Ratio">share of the units that is hidden</param>
/// <param name="Unit">side of a unit in patches: 2 for 32-pixel units of 16-pixel patches</param>
public sealed record UnitMasking(double Ratio = 0.6, int Unit = 2) : Masking
{
    public override Mask Draw(PatchGrid grid, Draw draw, Func<torch.Tensor>? saliency = null)
    {
        if (Unit < 1 || grid.Rows % Unit != 0 || grid.Columns % Unit != 0)
            throw new ArgumentException($"Units of {Unit}×{Unit} patches do not tile {grid}. Take a Unit that divides {grid.Rows} and {grid.Columns}.");
        var (rows, columns) = (grid.Rows / Unit, grid.Columns / Unit);
        var hidden = (int)Math.Ceiling(rows * columns * Ratio);
        Check(hidden * Unit * Unit, grid, $"A ratio of {Ratio} of units");
        var order = draw.Permutation(Purpose.Mask, rows * columns);                // [B · units]: the first `hidden` of each image
        var mask = new bool[draw.Count * grid.Count];
        for (var b = 0; b < draw.Count; b++)
            foreach (var unit in order.AsSpan(b * rows * columns, hidden))
                for (var y = 0; y < Unit; y++)
                    mask.AsSpan(b * grid.Count + ((int)unit / columns * Unit + y) * grid.Columns + (int)unit % columns * Unit, Unit).Fill(true);
        return Mask.FromHidden(mask, grid.Count);
    }
}

/// <summary>MAE's grid-wise masking: one patch of every Step × Step stays visible, the same in every image.</summary>
/// <param name="Step">2 keeps a quarter</param>
public sealed record GridMasking(int Step = 2) : Masking
{
    public override Mask Draw(PatchGrid grid, Draw draw, Func<torch.Tensor>? saliency = null)
    {
        if (Step < 2) throw new ArgumentException($"Grid masking with Step = {Step} hides nothing; take 2 or more.");
        var hidden = Enumerable.Range(0, grid.Count).Select(patch => patch / grid.Columns % Step != 0 || patch % grid.Columns % Step != 0).ToArray();
        return new GivenMasking(hidden).Draw(grid, draw);
    }
}

/// <summary>
/// Hides what the student's class token looks at: patches are drawn without replacement with weights attention^(1 / Temperature), an exact number in
/// every image. The attention is that of the encoder's last block on the whole image, mean of its heads.
/// </summary>
/// <param name="Ratio">share of the patches that is hidden</param>
/// <param name="Temperature">towards 0: the most attended patches always; large: at random</param>
public sealed record AttentionMasking(double Ratio = 0.75, double Temperature = 1) : Masking
{
    public override Mask Draw(PatchGrid grid, Draw draw, Func<torch.Tensor>? saliency = null)
    {
        if (saliency is null) throw new ArgumentException("Attention-guided masking needs the student's attention; it works inside a method.");
        if (!(Temperature > 0)) throw new ArgumentException($"Temperature is {Temperature}; it is above 0.");
        var visible = new RandomMasking(Ratio).Visible(grid);
        var (attention, noise) = (saliency().ToArray<float>(), draw.Uniform(Purpose.Mask, grid.Count));
        for (var b = 0; b < draw.Count; b++)
        {
            var mean = attention.AsSpan(b * grid.Count, grid.Count).ToArray().Average();
            for (var i = b * grid.Count; i < (b + 1) * grid.Count; i++)            // Efraimidis and Spirakis 2006: the largest u^(1/w) are drawn
                noise[i] = (float)Math.Pow(noise[i], 1 / Math.Pow(Math.Max(attention[i] / mean, 1e-6), 1 / Temperature));
        }
        return Mask.FromNoise(noise, grid.Count, visible);
    }
}
