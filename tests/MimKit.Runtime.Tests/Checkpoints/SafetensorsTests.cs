using System.Text;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Runtime.Tests.Checkpoints;

public sealed class SafetensorsTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("mimkit-safetensors-").FullName;

    string Path(string name) => System.IO.Path.Combine(_folder, name);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("header_too_long", "cut short or of another format")]
    [InlineData("not_json", "header is not JSON")]
    [InlineData("offsets_outside", "ends at byte 16 of the data, but the file holds 8")]
    [InlineData("overlap", "overlaps 'a', which ends at 8")]
    [InlineData("size_mismatch", "needs 12 bytes but its offsets span 16")]
    public void A_broken_file_is_refused_with_the_reason(string name, string reason)
    {
        var path = SampleFiles.At($"bad_st_{name}.safetensors");

        var error = Assert.Throws<InvalidDataException>(() => Safetensors.Load(path));
        Assert.Contains(reason, error.Message);
        Assert.Contains(path, error.Message);
    }

    [Theory]
    [InlineData("""{"a": 3}""", "another form")]
    [InlineData("""[]""", "another form")]
    [InlineData("""{"a": {"dtype": "C64", "shape": [], "data_offsets": [0, 8]}}""", "type C64")]
    [InlineData("""{"a": {"dtype": "U8", "shape": [-1], "data_offsets": [0, 8]}}""", "sizes are at least 0")]
    [InlineData("""{"a": {"dtype": "F64", "shape": [4611686018427387904, 4], "data_offsets": [0, 8]}}""", "another form")]
    [InlineData("""{"a": {"dtype": "U8", "shape": [4], "data_offsets": [4, 8]}}""", "bytes 0 to 4 of the data belong to no tensor")]
    [InlineData("""{"a": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]}}""", "bytes 4 to 8 of the data belong to no tensor")]
    public void A_header_that_makes_no_sense_is_refused(string header, string reason)
    {
        byte[] text = Encoding.UTF8.GetBytes(header);
        File.WriteAllBytes(Path("bad"), [.. BitConverter.GetBytes((long)text.Length), .. text, .. new byte[8]]);

        Assert.Contains(reason, Assert.Throws<InvalidDataException>(() => Safetensors.Load(Path("bad"))).Message);
    }

    [Fact]
    public void A_missing_or_empty_file_is_named()
    {
        File.WriteAllBytes(Path("empty"), []);

        Assert.Contains("nowhere", Assert.Throws<FileNotFoundException>(() => Safetensors.Load(Path("nowhere"))).Message);
        Assert.Contains("it has 0 bytes", Assert.Throws<InvalidDataException>(() => Safetensors.Load(Path("empty"))).Message);
    }

    [Fact]
    public void Every_type_scalar_and_empty_tensor_survives_a_round_trip_bit_for_bit()
    {
        using var scope = NewDisposeScope();
        var original = Safetensors.Load(SampleFiles.At("ckpt_dtypes.expected.safetensors"));
        original["flag"] = torch.tensor(new[] { true, false, true });
        Safetensors.Save(Path("copy"), original, new Dictionary<string, string> { ["purpose"] = "round trip" });

        using var file = new SafetensorsFile(Path("copy"));
        Assert.Equal("round trip", file.Metadata["purpose"]);
        Assert.Equal(original.Keys.Order(), file.Entries.Keys.Order());
        foreach (var (name, tensor) in original)
        {
            var copy = file.Read(name);
            Assert.Equal(tensor.dtype, copy.dtype);
            Assert.Equal(tensor.shape, copy.shape);
            if (tensor.numel() > 0) Assert.True(tensor.bytes.SequenceEqual(copy.bytes), name);
        }
    }

    [Fact]
    public void A_strided_tensor_is_written_in_its_logical_order()
    {
        using var scope = NewDisposeScope();
        var matrix = torch.arange(6, dtype: ScalarType.Float32).reshape(2, 3);
        Safetensors.Save(Path("t"), new Dictionary<string, Tensor> { ["t"] = matrix.t() });

        Assert.Equal([0f, 3f, 1f, 4f, 2f, 5f], Safetensors.Load(Path("t"))["t"].data<float>().ToArray());
    }

    [Fact]
    public void A_save_that_fails_leaves_the_old_file_and_no_other()
    {
        using var scope = NewDisposeScope();
        Safetensors.Save(Path("weights"), new Dictionary<string, Tensor> { ["w"] = torch.ones(3) });
        var before = File.ReadAllBytes(Path("weights"));

        Assert.Throws<IOException>(() => Safetensors.WriteAtomically(Path("weights"), stream =>
        {
            stream.WriteByte(1);
            throw new IOException("disk full");
        }));

        Assert.Equal(before, File.ReadAllBytes(Path("weights")));
        Assert.Equal(["weights"], Directory.GetFiles(_folder).Select(path => System.IO.Path.GetFileName(path)));
    }

    [Fact]
    public void Asking_for_an_absent_tensor_lists_what_there_is()
    {
        using var scope = NewDisposeScope();
        Safetensors.Save(Path("weights"), new Dictionary<string, Tensor> { ["encoder.weight"] = torch.ones(3) });
        using var file = new SafetensorsFile(Path("weights"));

        Assert.Contains("encoder.weight", Assert.Throws<KeyNotFoundException>(() => file.Read("decoder.weight")).Message);
    }

    [Fact]
    public void A_tensor_beyond_two_gibibytes_is_found_without_reading_what_lies_before()
    {
        using var scope = NewDisposeScope();
        byte[] header = Encoding.UTF8.GetBytes("""{"a": {"dtype": "U8", "shape": [3000000000], "data_offsets": [0, 3000000000]}, "b": {"dtype": "F32", "shape": [2], "data_offsets": [3000000000, 3000000008]}}""");
        using (var stream = File.Create(Path("large")))                            // the disk holds nothing of the gap
        {
            stream.Write([.. BitConverter.GetBytes((long)header.Length), .. header]);
            stream.Position += 3_000_000_000;
            stream.Write([.. BitConverter.GetBytes(1.5f), .. BitConverter.GetBytes(-2f)]);
        }
        using var file = new SafetensorsFile(Path("large"));
        Assert.Equal([1.5f, -2f], file.Read("b").ToArray<float>());
    }
}
