namespace MimKit.Models;

/// <summary>The shape of a vision transformer. Sizes small, base and large: METHODS 3.3.</summary>
public sealed record VitConfig
{
    public required int Width { get; init; }
    public required int Blocks { get; init; }
    public required int Heads { get; init; }
    public int PatchSize { get; init; } = 16;
    public int ImageSize { get; init; } = 224;
    public int Channels { get; init; } = 3;

    /// <summary>Hidden width of the MLP over <see cref="Width"/>.</summary>
    public double MlpRatio { get; init; } = 4;

    /// <summary>ViT-XS/16 at 224 pixels: ours, a step below ViT-Tiny for small machines.</summary>
    public static VitConfig ExtraSmall16 { get; } = new() { Width = 128, Blocks = 12, Heads = 2 };

    /// <summary>ViT-Tiny/16 at 224 pixels (DeiT's).</summary>
    public static VitConfig Tiny16 { get; } = new() { Width = 192, Blocks = 12, Heads = 3 };

    /// <summary>ViT-S/16 at 224 pixels.</summary>
    public static VitConfig Small16 { get; } = new() { Width = 384, Blocks = 12, Heads = 6 };

    /// <summary>ViT-B/16 at 224 pixels.</summary>
    public static VitConfig Base16 { get; } = new() { Width = 768, Blocks = 12, Heads = 12 };

    /// <summary>ViT-L/16 at 224 pixels.</summary>
    public static VitConfig Large16 { get; } = new() { Width = 1024, Blocks = 24, Heads = 16 };

    /// <summary>For 28×28 grey images, a 7×7 grid (METHODS 5.3): ours, no paper has one.</summary>
    public static VitConfig Mini28 { get; } = new() { Width = 192, Blocks = 6, Heads = 6, PatchSize = 4, ImageSize = 28, Channels = 1 };

    /// <summary>How this model cuts its images.</summary>
    public PatchGrid Grid() => new(ImageSize / PatchSize, ImageSize / PatchSize, PatchSize, Channels);

    /// <summary>Says at once what could not work.</summary>
    /// <exception cref="ArgumentException">The numbers do not fit together; the message names them.</exception>
    public void Check()
    {
        if (Width < 1 || Blocks < 1 || Heads < 1 || PatchSize < 1 || Channels < 1 || MlpRatio * Width < 1)
            throw new ArgumentException($"Every size is at least 1, found {this}.");
        if (ImageSize < PatchSize || ImageSize % PatchSize != 0)
            throw new ArgumentException($"The image is {ImageSize}×{ImageSize}; patch size {PatchSize} does not divide it. Resize to {Math.Max(1, ImageSize / PatchSize) * PatchSize} or set PatchSize.");
        CheckWidth(Width, Heads);
    }

    /// <summary>Width must split into heads, and into the four parts of the 2-d sine-cosine positions.</summary>
    internal static void CheckWidth(int width, int heads)
    {
        if (width % heads != 0) throw new ArgumentException($"Width {width} does not split into {heads} heads. Take a multiple of {heads}, for example {(width / heads + 1) * heads}.");
        if (width % 4 != 0) throw new ArgumentException($"Width {width} is no multiple of 4, which the 2-d sine-cosine positions need.");
    }
}

/// <summary>The shape of MAE's decoder; its MLP ratio is the encoder's. METHODS 3.3.</summary>
public sealed record DecoderConfig(int Width, int Blocks, int Heads)
{
    /// <summary>Beside ViT-S.</summary>
    public static DecoderConfig Small { get; } = new(256, 8, 8);

    /// <summary>Beside ViT-B and ViT-L.</summary>
    public static DecoderConfig Base { get; } = new(512, 8, 16);

    /// <summary>Beside <see cref="VitConfig.Mini28"/>.</summary>
    public static DecoderConfig Mini28 { get; } = new(128, 2, 4);
}
