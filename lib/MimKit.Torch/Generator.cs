namespace MimKit.Torch;

public static partial class torch
{
    /// <summary>
    /// A source of libtorch's random numbers for one device. Given to a random operator it is drawn from instead of the device's default one.
    /// The kit itself uses libtorch's generators for initialisers only; its other draws are counter-based (MimKit.Runtime.Draw).
    /// </summary>
    public sealed class Generator : IDisposable
    {
        private nint _handle;

        /// <param name="seed">the first values follow from it alone</param>
        /// <param name="device">where the operators that draw from it run; the CPU unless given</param>
        public Generator(ulong seed = 0, Device? device = null) : this(Native.mk_generator_new((device ?? CPU).Packed), device ?? CPU) => manual_seed(unchecked((long)seed));

        private Generator(nint handle, Device device)
        {
            _handle = handle != 0 ? handle : throw new ArgumentException($"There is no random generator for {device}: libtorch {__version__} sees no such device.");
            this.device = device;
        }

        /// <summary>The CPU's default generator, which is drawn from where none is given.</summary>
        public static Generator Default { get; } = new(Native.mk_generator_default(CPU.Packed), CPU);

        public Device device { get; }
        public nint Handle => _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(Generator), "This generator was disposed.");

        /// <summary>Starts the sequence of <paramref name="seed"/> from its beginning.</summary>
        public Generator manual_seed(long seed) { Native.mk_generator_set_seed(Handle, seed); return this; }

        /// <summary>Starts a sequence that nobody chose, and says its seed.</summary>
        public long seed() => Native.mk_generator_seed(Handle);
        public long initial_seed() => Native.mk_generator_get_seed(Handle);

        /// <summary>The place in the sequence, as a byte tensor.</summary>
        public Tensor get_state() => new(Native.mk_generator_get_state(Handle));
        public void set_state(Tensor value)
        {
            if (Native.mk_generator_set_state(Handle, value.Handle) < 0)
                throw new ArgumentException($"A tensor {value.Summary} is not a state of a {device} generator: give what get_state() returned.");
        }

        ~Generator() => Release();

        public void Dispose()
        {
            Release();
            GC.SuppressFinalize(this);
        }

        private void Release()
        {
            var handle = Interlocked.Exchange(ref _handle, 0);
            if (handle != 0) Native.mk_generator_free(handle);
        }
    }

    /// <summary>Seeds the default generators of all devices. Initialisers draw from them.</summary>
    public static Generator manual_seed(long seed)
    {
        Native.mk_manual_seed(seed);
        return Generator.Default;
    }

    public static long initial_seed() => Generator.Default.initial_seed();
    public static long seed() => Generator.Default.seed();
    public static Tensor get_rng_state() => Generator.Default.get_state();
    public static void set_rng_state(Tensor new_state) => Generator.Default.set_state(new_state);

    /// <summary>PyTorch's <c>torch.random</c>.</summary>
    public static class random
    {
        public static Generator manual_seed(long seed) => torch.manual_seed(seed);
        public static long initial_seed() => torch.initial_seed();
        public static long seed() => torch.seed();
        public static Tensor get_rng_state() => torch.get_rng_state();
        public static void set_rng_state(Tensor new_state) => torch.set_rng_state(new_state);
    }
}
