namespace MimKit.Torch;

public readonly partial struct Arg
{
    public static implicit operator Arg(Scalar? v) => v is null ? default : v.Type switch
    {
        ScalarType.Bool => v.ToBoolean(),
        ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64 => v.ToDouble(),
        _ => v.ToInt64(),
    };

    public static implicit operator Arg(Device? v) => v is null ? default : new(Tag.Device, ((long)v.type << 32) | (uint)v.index);
}
