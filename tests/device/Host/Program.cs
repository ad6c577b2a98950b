using MimKit.Tests.Devices;
using MimKit.Torch;

// Every check on the CPU and on every CUDA device; one line a check, the last line 'N passed, N failed, N skipped'.
int passed = 0, failed = 0, skipped = 0;
Console.WriteLine($"libtorch {torch.__version__}, {torch.cuda.device_count()} CUDA device(s)");
for (var i = 0; i < torch.cuda.device_count(); i++) Console.WriteLine($"  cuda:{i} {torch.cuda.get_device_properties(new torch.Device(DeviceType.CUDA, i))}");
foreach (var (name, found, use) in OptionalOperators.All()) Console.WriteLine($"  {(found ? "found" : "missing"),-8} {name,-36} {use}");

torch.Device[] devices = [torch.CPU, .. Enumerable.Range(0, torch.cuda.device_count()).Select(i => new torch.Device(DeviceType.CUDA, i))];
foreach (var device in devices)
    foreach (var check in DeviceChecks.All) Report(check.Name, device, check.WhyNot(device), () => check.Run(device));
if (devices.Length == 1) Report("every check", torch.CUDA, DeviceChecks.NoGpu, () => { });

Console.WriteLine($"{passed} passed, {failed} failed, {skipped} skipped");
return failed == 0 ? 0 : 1;

void Report(string name, torch.Device device, string? whyNot, Action run)
{
    try
    {
        if (whyNot is null) run();
        Console.WriteLine($"{(whyNot is null ? "pass" : "skip"),-5} {device,-7} {name}{(whyNot is null ? "" : $": {whyNot}")}");
        if (whyNot is null) passed++; else skipped++;
    }
    catch (Exception e)
    {
        failed++;
        Console.WriteLine($"FAIL  {device,-7} {name}: {e}");
    }
}
