namespace MimKit.Models;

/// <summary>How an image is cut: Rows × Columns patches of PatchSize × PatchSize pixels, numbered row by row.</summary>
public readonly record struct PatchGrid(int Rows, int Columns, int PatchSize, int Channels)
{
    /// <summary>Patches of an image, N.</summary>
    public int Count => Rows * Columns;

    /// <summary>Numbers of a patch: PatchSize² · Channels.</summary>
    public int PatchValues => PatchSize * PatchSize * Channels;

    /// <summary>Cuts images into patches whose values come in the order (row, column, channel), as MAE's <c>patchify</c>.</summary>
    /// <param name="images">[B, C, H, W]</param>
    /// <returns>[B, N, PatchValues], images' dtype</returns>
    /// <exception cref="ArgumentException">The images have another size.</exception>
    public Tensor Cut(Tensor images)
    {
        long p = PatchSize;
        var s = images.shape;
        if (s.Length != 4 || s[1] != Channels || s[2] != Rows * p || s[3] != Columns * p)
            throw new ArgumentException($"Images are [{string.Join(", ", s)}]; {this} needs [B, {Channels}, {Rows * p}, {Columns * p}]. Resize them, or set ImageSize, PatchSize and Channels of the model.");
        return images.reshape(s[0], Channels, Rows, p, Columns, p)
            .permute(0, 2, 4, 3, 5, 1)                                             // [B, Rows, Columns, p, p, C]
            .reshape(s[0], Count, PatchValues);
    }

    /// <summary>Puts patches together again: the inverse of <see cref="Cut"/>.</summary>
    /// <param name="patches">[B, N, PatchValues]</param>
    /// <returns>[B, C, H, W]</returns>
    public Tensor Join(Tensor patches)
    {
        long B = patches.size(0), p = PatchSize;
        return patches.reshape(B, Rows, Columns, p, p, Channels)
            .permute(0, 5, 1, 3, 2, 4)                                             // [B, C, Rows, p, Columns, p]
            .reshape(B, Channels, Rows * p, Columns * p);
    }

    public override string ToString() => $"a grid of {Rows}x{Columns} patches of {PatchSize}x{PatchSize}x{Channels}";
}
