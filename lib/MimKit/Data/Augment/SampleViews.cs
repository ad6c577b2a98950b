using System.Buffers;

namespace MimKit.Data;

/// <summary>An encoded image on its way into a batch.</summary>
/// <param name="Bytes">the file's bytes</param>
/// <param name="Name">of the file, for messages</param>
/// <param name="Channels">1 or 3: what is wanted</param>
public sealed record EncodedImage(byte[] Bytes, string Name, int Channels)
{
    /// <summary>All pixels.</summary>
    public Picture Whole() => ImageDecoder.Decode(Bytes, Name, Channels);

    public (int Width, int Height) Size
    {
        get
        {
            var header = ImageDecoder.ReadHeader(Bytes, Name);
            return (header.Width, header.Height);
        }
    }

    /// <summary>A box at another size: only the box is decoded, and smaller by 2, 4 or 8 where it stays at least as large as the result.</summary>
    public Picture Crop(CropBox box, int height, int width, Resampling resampling)
    {
        var pixels = new byte[height * width * Channels];
        CropTo(pixels, box, height, width, resampling);
        return new(pixels, height, width, Channels);
    }

    /// <summary>The same into memory that is there: [height, width, Channels].</summary>
    internal void CropTo(Span<byte> target, CropBox box, int height, int width, Resampling resampling)
    {
        using var part = ImageDecoder.DecodePart(Bytes, Name, Channels, (box.X, box.Y, box.Width, box.Height), (width, height));
        // read as if it had been cut out first, so that nothing beside the box is seen: as crop-then-resize does it
        var (left, top, right, bottom) = ((int)part.Box.Left, (int)part.Box.Top, (int)Math.Ceiling(part.Box.Right), (int)Math.Ceiling(part.Box.Bottom));
        var stride = part.Width * part.Channels;
        PictureResize.ResizeTo(target, part.Pixels[(top * stride + left * part.Channels)..], bottom - top, right - left, stride, part.Channels, (part.Box.Left - left, part.Box.Top - top, part.Box.Right - left, part.Box.Bottom - top), height, width, resampling);
    }
}

/// <summary>What a loader makes of every image file: one or several pictures of fixed sizes.</summary>
public abstract record SampleViews
{
    /// <summary>The sides of the square pictures, view by view.</summary>
    public abstract IReadOnlyList<int> Sides { get; }

    /// <summary>The pictures of one sample.</summary>
    public abstract IReadOnlyList<Picture> Make(EncodedImage image, SampleDraw draw);

    /// <summary>The normalised planes of one sample's only view at once, where no picture is needed in between: nothing is allocated that the garbage collector would stop all threads for.</summary>
    /// <returns>false: it takes <see cref="Make"/></returns>
    internal virtual bool TryPlanes(EncodedImage image, SampleDraw draw, Normalisation normalisation, Span<float> planes) => false;

    /// <summary>Touches the normalised planes of a view, where the recipe does.</summary>
    public virtual void Finish(Span<float> planes, int channels, int side, SampleDraw draw) { }
}

/// <summary>Training's view: random resized crop, mirror, then colours (torchvision's and timm's order).</summary>
/// <param name="Side">pixels of the square result</param>
/// <param name="MinScale">smallest share of the area; pre-training 0.2, fine-tuning 0.08</param>
public sealed record TrainViews(int Side, double MinScale = 0.2) : SampleViews
{
    public bool Flip { get; init; } = true;
    public Resampling Resampling { get; init; } = Resampling.Bicubic;
    public ColourJitter? Jitter { get; init; }
    public RandAugment? Augment { get; init; }
    public RandomErasing? Erasing { get; init; }

    /// <summary>METHODS 2.5: crops of 8 % and more, RandAugment, erasing a quarter of the images.</summary>
    public static TrainViews FineTuning(int side) => new(side, 0.08) { Augment = new(), Erasing = new() };

    public override IReadOnlyList<int> Sides => [Side];

    public override IReadOnlyList<Picture> Make(EncodedImage image, SampleDraw draw)
    {
        var (width, height) = image.Size;
        var picture = image.Crop(CropBox.Random(width, height, MinScale, 1, draw.Crop()), Side, Side, Resampling);
        if (Flip && draw.Flip()) picture = picture.Mirror();
        if (Jitter is not null) picture = Jitter.Apply(picture, draw);
        return [Augment is null ? picture : Augment.Apply(picture, draw)];
    }

    internal override bool TryPlanes(EncodedImage image, SampleDraw draw, Normalisation normalisation, Span<float> planes)
    {
        if (Jitter is not null || Augment is not null) return false;
        var (width, height) = image.Size;
        var pixels = ArrayPool<byte>.Shared.Rent(Side * Side * image.Channels);
        try
        {
            image.CropTo(pixels, CropBox.Random(width, height, MinScale, 1, draw.Crop()), Side, Side, Resampling);
            normalisation.ToPlanes(pixels.AsSpan(0, Side * Side * image.Channels), Side, Side, image.Channels, Flip && draw.Flip(), planes);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(pixels);
        }
        return true;
    }

    public override void Finish(Span<float> planes, int channels, int side, SampleDraw draw) => Erasing?.Apply(planes, channels, side, side, draw);
}

/// <summary>Evaluation's view: the shorter side resized, the centre cut out; nothing is drawn.</summary>
/// <param name="Side">pixels of the square result; the shorter side becomes 256 / 224 of it, from 384 on all of it (METHODS 2.5)</param>
public sealed record EvaluationViews(int Side) : SampleViews
{
    public override IReadOnlyList<int> Sides => [Side];
    public override IReadOnlyList<Picture> Make(EncodedImage image, SampleDraw draw) => [image.Whole().CentreCrop(Side >= 384 ? Side : Side * 256 / 224, Side)];
}

/// <summary>BEiT v2's two views (METHODS 2.4): colours of the whole image, one mirror, one crop, and that crop at two sizes for student and tokenizer.</summary>
public sealed record TwoViews(int Side = 224, int TargetSide = 224) : SampleViews
{
    public double MinScale { get; init; } = 0.2;
    public ColourJitter Jitter { get; init; } = new(0.4, 0.4, 0.4);

    /// <summary>Of the tokenizer's view: bicubic as trained; the code's default is Lanczos.</summary>
    public Resampling TargetResampling { get; init; } = Resampling.Bicubic;

    public override IReadOnlyList<int> Sides => [Side, TargetSide];

    public override IReadOnlyList<Picture> Make(EncodedImage image, SampleDraw draw)
    {
        var whole = Jitter.Apply(image.Whole(), draw);
        if (draw.Flip()) whole = whole.Mirror();
        var crop = whole.Crop(CropBox.Random(whole.Width, whole.Height, MinScale, 1, draw.Crop()));
        return [crop.Resize(Side, Side), crop.Resize(TargetSide, TargetSide, TargetResampling)];
    }
}

/// <summary>DINO's crops (METHODS 5.2): two large ones and some small ones, each with a crop, a mirror and colours of its own.</summary>
public sealed record MultiCropViews(int GlobalSide = 224, int LocalSide = 96, int LocalCrops = 8) : SampleViews
{
    public double GlobalScaleFrom { get; init; } = 0.4;
    public double LocalScaleFrom { get; init; } = 0.05;
    public double LocalScaleTo { get; init; } = 0.4;
    public ColourJitter Jitter { get; init; } = new(0.4, 0.4, 0.2, 0.1, Probability: 0.8);
    public double GreyProbability { get; init; } = 0.2;

    public override IReadOnlyList<int> Sides => [GlobalSide, GlobalSide, .. Enumerable.Repeat(LocalSide, LocalCrops)];

    public override IReadOnlyList<Picture> Make(EncodedImage image, SampleDraw draw)
    {
        var whole = image.Whole();
        return [.. Sides.Select((side, view) => View(whole, side, view, draw.View(view)))];
    }

    private Picture View(Picture whole, int side, int view, SampleDraw draw)
    {
        var (from, to) = view < 2 ? (GlobalScaleFrom, 1.0) : (LocalScaleFrom, LocalScaleTo);
        var picture = whole.Crop(CropBox.Random(whole.Width, whole.Height, from, to, draw.Crop())).Resize(side, side);
        if (draw.Flip()) picture = picture.Mirror();
        picture = Jitter.Apply(picture, draw);
        if (draw.Chance(GreyProbability)) picture = picture.ToGrey();
        if (draw.Chance(view switch { 0 => 1.0, 1 => 0.1, _ => 0.5 })) picture = picture.GaussianBlur(draw.Uniform(0.1, 2.0));
        return view == 1 && draw.Chance(0.2) ? picture.Solarise() : picture;
    }
}
