namespace MimKit.Torch;

/// <summary>
/// Frees, when it ends, every tensor made inside it that was not moved out. Scopes nest and follow <c>await</c>.
/// </summary>
public sealed class DisposeScope : IDisposable
{
    // The AsyncLocal carries the scope across await and threads; its change handler keeps a plain thread-static copy, which a tensor reads.
    private static readonly AsyncLocal<DisposeScope?> Flow = new(change => s_current = change.CurrentValue);
    [ThreadStatic] private static DisposeScope? s_current;

    private readonly DisposeScope? _outer;
    private readonly List<torch.Tensor> _tensors = new(64);
    private int _sweepAt = 4096;
    private bool _ended;

    internal DisposeScope()
    {
        _outer = Current;
        Flow.Value = this;
    }

    internal static DisposeScope? Current => s_current is { _ended: false } ? s_current : null;

    // The next scope outwards that still frees something: scopes may be ended in the wrong order.
    private DisposeScope? Outer
    {
        get
        {
            var outer = _outer;
            while (outer is { _ended: true }) outer = outer._outer;
            return outer;
        }
    }

    /// <summary>Tensors this scope will free.</summary>
    public int DisposablesCount => _tensors.Count(t => t.Scope == this);

    internal void Add(torch.Tensor tensor)
    {
        lock (_tensors)
        {
            if (_tensors.Count >= _sweepAt)      // a long scope forgets what was disposed by hand
            {
                _tensors.RemoveAll(t => t.Scope != this);
                _sweepAt = Math.Max(4096, 2 * _tensors.Count);
            }
            _tensors.Add(tensor);
        }
    }

    /// <summary>Keeps <paramref name="tensor"/> alive beyond this scope: the outer scope (or nobody) owns it.</summary>
    public T MoveToOuter<T>(T tensor) where T : torch.Tensor
    {
        var outer = Outer;
        tensor.Scope = outer;
        outer?.Add(tensor);
        return tensor;
    }

    public void Dispose()
    {
        if (_ended) return;
        Flow.Value = Outer;
        FreeTensors();
        GC.SuppressFinalize(this);
    }

    /// <summary>A scope that nobody ended, and its tensors, are out of reach together: the tensors know their scope.</summary>
    ~DisposeScope() => FreeTensors();

    private void FreeTensors()
    {
        lock (_tensors)
        {
            _ended = true;
            foreach (var tensor in _tensors)
                if (tensor.Scope == this) tensor.Dispose();
            _tensors.Clear();
        }
    }
}

public static partial class torch
{
    public static DisposeScope NewDisposeScope() => new();
}
