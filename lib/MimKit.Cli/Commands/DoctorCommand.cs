using System.CommandLine;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Cli.Commands;

/// <summary>The part of <c>./mimkit doctor</c> that takes a loaded libtorch: the launcher prints its own lines first, then runs this where all is built.</summary>
static class DoctorCommand
{
    public static Command Create(TextWriter output)
    {
        var command = new Command("doctor", "What the libtorch that was found can do.") { Hidden = true };      // the launcher's help names doctor
        command.SetAction(_ => Run(output));
        return command;
    }

    static int Run(TextWriter output)
    {
        output.WriteLine($"libtorch {__version__}");
        foreach (var (name, found, use) in OptionalOperators.All()) Line(found ? "found" : "missing", name, use);
        if (!cuda.is_available()) Line("", "cuda", "no device that this libtorch can use");
        for (var i = 0; i < cuda.device_count(); i++) Line("found", $"cuda:{i}", Describe(new Device(DeviceType.CUDA, i)));
        return 0;

        void Line(string state, string name, string text) => output.WriteLine($"  {state,-8} {name,-36} {text}");
    }

    static string Describe(Device device)
    {
        try
        {
            var p = cuda.get_device_properties(device);
            return $"{p.Name}, {p.Memory >> 20:N0} MiB, compute capability {p.Capability}, {p.Multiprocessors} multiprocessors; streams, events and graphs";
        }
        catch (NativeLibraryException) { return "tensors; no streams, events or graphs: libmimkit_cuda.so was not built, since no CUDA toolkit was found"; }
    }
}
