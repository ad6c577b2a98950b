using MimKit.Data;
using MimKit.Models;

namespace MimKit.Evaluation;

/// <summary>Which columns of a <see cref="FrozenInput"/> a head reads.</summary>
/// <param name="Name">"block 3"; "4 blocks: class, mean".</param>
/// <param name="Columns">Ranges of columns, side by side.</param>
public sealed record HeadInput(string Name, params IReadOnlyList<(int From, int Width)> Columns)
{
    /// <summary>Numbers the head reads.</summary>
    public int Width => Columns.Sum(columns => columns.Width);

    /// <summary>[B, F] to [B, Width].</summary>
    public Tensor Of(Tensor features) => Columns.Count == 1 ? features.narrow(1, Columns[0].From, Columns[0].Width)
        : cat([.. Columns.Select(columns => features.narrow(1, columns.From, columns.Width))], 1);
}

/// <summary>
/// What linear heads read of an image, one row of F numbers: class token and mean patch of every block before any norm, and of the last blocks after the final norm.
/// A paper's probe reads some of the columns. F = 2 D (blocks + last blocks).
/// </summary>
/// <param name="Name">A row of the table: "raw pixels", "MAE".</param>
/// <param name="IsControl">Whether it is something to beat.</param>
/// <param name="Of">Images [B, C, H, W] float32, normalised, to [B, F] float32, without gradients.</param>
/// <param name="Final">What MAE's probe reads: the class token after the final norm.</param>
/// <param name="PerBlock">What BEiT's probe reads, a head each: class token and mean patch of every block.</param>
/// <param name="Grid">What a grid of heads reads (DINOv2): class tokens of the last one or four blocks after the final norm, without and with the last mean patch.</param>
public sealed record FrozenInput(string Name, bool IsControl, Func<Tensor, Tensor> Of, HeadInput Final, IReadOnlyList<HeadInput> PerBlock, IReadOnlyList<HeadInput> Grid)
{
    private const int LastBlocks = 4;

    /// <summary>An encoder's tokens.</summary>
    public static FrozenInput Tokens(string name, IEncoder encoder, bool isControl = false)
    {
        var (blocks, width) = (encoder.Config.Blocks, encoder.Config.Width);
        var last = Math.Min(LastBlocks, blocks);
        (int, int) Raw(int block, Pooling pooling) => ((2 * block + (pooling == Pooling.ClassToken ? 0 : 1)) * width, width);
        (int, int) Normed(int fromEnd, Pooling pooling) => Raw(blocks + last - 1 - fromEnd, pooling);
        var tokens = Enumerable.Range(0, last).Select(fromEnd => Normed(fromEnd, Pooling.ClassToken)).ToList();
        var mean = Normed(0, Pooling.MeanPatches);
        List<HeadInput> grid = [new("1 block: class", tokens[0]), new("1 block: class, mean", tokens[0], mean)];
        if (last > 1) grid.AddRange([new($"{last} blocks: class", [.. tokens]), new($"{last} blocks: class, mean", [.. tokens, mean])]);
        return new(name, isControl, images => Pooled(encoder, images, last), new("class token", tokens[0]),
            [.. Enumerable.Range(0, blocks).Select(block => new HeadInput($"block {block + 1}", Raw(block, Pooling.ClassToken), Raw(block, Pooling.MeanPatches)))], grid);
    }

    /// <summary>The control without an encoder: the image's own values.</summary>
    public static FrozenInput Pixels(ImageFormat image)
    {
        var all = new HeadInput("pixels", (0, image.Channels * image.Height * image.Width));
        return new("raw pixels", true, images => images.flatten(1), all, [all], [all]);
    }

    private static Tensor Pooled(IEncoder encoder, Tensor images, int last)
    {
        using var off = no_grad();
        var outputs = encoder.BlockOutputs(images, encoder.Config.Blocks);
        return cat([.. outputs.Concat(outputs.TakeLast(last).Select(encoder.Normalise)).SelectMany(tokens => new[] { Representation.Pool(tokens, Pooling.ClassToken), Representation.Pool(tokens, Pooling.MeanPatches) })], 1);
    }
}
