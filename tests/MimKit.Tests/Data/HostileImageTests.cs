using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using MimKit.Data;
using MimKit.Runtime;

namespace MimKit.Tests.Data;

/// <summary>Files that were cut, changed or made to harm, through every reader: each is refused with its name, quickly, in bounded memory, and nothing crashes.</summary>
public class HostileImageTests
{
    private static readonly int Attempts = Environment.GetEnvironmentVariable("MIMKIT_TEST_ALL") is "1" ? 100_000 : 2_000;

    private static List<(string Name, byte[] Bytes)> Seeds()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); ; at = at.Parent!)
            if (Path.Combine(at.FullName, "tests", "reference", "images", "pillow.safetensors") is var path && File.Exists(path))
                return [.. Safetensors.Load(path).Where(entry => entry.Key.StartsWith("file/", StringComparison.Ordinal)).OrderBy(entry => entry.Key, StringComparer.Ordinal)
                    .Select(entry => (entry.Key["file/".Length..], entry.Value.ToArray<byte>()))];
    }

    [Fact]
    public void Mutated_images_are_read_or_refused_by_name()
    {
        var (seeds, random, watch) = (Seeds(), new Random(11), new Stopwatch());
        var (refused, before) = (0, PeakMegabytes());
        for (var i = 0; i < Attempts; i++)
        {
            var (name, bytes) = seeds[i % seeds.Count];
            bytes = Mutate(bytes, seeds, random);
            watch.Restart();
            try
            {
                var picture = i % 3 == 0 ? new EncodedImage(bytes, name, 3).Crop(new(2, 2, 9, 9), 8, 8, Resampling.Bilinear) : ImageDecoder.Decode(bytes, name, i % 2 == 0 ? 1 : 3);
                Assert.True(picture.Pixels.Length > 0);
            }
            catch (DataException problem)
            {
                Assert.StartsWith(name + " ", problem.Message);
                refused++;
            }
            Assert.True(watch.Elapsed.TotalSeconds < 5, $"{name}, attempt {i}: {watch.Elapsed.TotalSeconds:F1} s");
        }
        Assert.InRange(refused, Attempts / 4, Attempts);
        Assert.True(PeakMegabytes() - before < 512, $"{before} MB before, {PeakMegabytes()} MB at most");
    }

    private static byte[] Mutate(byte[] bytes, List<(string Name, byte[] Bytes)> seeds, Random random)
    {
        var copy = (byte[])bytes.Clone();
        switch (random.Next(6))
        {
            case 0: return copy[..random.Next(copy.Length)];
            case 1: copy[random.Next(copy.Length)] ^= (byte)(1 << random.Next(8)); return copy;
            case 2: for (var n = random.Next(1, 30); n > 0; n--) copy[random.Next(copy.Length)] = (byte)random.Next(256); return copy;
            case 3: copy.AsSpan(random.Next(Math.Min(64, copy.Length))).Slice(0, Math.Min(4, copy.Length - 64)).Fill(0xFF); return copy;      // declared sizes are near the start
            case 4: random.NextBytes(copy.AsSpan(random.Next(copy.Length))); return copy;
            default: return [.. copy[..random.Next(copy.Length)], .. seeds[random.Next(seeds.Count)].Bytes];                                  // another format's bytes inside
        }
    }

    [Fact]
    public void A_header_that_declares_gigapixels_is_refused_before_memory_is_taken()
    {
        var png = Seeds().Single(seed => seed.Name == "rgb.png").Bytes.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), 60_000);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), 60_000);
        BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(29), Crc(png.AsSpan(12, 17)));
        Assert.Contains("declares 60000 x 60000 pixels; at most 50000000 are read", Assert.Throws<DataException>(() => ImageDecoder.Decode(png, "bomb.png")).Message);
        var jpeg = Seeds().Single(seed => seed.Name == "subsampling-0.jpg").Bytes.ToArray();
        var frame = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]);
        jpeg.AsSpan(frame + 5, 4).Fill(0xFE);
        Assert.Contains("bomb.jpg declares 65278 x 65278", Assert.Throws<DataException>(() => ImageDecoder.Decode(jpeg, "bomb.jpg")).Message);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>", "is no JPEG, PNG, WebP, TIFF or GIF image")]
    [InlineData("just words", "is no JPEG, PNG, WebP, TIFF or GIF image")]
    public void What_is_no_image_is_named(string content, string reason) =>
        Assert.Contains("odd.jpg " + reason, Assert.Throws<DataException>(() => ImageDecoder.Decode(Encoding.ASCII.GetBytes(content), "odd.jpg")).Message);

    [Fact]
    public void Mutated_archives_shards_and_idx_files_are_read_or_refused()
    {
        using var home = new DataHome();
        home.Manifest("c", "providers: []\nformat: cifar\nfiles: { archive: { name: c.tar.gz } }\nlayout: { label-bytes: 1, train: a.bin, test: a.bin }\nclasses: [x, y, z]\nsplits: { train: 1, val: 1, test: 2, val-seed: 1 }");
        home.Manifest("w", "providers: []\nformat: webdataset\nlayout: { train: t.tar }\nclasses: 4\nsplits: { train: 2, val: 0, test: 1 }");
        var cifar = DataHome.Tar(gzip: true, ("a.bin", new byte[2 * 3073]));
        var shard = DataHome.Tar(gzip: false, ("a.jpg", Seeds()[0].Bytes), ("a.cls", "1"u8.ToArray()), ("b.jpg", Seeds()[1].Bytes), ("b.cls", "2"u8.ToArray()));
        var (random, none) = (new Random(3), new List<(string, byte[])> { ("", [1, 2, 3]) });
        for (var i = 0; i < Attempts / 10; i++)
        {
            home.Write("c/c.tar.gz", Mutate(cifar, none, random));
            home.Write("w/t.tar", Mutate(shard, none, random));
            foreach (var open in new Action[] { () => Fresh(home, i), () => { var train = Datasets.OpenFiles("w").Train!; for (var k = 0; k < train.Count; k++) train.Read(k); } })
                try
                {
                    open();
                }
                catch (DataException problem)
                {
                    Assert.Contains(home.Root, problem.Message);
                }
        }

        // a manifest of another digest each time, for an opened set is kept
        static void Fresh(DataHome home, int i)
        {
            File.AppendAllText(Path.Combine(home.Root, "data-manifests", "c.yaml"), $"# {i}\n");
            Datasets.Open("c");
        }
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
        }
        return ~crc;
    }

    private static long PeakMegabytes() => long.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) / 1024;
}
