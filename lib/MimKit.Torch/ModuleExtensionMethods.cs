namespace MimKit.Torch;

/// <summary>
/// Moves and converts a module in place: parameters and buffers keep their identity, gradients go along. Only floating-point tensors change
/// their dtype. Optimizer state stays where it is, so move a network before its optimizer is made.
/// </summary>
public static class ModuleExtensionMethods
{
    public static T to<T>(this T module, Device device, ScalarType type) where T : nn.Module { module.Move(device, type); return module; }
    public static T to<T>(this T module, Device device) where T : nn.Module { module.Move(device, null); return module; }
    public static T to<T>(this T module, string device) where T : nn.Module => module.to((Device)device);
    public static T to<T>(this T module, DeviceType deviceType, int deviceIndex = -1) where T : nn.Module => module.to(new Device(deviceType, deviceIndex));
    public static T to<T>(this T module, ScalarType type) where T : nn.Module { module.Move(null, type); return module; }
    public static T to<T>(this T module, Tensor other) where T : nn.Module => module.to(other.device, other.dtype);
    public static T cpu<T>(this T module) where T : nn.Module => module.to(CPU);
    public static T cuda<T>(this T module, int deviceIndex = 0) where T : nn.Module => module.to(new Device(DeviceType.CUDA, deviceIndex));
    public static T @float<T>(this T module) where T : nn.Module => module.to(float32);
    public static T @double<T>(this T module) where T : nn.Module => module.to(float64);
    public static T half<T>(this T module) where T : nn.Module => module.to(float16);
    public static T bfloat16<T>(this T module) where T : nn.Module => module.to(torch.bfloat16);
}
