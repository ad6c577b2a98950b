namespace MimKit.Torch;

public static partial class torch
{
    public static partial class autograd
    {
        /// <summary>An operation whose gradient is written in C#. Derive from <see cref="SingleTensorFunction{T}"/> or <see cref="MultiTensorFunction{T}"/>.</summary>
        public abstract class Function<T> where T : Function<T>, new()
        {
            /// <summary>What errors call it.</summary>
            public abstract string Name { get; }

            private protected abstract List<Tensor> Forward(AutogradContext ctx, object[] vars);
            private protected abstract List<Tensor> Backward(AutogradContext ctx, List<Tensor> grads);

            private protected static unsafe List<Tensor> apply_internal(object[] vars)
            {
                var function = new T();
                var call = new FunctionCall(function.Name, vars, function.Forward, function.Backward);
                var tensors = vars.OfType<Tensor>().ToArray();
                NativeValue result;
                fixed (nint* t = TensorList.Lend(tensors)) Native.Check(Native.mk_apply(Callbacks.Lend(call), t, tensors.Length, &result));
                GC.KeepAlive(vars);
                return TensorList.Take(result)!;
            }
        }

        /// <summary>A function with one result. <c>apply</c> is what a user calls; <c>forward</c> runs unrecorded.</summary>
        public abstract class SingleTensorFunction<T> : Function<T> where T : SingleTensorFunction<T>, new()
        {
            /// <summary>Runs <see cref="forward"/> on these arguments, tensors and others, and records that <see cref="backward"/> is its gradient.</summary>
            public static Tensor apply(params object[] vars) => apply_internal(vars)[0];

            public abstract Tensor forward(AutogradContext ctx, params object[] vars);

            /// <returns>a gradient for each argument of forward, null where there is none</returns>
            public abstract List<Tensor> backward(AutogradContext ctx, Tensor grad_output);

            private protected sealed override List<Tensor> Forward(AutogradContext ctx, object[] vars) => [forward(ctx, vars)];
            private protected sealed override List<Tensor> Backward(AutogradContext ctx, List<Tensor> grads) => backward(ctx, grads[0]);
        }

        /// <summary>A function with several results.</summary>
        public abstract class MultiTensorFunction<T> : Function<T> where T : MultiTensorFunction<T>, new()
        {
            /// <inheritdoc cref="SingleTensorFunction{T}.apply"/>
            public static List<Tensor> apply(params object[] vars) => apply_internal(vars);

            public abstract List<Tensor> forward(AutogradContext ctx, params object[] vars);

            /// <param name="grad_outputs">the gradient at each result; zeros where none came, or null after <c>set_materialize_grads(false)</c></param>
            /// <returns>a gradient for each argument of forward, null where there is none</returns>
            public abstract List<Tensor> backward(AutogradContext ctx, List<Tensor> grad_outputs);

            private protected sealed override List<Tensor> Forward(AutogradContext ctx, object[] vars) => forward(ctx, vars);
            private protected sealed override List<Tensor> Backward(AutogradContext ctx, List<Tensor> grads) => backward(ctx, grads);
        }

        /// <summary>What a function keeps between its forward and its backward.</summary>
        public sealed unsafe class AutogradContext : IDisposable
        {
            private readonly Dictionary<string, object> _data = [];
            private nint _native;

            // libtorch's context is lent for the length of a callback
            internal TResult During<TResult>(nint native, Func<AutogradContext, TResult> body)
            {
                var before = _native;
                _native = native;
                try { return body(this); }
                finally { _native = before; }
            }

            private nint Handle => _native != 0 ? _native : throw new InvalidOperationException("An autograd context works inside the forward or backward that it was given to, not after.");

            /// <summary>Keeps arguments or results of forward for backward; libtorch checks that nobody changed them in place meanwhile.</summary>
            public void save_for_backward(List<Tensor> tensors) { fixed (nint* t = TensorList.Lend(tensors)) Native.Check(Native.mk_context_save(Handle, t, tensors.Count)); }

            public List<Tensor> get_saved_variables()
            {
                NativeValue result;
                Native.Check(Native.mk_context_saved(Handle, &result));
                return TensorList.Take(result)!;
            }

            /// <summary>Says which arguments forward changed in place.</summary>
            public void mark_dirty(List<Tensor> tensors) { fixed (nint* t = TensorList.Lend(tensors)) Native.Check(Native.mk_context_mark_dirty(Handle, t, tensors.Count)); }

            /// <summary>Says which results have no gradient.</summary>
            public void mark_non_differentiable(List<Tensor> tensors) { fixed (nint* t = TensorList.Lend(tensors)) Native.Check(Native.mk_context_mark_non_differentiable(Handle, t, tensors.Count)); }

            /// <summary>Whether a gradient that did not come is given to backward as zeros (the default) or as null.</summary>
            public bool MaterializeGrads { get; private set; } = true;
            public void set_materialize_grads(bool value) { MaterializeGrads = value; Native.mk_context_materialize(Handle, value ? 1 : 0); }

            /// <summary>Keeps anything else. A tensor that is neither argument nor result of forward may be kept here too.</summary>
            public void save_data(string key, object value) => _data[key] = value is Tensor t ? t.alias().DetachFromDisposeScope() : value;

            public object get_data(string key) => _data.TryGetValue(key, out var value) ? value
                : throw new KeyNotFoundException($"Nothing was saved as '{key}'; saved: {string.Join(", ", _data.Keys.Order(StringComparer.Ordinal))}.");

            public void Dispose()
            {
                foreach (var tensor in _data.Values.OfType<Tensor>()) tensor.Dispose();
                _data.Clear();
            }
        }
    }
}

/// <summary>One call of a C# function: native code keeps it for as long as the graph may ask for its gradient.</summary>
internal sealed class FunctionCall(
    string name, object[] vars,
    Func<torch.autograd.AutogradContext, object[], List<torch.Tensor>> forward,
    Func<torch.autograd.AutogradContext, List<torch.Tensor>, List<torch.Tensor>> backward) : IDisposable
{
    private readonly torch.autograd.AutogradContext _context = new();
    private readonly bool[] _isTensor = [.. vars.Select(v => v is torch.Tensor)];
    private object[]? _vars = vars;

    internal List<torch.Tensor> Forward(nint context)
    {
        var given = _vars!;
        _vars = null;                                   // the graph keeps what was saved, nothing else
        return _context.During(context, c => forward(c, given));
    }

    internal List<torch.Tensor?> Backward(nint context, List<torch.Tensor?> grads)
    {
        var gradients = _context.During(context, c => backward(c, grads!));
        if (gradients.Count != _isTensor.Length)
            throw new InvalidOperationException($"{name}.backward returned {gradients.Count} gradients; forward has {_isTensor.Length} arguments. Return one for each, null where there is none.");
        for (var i = 0; i < gradients.Count; i++)
            if (!_isTensor[i] && gradients[i] is not null)
                throw new InvalidOperationException($"{name}.backward returned a gradient for argument {i}, which is not a tensor. Return null there.");
        return [.. gradients.Where((_, i) => _isTensor[i])];
    }

    public void Dispose() => _context.Dispose();
}
