namespace MimKit.Cli.Tests;

/// <summary>The launcher in a folder where nothing is built: what it says without .NET's help.</summary>
public sealed class LauncherTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public LauncherTests()
    {
        Directory.CreateDirectory(_folder.At("copy/scripts"));
        File.Copy(Home.At("mimkit"), _folder.At("copy/mimkit"));
        foreach (var script in Directory.GetFiles(Home.At("scripts"))) File.Copy(script, _folder.At($"copy/scripts/{Path.GetFileName(script)}"));
        Directory.CreateDirectory(_folder.At("copy/lib/native"));
        File.CreateSymbolicLink(_folder.At("link"), _folder.At("copy/mimkit"));
    }

    public void Dispose() => _folder.Dispose();

    Said Launch(string argument, params (string, string)[] environment) => Cli.StartProgram(_folder.At("link"), [argument], "/", environment).End();

    [Fact]
    public void Doctor_has_a_line_a_requirement_and_ends_with_1_where_one_is_missing()
    {
        var said = Launch("doctor");
        Assert.Equal(1, said.Code);
        foreach (var name in new[] { "compiler", "cmake", "dotnet", "libtorch", "openblas", "libzmq", "libvips", "fashion-mnist" })
            Assert.Matches($@"(?m)^  (found|missing) +{name} ", said.Out);
        Assert.Matches(@"(?m)^  missing +npm-files ", said.Out);                  // nothing was fetched into this copy
        Assert.False(Directory.Exists(_folder.At("copy/.build")));               // it only looks
    }

    [Fact]
    public void A_folder_without_libtorch_is_an_error_that_names_it()
    {
        var said = Launch("doctor", ("MIMKIT_LIBTORCH", _folder.Path));
        Assert.Equal(1, said.Code);
        Assert.Contains(_folder.Path, said.Error);
        Assert.Contains("libtorch_cpu.so", said.Error);
    }

    [Fact]
    public void The_libtorch_of_an_active_venv_comes_before_the_systems()
    {
        var torch = _folder.At("venv/lib/python3.12/site-packages/torch");
        Write($"{torch}/share/cmake/Torch/TorchConfig.cmake", "set(TORCH_CXX_FLAGS \"-D_GLIBCXX_USE_CXX11_ABI=1\")");
        Write($"{torch}/lib/libtorch_cpu.so", "");
        Write($"{torch}/include/torch/headeronly/version.h", "#define TORCH_VERSION_MAJOR 2\n#define TORCH_VERSION_MINOR 11\n#define TORCH_VERSION_PATCH 0\n");
        Assert.Contains("2.11.0 cpu, venv, " + torch, Launch("doctor", ("VIRTUAL_ENV", _folder.At("venv"))).Out);
    }

    [Fact]
    public void An_unknown_option_of_test_is_refused_before_anything_is_built()
    {
        var said = Cli.StartProgram(_folder.At("link"), ["test", "--fast"], "/").End();
        Assert.Equal(1, said.Code);
        Assert.Contains("--fast", said.Error);
    }

    static void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
