using MimKit.Models;
using MimKit.Runtime;

namespace MimKit.Cli.Tests;

public sealed class ExportCommandTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_folder_becomes_an_onnx_file_with_its_own_heads()
    {
        using (var model = new LearnedVit(new VitConfig { Width = 16, Blocks = 1, Heads = 4, PatchSize = 4, ImageSize = 8 }, Precision.Float32, seed: 1))
            Safetensors.Save(_folder.At("checkpoint-00000001.safetensors"), model.state_dict());
        File.WriteAllText(_folder.At("run.json"), """{"config": {"Epochs": 1, "Encoder": {"Heads": 4}}, "data": {"name": "fashion-mnist"}}""");

        var said = Cli.Run("export", _folder.Path, "--onnx", _folder.At("encoder.onnx"));
        Assert.True(said.Code == 0, said.Error);
        Assert.Contains("Vit, 18 tensors", said.Out);
        Assert.Contains("Heads = 4", System.Text.Encoding.UTF8.GetString(File.ReadAllBytes(_folder.At("encoder.onnx"))));
    }

    [Fact]
    public void What_cannot_be_exported_is_said()
    {
        Assert.Contains("Nothing to write", Cli.Run("export", _folder.Path).Error);
        Assert.Contains("there is no run.json", Cli.Run("export", _folder.Path, "--onnx", "x.onnx").Error);
        var refused = Cli.Run("export", Home.At("tests", "reference", "bad_os_system.pth"), "--onnx", "x.onnx");
        Assert.Equal(1, refused.Code);
        Assert.Contains("it names posix.system", refused.Error);
        Assert.DoesNotContain("should not happen", refused.Error);
    }
}
