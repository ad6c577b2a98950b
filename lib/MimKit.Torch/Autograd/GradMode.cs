namespace MimKit.Torch;

public static partial class torch
{
    /// <summary>Turns the recording of gradients off until disposed. Follows <c>await</c>.</summary>
    public static IDisposable no_grad() => new GradMode(GradMode.Current | Off.Grad);
    public static IDisposable enable_grad(bool enabled = true) => new GradMode(enabled ? GradMode.Current & ~Off.Grad : GradMode.Current | Off.Grad);
    public static IDisposable set_grad_enabled(bool mode = true) => enable_grad(mode);
    public static bool is_grad_enabled() => (GradMode.Current & Off.Grad) == 0;

    /// <summary>
    /// As <see cref="no_grad"/>, and tensors made meanwhile carry no version and can never take part in a graph: a little faster still.
    /// <c>inference_mode(false)</c> ends it for its own length. Follows <c>await</c>.
    /// </summary>
    public static IDisposable inference_mode(bool mode = true) => new GradMode(mode ? Off.Grad | Off.Versions : Off.Nothing);
    public static bool is_inference_mode_enabled() => (GradMode.Current & Off.Versions) != 0;

    /// <summary>What libtorch does not keep about new tensors. Nothing off is the usual state, and the default of a thread.</summary>
    [Flags] internal enum Off : byte { Nothing = 0, Grad = 1, Versions = 2 }

    /// <summary>A mode that holds until disposed.</summary>
    internal sealed class GradMode : IDisposable
    {
        // libtorch keeps the mode per thread; the change handler sets it whenever a thread takes up another flow.
        private static readonly AsyncLocal<Off> Flow = new(change => Set(change.PreviousValue, change.CurrentValue));
        private readonly Off _before = Flow.Value;
        private bool _ended;

        internal GradMode(Off mode) => Flow.Value = mode;

        internal static Off Current => Flow.Value;

        private static void Set(Off before, Off now)
        {
            if (((before ^ now) & Off.Versions) != 0) Native.mk_set_inference_mode((now & Off.Versions) != 0 ? 1 : 0);
            Native.mk_set_grad_mode((now & Off.Grad) != 0 ? 0 : 1);
        }

        public void Dispose()
        {
            if (_ended) return;
            _ended = true;
            Flow.Value = _before;
        }
    }
}
