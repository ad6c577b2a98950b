namespace MimKit.Torch;

public static partial class torch
{
    /// <summary>Gradients of chosen tensors. Errors of libtorch come as <see cref="TorchException"/>; what a hook or a C# function threw comes as it is.</summary>
    public static unsafe partial class autograd
    {
        /// <summary>Adds to the <c>grad</c> of every leaf (or of <paramref name="inputs"/> alone) the gradient of the sum of <paramref name="tensors"/>.</summary>
        /// <param name="tensors">where to begin</param>
        /// <param name="grad_tensors">the gradient at each of them; may be left out for tensors of one element</param>
        /// <param name="retain_graph">keep what the graph saved, for another pass; as <paramref name="create_graph"/> when null</param>
        /// <param name="create_graph">record the pass itself, for gradients of gradients</param>
        public static void backward(IList<Tensor> tensors, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null)
        {
            Pairs(tensors, grad_tensors);
            var wanted = TensorList.Lend(inputs);
            fixed (nint* t = TensorList.Lend(tensors), g = TensorList.Lend(grad_tensors), i = wanted)
                Native.Check(Native.mk_backward(t, g, tensors.Count, i, wanted.Length, (retain_graph ?? create_graph) ? 1 : 0, create_graph ? 1 : 0));
            GC.KeepAlive((tensors, grad_tensors, inputs));
        }

        public static void backward(Tensor tensor, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null) =>
            backward([tensor], grad_tensors, retain_graph, create_graph, inputs);

        public static void backward(Tensor tensor, Tensor grad_tensor, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null) =>
            backward([tensor], [grad_tensor], retain_graph, create_graph, inputs);

        /// <summary>The gradients of the sum of <paramref name="outputs"/> with respect to <paramref name="inputs"/>; no tensor's <c>grad</c> changes.</summary>
        /// <returns>one for each input; null for one that the outputs do not depend on, which needs <paramref name="allow_unused"/></returns>
        public static IList<Tensor> grad(IList<Tensor> outputs, IList<Tensor> inputs, IList<Tensor>? grad_outputs = null, bool retain_graph = false, bool create_graph = false, bool allow_unused = false)
        {
            Pairs(outputs, grad_outputs);
            NativeValue result;
            fixed (nint* o = TensorList.Lend(outputs), g = TensorList.Lend(grad_outputs), i = TensorList.Lend(inputs))
                Native.Check(Native.mk_gradients(o, g, outputs.Count, i, inputs.Count, retain_graph || create_graph ? 1 : 0, create_graph ? 1 : 0, allow_unused ? 1 : 0, &result));
            GC.KeepAlive((outputs, inputs, grad_outputs));
            return TensorList.Take(result)!;
        }

        private static void Pairs(IList<Tensor> tensors, IList<Tensor>? gradients)
        {
            if (gradients is not null && gradients.Count != tensors.Count)
                throw new ArgumentException($"{gradients.Count} gradients were given for {tensors.Count} tensors: one for each is needed.");
        }
    }

    public partial class Tensor
    {
        public bool requires_grad
        {
            get => Native.mk_requires_grad(Handle) != 0;
            set => Native.Check(Native.mk_set_requires_grad(Handle, value ? 1 : 0));
        }
        public Tensor requires_grad_(bool requires_grad = true) { this.requires_grad = requires_grad; return this; }
        public bool is_leaf => Native.mk_is_leaf(Handle) != 0;

        /// <summary>Whether it was made in <see cref="inference_mode"/>, and so can never take part in a graph.</summary>
        public bool is_inference() => Native.mk_is_inference(Handle) != 0;

        public Tensor? grad
        {
            get => Native.mk_grad(Handle) is var g && g != 0 ? new Tensor(g) : null;
            set => Native.Check(Native.mk_set_grad(Handle, value?.Handle ?? 0));
        }

        /// <summary>Keeps <see cref="grad"/> of this tensor although it is no leaf.</summary>
        public void retain_grad() => Native.Check(Native.mk_retain_grad(Handle));

        /// <summary>Whether the other object stands for this very tensor, not for one with equal values.</summary>
        public bool IsSame(Tensor other) => Native.mk_same(Handle, other.Handle) != 0;

        /// <summary>Adds to the <c>grad</c> of every leaf the gradient of this tensor of one element.</summary>
        public unsafe void backward()
        {
            var handle = Handle;
            Native.Check(Native.mk_backward(&handle, null, 1, null, 0, 0, 0));
            GC.KeepAlive(this);
        }

        /// <inheritdoc cref="autograd.backward(IList{Tensor}, IList{Tensor}?, bool?, bool, IList{Tensor}?)"/>
        public void backward(IList<Tensor>? grad_tensors = null, bool retain_graph = false, bool create_graph = false, IList<Tensor>? inputs = null) =>
            autograd.backward([this], grad_tensors, retain_graph || create_graph, create_graph, inputs);

        /// <summary>
        /// Calls <paramref name="hook"/> with the gradient of this tensor whenever a backward pass computes it, and passes on what it returns, or the
        /// gradient itself where it returns null. What the hook throws comes out of <c>backward()</c>. PyTorch's <c>Tensor.register_hook</c>.
        /// </summary>
        public GradientHook register_hook(Func<Tensor, Tensor?> hook)
        {
            if (!requires_grad) throw new InvalidOperationException($"A hook waits for a gradient; this tensor ({this}) does not require one. Call requires_grad_() first.");
            var position = Native.mk_register_hook(Handle, Callbacks.Lend(hook));
            Native.Check(position);
            return new(this, position);
        }

        /// <inheritdoc cref="register_hook(Func{Tensor, Tensor?})"/>
        public GradientHook register_hook(Action<Tensor> hook) => register_hook(grad => { hook(grad); return null; });
    }

    /// <summary>A registered hook. <see cref="remove"/> (or disposing it) ends it; so does the end of the tensor.</summary>
    public sealed class GradientHook : IDisposable
    {
        private Tensor? _tensor;
        private readonly int _position;

        internal GradientHook(Tensor tensor, int position) => (_tensor, _position) = (tensor, position);

        public void remove()
        {
            var tensor = Interlocked.Exchange(ref _tensor, null);
            if (tensor is { IsInvalid: false }) Native.Check(Native.mk_remove_hook(tensor.Handle, _position));
        }

        public void Dispose() => remove();
    }
}
