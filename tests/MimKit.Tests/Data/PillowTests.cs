using System.Globalization;
using MimKit.Data;
using MimKit.Runtime;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Data;

/// <summary>Pixels as Pillow 9.4 and torchvision 0.14.1 make them (tests/reference/images/make.py). Resampling, colours and decoding of lossless files are the same bytes.</summary>
public class PillowTests
{
    private static readonly Dictionary<string, Tensor> Stored = Safetensors.Load(Find()).ToDictionary();

    private static string Find()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (Path.Combine(at.FullName, "tests", "reference", "images", "pillow.safetensors") is var path && File.Exists(path)) return path;
        throw new FileNotFoundException("tests/reference/images/pillow.safetensors");
    }

    private static Picture Named(string name) => new(Stored[name].ToArray<byte>(), (int)Stored[name].size(0), (int)Stored[name].size(1), (int)Stored[name].size(2));

    public static TheoryData<string> Names(string prefix) => [.. Stored.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Names), "resize/"), MemberData(nameof(Names), "crop/")]
    public void Resampling_is_the_same_to_the_bit(string name)
    {
        var (part, wanted) = (name.Split('/'), Named(name));
        var source = Named(part[1]);
        if (part[0] == "crop") source = source.Crop(new(5, 3, 33, 30));
        Same(wanted, source.Resize(wanted.Height, wanted.Width, Enum.Parse<Resampling>(part[2], ignoreCase: true)), 0);
    }

    [Fact] public void A_centre_crop_is_the_same_to_the_bit() => Same(Named("centre/32/28"), Named("rgb").CentreCrop(32, 28), 0);
    [Fact] public void A_mirror_is_the_same() => Same(Named("mirror"), Named("rgb").Mirror(), 0);
    [Fact] public void Grey_is_the_same() => Same(Named("to-grey"), Named("rgb").ToGrey(), 0);

    [Theory]
    [MemberData(nameof(Names), "brightness/"), MemberData(nameof(Names), "contrast/"), MemberData(nameof(Names), "saturation/"), MemberData(nameof(Names), "sharpness/")]
    [MemberData(nameof(Names), "blur/"), MemberData(nameof(Names), "invert/"), MemberData(nameof(Names), "solarise/"), MemberData(nameof(Names), "posterise/")]
    [MemberData(nameof(Names), "autocontrast/"), MemberData(nameof(Names), "equalise/")]
    [MemberData(nameof(Names), "rotate/"), MemberData(nameof(Names), "shear"), MemberData(nameof(Names), "move")]
    public void Colours_blur_and_turning_are_the_same(string name)
    {
        var part = name.Split('/');
        var (p, value) = (Named(part[1]), part.Length > 2 ? double.Parse(part[2], CultureInfo.InvariantCulture) : 0);
        byte[] fill = p.Channels == 3 ? [124, 116, 104] : [124];
        Same(Named(name), part[0] switch
        {
            "brightness" => p.Brightness(value), "contrast" => p.Contrast(value), "saturation" => p.Saturation(value), "sharpness" => p.Sharpness(value),
            "blur" => p.GaussianBlur(value), "invert" => p.Invert(), "solarise" => p.Solarise((int)value), "posterise" => p.Posterise((int)value),
            "autocontrast" => p.AutoContrast(), "equalise" => p.Equalise(), "rotate" => p.Rotate(value, fill),
            "shear-x" => p.ShearX(value, fill), "shear-y" => p.ShearY(value, fill), "move-x" => p.MoveX(value, fill), "move-y" => p.MoveY(value, fill),
            _ => throw new ArgumentException(name),
        }, tolerance: 0);
    }

    [Theory, MemberData(nameof(Names), "hue/")]
    public void Hue_is_the_same_but_for_float32_rounding(string name) =>
        Same(Named(name), Named("rgb").Hue(double.Parse(name.Split('/')[1], CultureInfo.InvariantCulture)), tolerance: 1);

    [Theory, MemberData(nameof(Names), "file/")]
    public void Every_kind_of_file_is_decoded_to_the_same_pixels(string name)
    {
        var file = name["file/".Length..];
        Same(Named("pixels/" + file), ImageDecoder.Decode(Stored[name].ToArray<byte>(), file), tolerance: file == "lossy.webp" ? 1 : 0);
    }

    [Theory]
    [InlineData("subsampling-2.jpg")]
    [InlineData("progressive.jpg")]
    [InlineData("orientation-6.jpg")]
    [InlineData("alpha.png")]
    public void A_decoded_box_is_that_part_of_the_whole(string file)
    {
        var (bytes, whole) = (Stored["file/" + file].ToArray<byte>(), Named("pixels/" + file));
        var box = new CropBox(3, 5, whole.Width - 6, whole.Height - 7);
        var crop = new EncodedImage(bytes, file, 3).Crop(box, box.Height, box.Width, Resampling.Bicubic);
        Same(whole.Crop(box), crop, 0);
    }

    private static void Same(Picture wanted, Picture found, int tolerance)
    {
        Assert.Equal((wanted.Height, wanted.Width, wanted.Channels), (found.Height, found.Width, found.Channels));
        var worst = Enumerable.Range(0, wanted.Pixels.Length).MaxBy(i => Math.Abs(wanted.Pixels[i] - found.Pixels[i]));
        Assert.True(Math.Abs(wanted.Pixels[worst] - found.Pixels[worst]) <= tolerance,
            $"value {worst} is {found.Pixels[worst]}, Pillow's {wanted.Pixels[worst]}; {wanted.Pixels.Where((v, i) => v != found.Pixels[i]).Count()} of {wanted.Pixels.Length} differ");
    }
}
