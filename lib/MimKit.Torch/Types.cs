namespace MimKit.Torch;

/// <summary>Where tensors can live; META holds shapes without values. Numbered as in libtorch.</summary>
public enum DeviceType { CPU = 0, CUDA = 1, META = 14 }

/// <summary>A number of any type, as operators take it.</summary>
public sealed class Scalar
{
    internal readonly Arg Value;
    private Scalar(Arg value) => Value = value;

    /// <summary>The type a tensor of this number has by itself.</summary>
    public ScalarType Type => Value.Tag switch { Tag.Bool => @bool, Tag.Int => int64, _ => float32 };
    public static implicit operator Scalar(int v) => new((long)v);
    public static implicit operator Scalar(long v) => new(v);
    public static implicit operator Scalar(float v) => new((double)v);
    public static implicit operator Scalar(double v) => new(v);
    public static implicit operator Scalar(bool v) => new(v);
}

public readonly partial struct Arg
{
    public static implicit operator Arg(Scalar? v) => v is null ? default : v.Value;
    public static implicit operator Arg(Device? v) => v is null ? default : new(Tag.Device, v.Packed);
}

public static partial class torch
{
    /// <summary>How a division rounds: not at all, towards zero, or down.</summary>
    public enum RoundingMode { None, trunc, floor }

    public static partial class linalg
    {
        public enum QRMode { Reduced = 0, Complete = 1, R = 2 }
    }

    /// <summary>Element types, numbered as in libtorch (c10::ScalarType).</summary>
    public enum ScalarType : sbyte { Byte = 0, Int8 = 1, Int16 = 2, Int32 = 3, Int64 = 4, Float16 = 5, Float32 = 6, Float64 = 7, Bool = 11, BFloat16 = 15 }

    public const ScalarType uint8 = ScalarType.Byte, int8 = ScalarType.Int8, int16 = ScalarType.Int16, int32 = ScalarType.Int32, int64 = ScalarType.Int64,
        float16 = ScalarType.Float16, float32 = ScalarType.Float32, float64 = ScalarType.Float64, @bool = ScalarType.Bool, bfloat16 = ScalarType.BFloat16;

    /// <summary>Bytes an element of this type takes.</summary>
    public static int ElementSize(this ScalarType type) => type switch
    {
        ScalarType.Byte or ScalarType.Int8 or ScalarType.Bool => 1,
        ScalarType.Int16 or ScalarType.Float16 or ScalarType.BFloat16 => 2,
        ScalarType.Int32 or ScalarType.Float32 => 4,
        _ => 8,
    };

    /// <summary>Where a tensor lives.</summary>
    public sealed record Device(DeviceType type, int index = -1)
    {
        internal long Packed => ((long)type << 32) | (uint)index;
        internal static Device Unpack(long packed) => packed == unchecked((uint)-1) ? CPU : new((DeviceType)(packed >> 32), (int)(uint)packed);
        public override string ToString() => type == DeviceType.CPU ? "cpu" : type == DeviceType.META ? "meta" : $"cuda:{Math.Max(0, index)}";
        public static implicit operator Device(string name) => name == "cpu" ? CPU
            : name == "meta" ? META
            : name == "cuda" ? new(DeviceType.CUDA, 0)
            : name.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(name[5..], out var i) ? new(DeviceType.CUDA, i)
            : throw new ArgumentException($"'{name}' is no device. Known: cpu, meta, cuda, cuda:0, cuda:1, …");
    }

    public static readonly Device CPU = new(DeviceType.CPU);
    public static readonly Device META = new(DeviceType.META);
    public static readonly Device CUDA = new(DeviceType.CUDA, 0);

    /// <summary>libtorch's version, for example 1.13.1. Loads libtorch.</summary>
    public static unsafe string __version__ => Native.Text(Native.mk_version());

    public static int get_num_threads() => Native.mk_get_num_threads();
    public static void set_num_threads(int num) => Native.mk_set_num_threads(num);

}
