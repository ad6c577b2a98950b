using MimKit.Tests.Devices;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Runtime.Tests;

/// <summary>The checks of tests/device, here: on the CPU always, on CUDA where there is a device.</summary>
public class DeviceTests
{
    public static readonly TheoryData<DeviceCheck> OnEveryDevice = new(DeviceChecks.All.Where(c => !c.OnlyCuda));
    public static readonly TheoryData<DeviceCheck> OnCuda = new(DeviceChecks.All);

    [Theory]
    [MemberData(nameof(OnEveryDevice))]
    public void On_the_CPU(DeviceCheck check) => check.Run(CPU);

    [CudaTheory]
    [MemberData(nameof(OnCuda))]
    public void On_CUDA(DeviceCheck check)
    {
        if (check.WhyNot(CUDA) is null) check.Run(CUDA);
    }

    private sealed class CudaTheoryAttribute : TheoryAttribute
    {
        public CudaTheoryAttribute()
        {
            if (!File.Exists("/dev/nvidiactl")) Skip = "no NVIDIA device on this machine";
            else if (!cuda.is_available()) Skip = DeviceChecks.NoGpu;
        }
    }
}
