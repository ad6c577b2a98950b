namespace MimKit.Torch;

public static partial class torch
{
    // Other types, other devices, and tensors like this one.
    public partial class Tensor
    {
        public Tensor to(ScalarType type, Device device, bool copy = false, bool non_blocking = false) =>
            type == dtype && device == this.device && !copy ? alias() : Ops._to_copy.Call(this, type, default, device, default, non_blocking);
        public Tensor to(DeviceType deviceType, int deviceIndex = -1) => to(new Device(deviceType, deviceType == DeviceType.CPU ? -1 : Math.Max(0, deviceIndex)));

        /// <summary>In the type and on the device of <paramref name="other"/>.</summary>
        public Tensor to(Tensor other) => to(other.dtype, other.device);
        public Tensor to_type(ScalarType type) => to(type);
        public Tensor type(ScalarType dtype) => to(dtype);
        public Tensor half() => to(float16);
        public Tensor @int() => to(int32);
        public Tensor @short() => to(int16);
        public Tensor @byte() => to(uint8);
        public Tensor @char() => to(int8);
        public Tensor @bool() => to(torch.@bool);

        /// <summary>A copy in page-locked memory, from which a copy to a GPU can run beside the host. Needs a CUDA device.</summary>
        public Tensor pin_memory() => Ops.pin_memory.Call(this);
        public bool is_pinned() => Ops.is_pinned.CallInteger(this) != 0;

        public bool is_cuda => device.type == DeviceType.CUDA;
        public DeviceType device_type => device.type;
        public int device_index => device.index;
        public long Dimensions => dim();
        public bool is_floating_point() => torch.is_floating_point(dtype);
        public bool is_integral() => torch.is_integral(dtype);
        public bool is_nonzero() => item<bool>();
        public long element_size() => dtype.ElementSize();
        public long ElementSize => dtype.ElementSize();
        public long stride(int dim) => stride()[dim < 0 ? dim + (int)ndim : dim];
        public bool is_same_size(Tensor other) => shape.AsSpan().SequenceEqual(other.shape);

        public bool ToBoolean() => item<bool>();
        public byte ToByte() => item<byte>();
        public short ToInt16() => item<short>();
        public int ToInt32() => item<int>();
        public Scalar ToScalar() => is_floating_point() ? item<double>() : dtype == torch.@bool ? item<bool>() : item<long>();

        public Tensor empty_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => torch.empty_like(this, dtype, device, requires_grad);
        public Tensor zeros_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => torch.zeros_like(this, dtype, device, requires_grad);
        public Tensor ones_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => torch.ones_like(this, dtype, device, requires_grad);
        public Tensor full_like(Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => torch.full_like(this, value, dtype, device, requires_grad);
        public Tensor rand_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => torch.rand_like(this, dtype, device, requires_grad);
        public Tensor randn_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => torch.randn_like(this, dtype, device, requires_grad);

        // of this tensor's type and device unless said otherwise
        public Tensor new_empty(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => empty(size, dtype ?? this.dtype, device ?? this.device, requires_grad);
        public Tensor new_zeros(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => zeros(size, dtype ?? this.dtype, device ?? this.device, requires_grad);
        public Tensor new_ones(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => ones(size, dtype ?? this.dtype, device ?? this.device, requires_grad);
        public Tensor new_full(long[] size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => full(size, value, dtype ?? this.dtype, device ?? this.device, requires_grad);
    }
}
