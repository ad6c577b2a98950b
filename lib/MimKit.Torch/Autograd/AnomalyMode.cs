using MimKit.Torch;
using System.Text;

namespace MimKit.Torch
{
    /// <summary>
    /// While it lasts, every operator's result and every gradient is looked at, and the first one with a NaN or an infinity that its arguments did not
    /// have stops the program with a <see cref="TorchException"/> that names the operator, its arguments and the module that called it (by
    /// <c>Module.call</c>). An infinity that was put in on purpose (a mask of −∞) passes. Several times slower: for finding the place, not for training.
    /// </summary>
    public sealed class AnomalyMode : IDisposable
    {
        private static bool s_enabled, s_checkNaN;
        private readonly (bool Enabled, bool CheckNaN) _before = (s_enabled, s_checkNaN);
        private bool _ended;

        /// <param name="check_nan">false leaves the values alone</param>
        public AnomalyMode(bool enabled, bool check_nan = true) => Set(enabled, check_nan);

        public bool IsEnabled => s_enabled;
        public bool ShouldCheckNaN => s_checkNaN;

        /// <summary>Whether values are looked at: for the whole process, as in PyTorch.</summary>
        internal static bool Watching => s_enabled && s_checkNaN;

        private static void Set(bool enabled, bool checkNaN)
        {
            (s_enabled, s_checkNaN) = (enabled, checkNaN);
            Native.mk_set_watching(Watching ? 1 : 0);
        }

        public void Dispose()
        {
            if (_ended) return;
            _ended = true;
            Set(_before.Enabled, _before.CheckNaN);
        }
    }

    /// <summary>Which module's forward runs on this thread, by its full name; kept in anomaly mode only.</summary>
    internal static unsafe class Place
    {
        [ThreadStatic] private static Stack<(torch.nn.Module Module, string Name)>? s_path;

        internal static TResult Within<TResult>(torch.nn.Module module, Func<TResult> forward)
        {
            var path = s_path ??= new();
            path.Push((module, Name(module, path)));
            Tell(path);
            try { return forward(); }
            finally
            {
                path.Pop();
                Tell(path);
            }
        }

        // The name under which the module that runs now knows it; a module outside any other goes by its own.
        private static string Name(torch.nn.Module module, Stack<(torch.nn.Module Module, string Name)> path)
        {
            if (path.TryPeek(out var outer))
                foreach (var (name, part) in outer.Module.named_modules())
                    if (ReferenceEquals(part, module)) return $"{outer.Name}.{name}";
            return module.GetName();
        }

        private static void Tell(Stack<(torch.nn.Module Module, string Name)> path)
        {
            var text = path.TryPeek(out var top) ? $"{top.Name} ({top.Module.GetType().Name})" : "";
            fixed (byte* bytes = Encoding.UTF8.GetBytes(text + '\0')) Native.mk_set_place(bytes);
        }
    }

    public static partial class torch
    {
        public static unsafe partial class autograd
        {
            /// <inheritdoc cref="AnomalyMode"/>
            public static AnomalyMode detect_anomaly(bool check_nan = true) => new(true, check_nan);

            /// <inheritdoc cref="AnomalyMode"/>
            public static AnomalyMode set_detect_anomaly(bool mode, bool check_nan = true) => new(mode, check_nan);
        }
    }
}
