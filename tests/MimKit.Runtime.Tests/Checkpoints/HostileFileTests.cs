using System.Diagnostics;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Runtime.Tests.Checkpoints;

/// <summary>Files that were damaged, or made to harm: an error that says what is wrong, in bounded time and memory.</summary>
public sealed class HostileFileTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("mimkit-hostile-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<string, string> Pickles => new()
    {
        { "]q\0h\0a", "levels deep" },                                             // a list that holds itself
        { "]" + string.Concat(Enumerable.Repeat("2\u0086", 60)), "parts" },          // pairs of the same pair: 2^60 of them
        { string.Concat(Enumerable.Repeat("(", 9)) + "N" + string.Concat(Enumerable.Repeat("t", 9)) + string.Concat(Enumerable.Repeat("\u0085", 300)), "levels deep" },
        { "X\u00ff\u00ff\u00ff\u007f", "cut short or damaged" },
        { "\u008b\u00ff\u00ff\u00ff\u007f", "cut short or damaged" },
        { "\u008b\u00ff\u00ff\u00ff\u00ff", "cut short or damaged" },
        { "\u008d\0\0\0\0\0\0\0\u0080", "cut short or damaged" },
        { "Nr\u00ff\u00ff\u00ff\u007f", "keeps value number" },
        { "h\u0005", "never kept" },
        { "0", "takes more from its stack" },
        { "(\u0085", "takes more from its stack" },
        { "e", "never opened" },
        { "Nt", "never opened" },
        { "I9" + new string('9', 2000) + "\n", "digits" },
        { "NNs", "takes more from its stack" },
        { "}NNNs", "sets entries of None" },
        { "K\u0001N\u0086}b", "sets attributes of a tuple" },
        { "NK\u0001\u0085R", "calls None" },
        { "ctorch._utils\n_rebuild_tensor_v2\n)R", "0 arguments" },
        { "ctorch._utils\n_rebuild_tensor_v2\n(NNNNNNtR", "in place 0, where a TorchStorage" },
        { "ctorch.hub\nload\n)R", "it calls torch.hub.load" },
        { "ctorch._tensor\n_rebuild_from_type_v2\n(csubprocess\nrun\nN)NtR", "it names subprocess.run" },
        { "ctorch._tensor\n_rebuild_from_type_v2\n(ctorch.hub\nload\nN)NtR", "it calls torch.hub.load" },
        { "cbuiltins\nexec\n)\u0081", "it names builtins.exec" },
        { "(X\u0001\0\0\0xios\nsystem\n", "it names os.system" },
        { "\u0082\u0001", "extension registry" },
        { "P1\n", "by a text" },
        { "NQ", "refers to None where PyTorch refers to a storage" },
        { "\u00fe", "no pickle instruction" },
        { "\u0080\u0063", "protocol 99" },
        { "I12x\n", "damaged" },
        { SampleFiles.Tensor("0", 3), "'0' is missing" },
        { SampleFiles.Tensor("0", -3), "-3 elements" },
    };

    [Theory]
    [MemberData(nameof(Pickles))]
    public void A_pickle_that_makes_no_sense_is_refused(string instructions, string reason)
    {
        var error = Refusal(SampleFiles.Legacy(instructions));
        Assert.NotNull(error);
        Assert.Contains(reason, error);
    }

    [Theory]
    [InlineData("K\0J\u00ff\u00ff\u00ff\u007f\u0085K\u0001\u0085", "reaches element")]
    [InlineData("K\0J\u00ff\u00ff\u00ff\u00ff\u0085K\u0001\u0085", "makes no sense")]
    [InlineData("K\u0001K\u0002\u0085K\u0001\u0085", "reaches element 2")]
    [InlineData("K\0K\u0002\u0085K\u0002\u0085", "reaches element 2")]
    [InlineData("K\0K\u0002\u0085)", "makes no sense")]
    [InlineData("K\0\u008a\u0008\0\0\0\0\0\0\0\u0040\u008a\u0008\0\0\0\0\0\0\0\u0040\u0086K\0K\0\u0086", "beyond all numbers")]
    [InlineData("J\u00ff\u00ff\u00ff\u00ffK\u0001\u0085K\u0001\u0085", "makes no sense")]
    public void A_tensor_that_looks_beyond_its_storage_is_refused(string look, string reason)
    {
        var value = $"ctorch._utils\n_rebuild_tensor_v2\n(({SampleFiles.Text("storage")}ctorch\nFloatStorage\n{SampleFiles.Text("0")}{SampleFiles.Text("cpu")}K\u0002tQ{look}\u0089}}tR";
        Assert.Contains(reason, Refusal(SampleFiles.Legacy(value, $"]{SampleFiles.Text("0")}a", [.. BitConverter.GetBytes(2L), .. new byte[8]])));
    }

    [Fact]
    public void A_zip_bomb_is_refused_before_it_is_opened()
    {
        using var bytes = new MemoryStream();
        using (var archive = new System.IO.Compression.ZipArchive(bytes, System.IO.Compression.ZipArchiveMode.Create, leaveOpen: true))
        using (var record = archive.CreateEntry("a/data.pkl").Open()) record.Write(new byte[1 << 20]);
        Assert.Contains("is compressed", Refusal(bytes.ToArray()));
    }

    public static TheoryData<string> Files =>
    [
        .. Directory.GetFiles(SampleFiles.Folder("ckpt_zip_views.pth"), "ckpt_*.pth").Concat(Directory.GetFiles(SampleFiles.Folder("script.pt"), "*.p*t*"))
            .Select(path => Path.GetFileName(path)).Where(name => !name.EndsWith(".py", StringComparison.Ordinal)).Append("ckpt_dtypes.expected.safetensors").Order(),
    ];

    /// <summary>A few hundred copies of each file, cut short or with one bit or byte changed; with MIMKIT_TEST_ALL=1, thousands.</summary>
    [Theory]
    [MemberData(nameof(Files))]
    public void A_damaged_file_is_read_or_refused_and_never_more(string name)
    {
        var whole = File.ReadAllBytes(SampleFiles.At(name));
        var random = new Random(1);
        var attempts = Environment.GetEnvironmentVariable("MIMKIT_TEST_ALL") is "1" ? 4000 : 150;
        for (var attempt = 0; attempt < attempts; attempt++)
        {
            var damaged = attempt % 3 == 0 ? whole[..random.Next(whole.Length)] : [.. whole];
            if (attempt % 3 > 0) damaged[Place()] ^= (byte)(attempt % 3 == 1 ? 1 << random.Next(8) : random.Next(1, 256));

            var (clock, before) = (Stopwatch.StartNew(), GC.GetAllocatedBytesForCurrentThread());
            Refusal(damaged, Path.GetExtension(name));
            Assert.True(clock.Elapsed.TotalSeconds < 20, $"attempt {attempt} took {clock.Elapsed}");
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 50_000_000 + 100L * whole.Length, $"attempt {attempt} allocated {GC.GetAllocatedBytesForCurrentThread() - before} bytes");
        }

        int Place() => random.Next(2) == 0 ? random.Next(whole.Length) : random.Next(Math.Min(whole.Length, 2000));     // structure is mostly at the start
    }

    /// <summary>Why these bytes are refused; null when every tensor in them was read. Any other exception fails the test.</summary>
    string? Refusal(byte[] bytes, string extension = ".pth")
    {
        var path = Path.Combine(_folder, "file" + extension);
        File.WriteAllBytes(path, bytes);
        using var scope = NewDisposeScope();
        try
        {
            var read = extension == ".safetensors" ? Safetensors.Load(path) : TorchFile.Load(path);
            return null;
        }
        catch (InvalidDataException error)
        {
            return error.Message;
        }
    }
}
