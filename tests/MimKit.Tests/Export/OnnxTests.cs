using System.Diagnostics;
using MimKit.Evaluation;
using MimKit.Export;
using MimKit.Models;
using MimKit.Runtime;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Export;

/// <summary>An exported encoder is run by numpy alone, from ONNX's specification; nothing of MimKit or libtorch takes part.</summary>
public sealed class OnnxTests : IDisposable
{
    private const string Python = "/usr/bin/python3";
    private static readonly VitConfig Tiny = new() { Width = 16, Blocks = 2, Heads = 2, PatchSize = 4, ImageSize = 12, MlpRatio = 2 };

    private readonly string _folder = Directory.CreateTempSubdirectory("mimkit-onnx-").FullName;
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [NeedsOnnxFact]
    public void A_plain_encoder_gives_the_same_tokens()
    {
        using var model = new LearnedVit(Tiny, Precision.Float32, seed: 1);
        Hold(model, images => model.Encode(images));
    }

    [NeedsOnnxFact]
    public void BEiTs_biases_and_scales_are_part_of_it()
    {
        using var model = new BeitVit(Tiny, new BeitParts { BlockBias = true, Positions = true }, outputs: 5, aggregation: null, Precision.Float32, seed: 1);
        Hold(model, images => model.EncodeWhole(images));
    }

    [NeedsOnnxFact]
    public void MAEs_encoder_leaves_its_decoder_behind()
    {
        using var model = new MaskedAutoencoder(Tiny, new DecoderConfig(8, 1, 2), outputs: 48, Precision.Float32, seed: 1);
        Hold(model, images => model.Encode(images));
    }

    [Fact]
    public void Features_are_written_as_numpy_and_as_safetensors()
    {
        var features = new FeatureSet(arange(6, dtype: float32).reshape(3, 2), [4, 5, 6], "three images");
        Assert.Equal([At("f.npy"), At("f.labels.npy")], FeatureFile.Save(features, At("f.npy")));
        var bytes = File.ReadAllBytes(At("f.npy"));
        Assert.Equal(0, (bytes.Length - 24) % 64);
        Assert.Contains("'descr': '<f4', 'fortran_order': False, 'shape': (3, 2, )", System.Text.Encoding.Latin1.GetString(bytes));
        Assert.Equal(5f, BitConverter.ToSingle(bytes, bytes.Length - 4));

        FeatureFile.Save(features, At("f.safetensors"));
        Assert.Equal([4L, 5, 6], Safetensors.Load(At("f.safetensors"))["labels"].ToArray<long>());
        Assert.Contains(".safetensors or .npy", Assert.Throws<ArgumentException>(() => FeatureFile.Save(features, At("f.csv"))).Message);
    }

    private void Hold(nn.Module model, Func<Tensor, Tensor> encode)
    {
        foreach (var parameter in model.parameters()) parameter.detach().add_(randn(parameter.shape) * 0.2);
        model.eval();
        Safetensors.Save(At("weights.safetensors"), model.state_dict());
        using (var weights = MimKit.Checkpoints.Load(At("weights.safetensors"))) OnnxEncoder.Save(weights, At("encoder.onnx"), heads: Tiny.Heads);
        var images = randn(2, 3, 12, 12);
        Npy.Save(At("images.npy"), images);
        Run("run_onnx.py", At("encoder.onnx"), At("images.npy"), At("tokens.npy"));

        var expected = encode(images).to(float32);
        var bytes = File.ReadAllBytes(At("tokens.npy"));
        var tokens = tensor(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes.AsSpan(bytes.Length - (int)expected.numel() * 4)).ToArray()).reshape(expected.shape);
        var error = (tokens - expected).abs().max().item<float>();
        Assert.True(error < 1e-4 && expected.abs().max().item<float>() > 1, $"error {error}");
    }

    private static void Run(string script, params string[] arguments)
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "tests", "MimKit.Tests", "Export", script))) folder = Path.GetDirectoryName(folder)!;
        using var python = Process.Start(new ProcessStartInfo(Python, [Path.Combine(folder, "tests", "MimKit.Tests", "Export", script), .. arguments]) { RedirectStandardError = true })!;
        var said = python.StandardError.ReadToEnd();
        python.WaitForExit();
        Assert.True(python.ExitCode == 0, said);
    }

    private string At(string name) => Path.Combine(_folder, name);

    private sealed class NeedsOnnxFactAttribute : FactAttribute
    {
        public NeedsOnnxFactAttribute()
        {
            if (!Directory.Exists("/usr/lib/python3/dist-packages/onnx")) Skip = $"{Python} has no onnx (apt: python3-onnx)";
        }
    }
}
