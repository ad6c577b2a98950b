using System.Numerics;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Runtime.Tests.Checkpoints;

public sealed class TorchFileTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("mimkit-pth-").FullName;
    readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("ckpt_zip_views.pth")]
    [InlineData("ckpt_legacy_views.pth")]
    public void Tensors_that_shared_memory_share_it_again(string name)
    {
        using var file = new TorchFile(SampleFiles.At(name));
        var (first, second, transposed) = (file.Read("state_dict/tied_a"), file.Read("state_dict/tied_b"), file.Read("state_dict/transposed"));
        first.fill_(7);
        Assert.Equal(7, second.min().ToSingle());
        Assert.False(transposed.is_contiguous());
        Assert.Equal([1L, 8], transposed.stride());
    }

    [Fact]
    public void A_tensor_outlives_its_file()
    {
        Tensor tied;
        using (var file = new TorchFile(SampleFiles.At("ckpt_zip_views.pth"))) tied = file.Read("state_dict/tied_a");
        Assert.Equal(tied.ToArray<float>(), Safetensors.Load(SampleFiles.At("ckpt_views.expected.safetensors"))["state_dict/tied_a"].ToArray<float>());
    }

    [Fact]
    public void A_TorchScript_archive_gives_its_tensors_by_their_attributes()
    {
        using var file = new TorchFile(SampleFiles.At("script.pt"));
        Assert.Equal(["blocks/0/bias", "blocks/0/weight", "blocks/1/bias", "blocks/1/weight", "conv1/weight", "position", "proj"], file.Entries.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(float16, file.Entries["conv1/weight"].Type);
        Assert.Equal([4L, 3, 2, 2], file.Read("conv1/weight").shape);
        Assert.Equal([0f, 1, 2, 3, 4, 5], file.Read("proj").to(float32).ToArray<float>());
        Assert.Equal([0L, 1, 2], file.Read("position").ToArray<long>());
        Assert.Equal(["a", "b"], Assert.IsType<List<object?>>(file.Find("names")));
    }

    [Fact]
    public void A_pickled_module_is_inert_data_with_its_tensors_inside()
    {
        using var file = new TorchFile(SampleFiles.At("module.pth"));
        Assert.Equal(new PickleGlobal("__main__", "Net"), Assert.IsType<PickleObject>(file.Root).Type);
        Assert.Equal([0f, 1, 2, 3, 4, 5], file.Read("_parameters/proj").ToArray<float>());
        Assert.Equal([3L, 4], file.Entries["_modules/blocks/_modules/0/_parameters/weight"].Shape);
        Assert.Equal([0L, 1, 2], file.Read("_buffers/position").ToArray<long>());
    }

    [Fact]
    public void Values_of_all_kinds_come_through()
    {
        using var file = new TorchFile(SampleFiles.At("values.pth"));
        Assert.Equal([1.5, 0.25, -3L, true], Assert.IsType<List<object?>>(file.Find("numpy")));
        Assert.Equal([2L, 3L], Assert.IsType<object?[]>(file.Find("size")));
        Assert.Equal([5L], Assert.IsType<List<object?>>(file.Find("set")));
        Assert.Equal("abc"u8.ToArray(), file.Find("bytes"));
        Assert.Equal(1L, file.Find("default/a/0"));
        Assert.Equal(new Complex(1, 2), file.Find("complex"));
        Assert.Equal(BigInteger.Pow(2, 100), file.Find("big"));
        Assert.Equal(-(1L << 40), file.Find("negative"));
        Assert.Equal("torch.float16", file.Find("dtype")!.ToString());
        Assert.Equal(1.5e-3, file.Find("args/lr"));
        Assert.Equal(7L, file.Find("args/seed"));
        Assert.Equal("argparse.Namespace", Assert.IsType<PickleObject>(file.Find("args")).Type.ToString());
        var output = Assert.IsType<PickleObject>(file.Find("args/output"));
        Assert.Equal("pathlib.PurePosixPath", output.Type.ToString());
        Assert.Equal(["/", "runs", "7"], output.Arguments);
        Assert.Null(file.Find("args/nothing"));
    }

    [Fact]
    public void Protocol_0_is_read_too()
    {
        using var file = new TorchFile(SampleFiles.At("protocol0.pth"));
        Assert.Equal("café 模型 😀 \\ '", file.Find("text"));
        Assert.Equal([1L, 2.5, true, null], Assert.IsType<List<object?>>(file.Find("list")));
        Assert.Equal([1L], Assert.IsType<object?[]>(file.Find("t")));
    }

    [Fact]
    public void Python_attributes_of_a_tensor_are_left_aside()
    {
        Assert.Equal([0f, 1, 2], TorchFile.Load(SampleFiles.At("attributes.pth"))["t"].ToArray<float>());
    }

    [Theory]
    [InlineData("sparse.pth", "tensor.to_dense()")]
    [InlineData("quantised.pth", "elements of type torch.QInt8Storage")]
    [InlineData("complex.pth", "elements of type torch.ComplexFloatStorage")]
    [InlineData("unknown_call.pth", "it calls __main__.Choice")]
    [InlineData("bad_os_system.pth", "it names posix.system")]
    [InlineData("bad_legacy_os_system.pth", "it names posix.system")]
    [InlineData("bad_builtins_eval.pth", "it names builtins.eval")]
    [InlineData("bad_popen_protocol4.pth", "it names subprocess.Popen")]
    [InlineData("bad_getattr.pth", "it names builtins.getattr")]
    [InlineData("bad_truncated_legacy.pth", "it is cut short")]
    [InlineData("bad_short_storage.pth", "data/0 has 4 bytes; 15 elements of BFloat16 take 30")]
    [InlineData("bad_missing_storage.pth", "data/2 is missing")]
    [InlineData("bad_not_a_checkpoint.pth", "neither as a zip archive nor as a pickle")]
    public void A_file_that_cannot_be_read_is_refused_with_the_reason(string name, string reason)
    {
        var error = Assert.Throws<InvalidDataException>(() => new TorchFile(SampleFiles.At(name)));
        Assert.Contains(reason, error.Message);
        Assert.Contains(SampleFiles.At(name), error.Message);
    }

    [Fact]
    public void A_class_that_the_user_knows_is_kept_as_data()
    {
        using var file = new TorchFile(SampleFiles.At("unknown_call.pth"), alsoInert: ["__main__.Choice"]);
        Assert.Equal([3L], Assert.IsType<PickleObject>(file.Find("choice")).Arguments);
        Assert.Equal([1f], file.Read("t").ToArray<float>());
    }

    [Fact]
    public void What_can_do_harm_is_refused_even_when_the_user_names_it()
    {
        Assert.Throws<InvalidDataException>(() => new TorchFile(SampleFiles.At("bad_os_system.pth"), alsoInert: ["posix.system"]));
    }

    [Fact]
    public void A_damaged_record_is_found_by_its_checksum_when_it_is_read()
    {
        var bytes = File.ReadAllBytes(SampleFiles.At("ckpt_zip_views.pth"));
        var place = bytes.AsSpan().IndexOf(BitConverter.GetBytes(Safetensors.Load(SampleFiles.At("ckpt_views.expected.safetensors"))["state_dict/base"].ToArray<float>()[5]));
        bytes[place] ^= 1;
        File.WriteAllBytes(InFolder("flipped.pth"), bytes);

        using var file = new TorchFile(InFolder("flipped.pth"));
        Assert.Contains("data/0 is damaged", Assert.Throws<InvalidDataException>(() => file.Read("state_dict/base")).Message);
        file.Read("state_dict/tied_a");
    }

    [Fact]
    public void Places_beyond_two_gibibytes_are_found()
    {
        const int large = 700_000_000;                                             // floats: 2.6 GiB, of which the disk holds nothing
        var head = SampleFiles.Legacy($"]{SampleFiles.Tensor("0", large)}a{SampleFiles.Tensor("1", 2)}a", $"]({SampleFiles.Text("0")}{SampleFiles.Text("1")}e", BitConverter.GetBytes((long)large));
        using (var stream = File.Create(InFolder("large.pth")))
        {
            stream.Write(head);
            stream.Position += large * 4L;
            stream.Write([.. BitConverter.GetBytes(2L), .. BitConverter.GetBytes(1.5f), .. BitConverter.GetBytes(-2f)]);
        }
        using var file = new TorchFile(InFolder("large.pth"));
        Assert.Equal([700_000_000L], file.Entries["0"].Shape);
        Assert.Equal([1.5f, -2f], file.Read("1").ToArray<float>());
    }

    [Fact]
    public void A_tensor_is_handed_out_in_parts_that_join_to_its_bytes()
    {
        var tensor = arange(10, dtype: int16).reshape(2, 5);
        var (joined, sizes) = (new List<byte>(), new List<int>());
        tensor.EachPart(part => { joined.AddRange(part.ToArray()); sizes.Add(part.Length); }, most: 4);
        Assert.Equal(tensor.bytes.ToArray(), joined);
        Assert.Equal([8, 8, 4], sizes);
    }

    [Fact]
    public void Asking_for_an_absent_tensor_lists_what_there_is()
    {
        using var file = new TorchFile(SampleFiles.At("attributes.pth"));
        Assert.Contains("It has: t", Assert.Throws<KeyNotFoundException>(() => file.Read("s")).Message);
        Assert.Throws<FileNotFoundException>(() => new TorchFile(InFolder("nowhere.pth")));
    }

    string InFolder(string name) => Path.Combine(_folder, name);
}
