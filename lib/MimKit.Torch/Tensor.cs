using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MimKit.Torch;

public static partial class torch
{
    /// <summary>
    /// A tensor of libtorch. Names and signatures are TorchSharp's; meaning is PyTorch's. It is freed by the scope it was made in,
    /// by <see cref="Dispose"/>, or at last by the garbage collector.
    /// </summary>
    [DebuggerDisplay("{Summary,nq}")]
    public partial class Tensor : IDisposable
    {
        private nint _handle;
        private DisposeScope? _scope;
        private Unowned? _unowned;
        private static long s_live;

        internal protected Tensor(nint handle)
        {
            _handle = handle;
            Interlocked.Increment(ref s_live);
            if ((_scope = DisposeScope.Current) is { } scope) scope.Add(this);
            else _unowned = new(handle, Bytes);
            if (TensorSites.Watching) TensorSites.Born(handle, Bytes);
        }

        /// <summary>The tensor of an <c>at::Tensor*</c>, which is its own from now on.</summary>
        public static Tensor UnsafeCreateTensor(nint handle) => new(handle);

        private long Bytes => numel() * dtype.ElementSize();

        /// <summary>Who frees this tensor when it ends; without one the garbage collector does.</summary>
        internal DisposeScope? Scope
        {
            get => _scope;
            set
            {
                _scope = value;
                if (value is null && _handle != 0) _unowned ??= new(_handle, Bytes);
                else if (value is not null) DropUnowned();
            }
        }

        public void Dispose()
        {
            var handle = Interlocked.Exchange(ref _handle, 0);
            if (handle == 0) return;
            _scope = null;
            DropUnowned();
            Free(handle);
        }

        private static void Free(nint handle)
        {
            Interlocked.Decrement(ref s_live);
            if (TensorSites.Watching) TensorSites.Died(handle);
            Native.mk_tensor_free(handle);
        }

        private void DropUnowned()
        {
            if (_unowned is null) return;
            _unowned.Drop();
            _unowned = null;
        }

        /// <summary>Tensors alive in this process: a training step must leave this number as it found it.</summary>
        public static long TotalCount => Interlocked.Read(ref s_live);

        /// <summary>The <c>at::Tensor*</c> behind this object; valid while the object is.</summary>
        public nint Handle => _handle != 0 ? _handle
            : throw new ObjectDisposedException(nameof(Tensor), "This tensor was disposed, by hand or with the scope it was made in. Move it out with MoveToOuterDisposeScope() if it must live longer.");

        public bool IsInvalid => _handle == 0;

        public Tensor MoveToOuterDisposeScope() { Scope?.MoveToOuter(this); return this; }

        /// <summary>Takes the tensor out of every scope: from now on its owner disposes it, or the garbage collector does.</summary>
        public Tensor DetachFromDisposeScope() { Scope = null; return this; }

        /// <summary>A second object for the same tensor.</summary>
        public Tensor alias() => new(Native.mk_tensor_alias(Handle));

        // ------------------------------------------------------------------------------------------------ description

        public long dim() => Native.mk_tensor_dim(Handle);
        public long ndim => dim();
        public long NumberOfElements => Native.mk_tensor_numel(Handle);
        public long numel() => NumberOfElements;
        public ScalarType dtype => (ScalarType)Native.mk_tensor_dtype(Handle);
        public Device device => Device.Unpack(Native.mk_tensor_device(Handle));
        public bool is_contiguous() => Native.mk_tensor_contiguous(Handle) != 0;
        public bool is_cpu() => device.type == DeviceType.CPU;

        /// <summary>Counts in-place changes: equal numbers mean an unchanged tensor.</summary>
        public long Version => Native.mk_tensor_version(Handle);

        public unsafe long[] shape
        {
            get
            {
                var sizes = new long[dim()];
                fixed (long* p = sizes) Native.mk_tensor_sizes(Handle, p, null);
                return sizes;
            }
        }
        public long[] size() => shape;
        public long size(int dim) => shape[dim < 0 ? dim + (int)ndim : dim];

        public unsafe long[] stride()
        {
            long[] sizes = new long[dim()], strides = new long[sizes.Length];
            fixed (long* p = sizes, s = strides) Native.mk_tensor_sizes(Handle, p, s);
            return strides;
        }

        // ------------------------------------------------------------------------------------------------------- data

        /// <summary>The bytes of a contiguous CPU tensor, in place: valid while the tensor is.</summary>
        public unsafe Span<byte> bytes
        {
            get
            {
                if (!is_cpu() || !is_contiguous()) throw new InvalidOperationException($"The bytes of a {device} tensor{(is_contiguous() ? "" : " that is not contiguous")} cannot be viewed. Call .cpu().contiguous() first.");
                return new((void*)Native.mk_tensor_data(Handle), checked((int)(NumberOfElements * dtype.ElementSize())));
            }
        }

        /// <summary>The values of a contiguous CPU tensor, in place: valid while the tensor is. <typeparamref name="T"/> must be its element type.</summary>
        public unsafe Span<T> data<T>() where T : unmanaged
        {
            if (sizeof(T) != dtype.ElementSize()) throw new ArgumentException($"A {dtype} tensor cannot be read as {typeof(T).Name}. Convert it first: .to({TypeOf<T>()}).");
            return MemoryMarshal.Cast<byte, T>(bytes);
        }

        /// <summary>A copy of the values as an array, whatever the device and layout. <typeparamref name="T"/> must be its element type.</summary>
        public T[] ToArray<T>() where T : unmanaged
        {
            if (is_cpu() && is_contiguous()) return data<T>().ToArray();
            using var plain = cpu().contiguous();
            return plain.data<T>().ToArray();
        }

        /// <summary>The single value of a one-element tensor. On a GPU this waits for the device.</summary>
        public T item<T>() where T : unmanaged
        {
            if (NumberOfElements != 1) throw new InvalidOperationException($"item() needs a tensor of one element; this one is {Summary}.");
            using var plain = cpu().to(TypeOf<T>());
            return plain.data<T>()[0];
        }
        public float ToSingle() => item<float>();
        public double ToDouble() => item<double>();
        public long ToInt64() => item<long>();

        internal static ScalarType TypeOf<T>() => default(T) switch
        {
            float => float32, double => float64, long => int64, int => int32, short => int16, byte => uint8, sbyte => int8, bool => torch.@bool, Half => float16,
            _ => throw new ArgumentException($"There is no tensor of {typeof(T).Name}."),
        };

        public Tensor to(ScalarType type, bool copy = false) => type == dtype && !copy ? alias() : Ops._to_copy.Call(this, type);
        public Tensor to(Device device) => device == this.device ? alias() : Ops._to_copy.Call(this, default, default, device);
        public Tensor cpu() => to(CPU);
        public Tensor cuda() => to(CUDA);
        public Tensor @float() => to(float32);
        public Tensor @double() => to(float64);
        public Tensor @long() => to(int64);
        public Tensor bfloat16() => to(torch.bfloat16);

        // "[2x3], type = Float32, device = cpu", for messages
        internal string Summary => _handle == 0 ? "[disposed]" : $"[{string.Join("x", shape)}], type = {dtype}, device = {device}";
    }
}
