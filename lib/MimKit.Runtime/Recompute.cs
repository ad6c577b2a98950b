namespace MimKit.Runtime;

/// <summary>
/// Gradient checkpointing (Chen et al., Training Deep Nets with Sublinear Memory Cost, 2016, arXiv 1604.06174): a part of a network keeps its
/// input alone, and computes everything inside a second time when its gradient is asked for. One more forward pass buys the memory of its activations.
/// </summary>
/// <remarks>
/// The second pass gives the bits of the first because draws are counter-based (<see cref="Draw"/>): capture them before the call, or draw them inside by
/// position. What asks libtorch's generator (<c>functional.dropout</c>) would draw anew and is refused by nobody: use drop path and masks of this library.
/// </remarks>
public static class Recompute
{
    /// <summary>Runs <paramref name="module"/> on <paramref name="input"/> without keeping what lies between.</summary>
    /// <returns>what <c>module.call(input)</c> returns, with the same gradients for the input and for the module's parameters</returns>
    public static Tensor Call(nn.Module<Tensor, Tensor> module, Tensor input) => Call(x => module.call(x[0]), [input], module.parameters());

    /// <summary>Runs <paramref name="body"/> without keeping what lies between.</summary>
    /// <param name="body">takes the inputs, gives one tensor, and gives the same one whenever it is called with the same</param>
    /// <param name="inputs">every tensor that the body takes and that may need a gradient</param>
    /// <param name="parameters">every parameter that the body uses and that needs a gradient</param>
    /// <exception cref="InvalidOperationException">In the backward pass: the body uses a tensor that needs a gradient and that was not named here, or a graph of the pass itself was asked for.</exception>
    public static Tensor Call(Func<IReadOnlyList<Tensor>, Tensor> body, IReadOnlyList<Tensor> inputs, IEnumerable<Parameter> parameters)
    {
        if (!is_grad_enabled()) return body(inputs);
        return Function.apply([new Part(body, inputs.Count), .. inputs, .. parameters.Where(p => p.requires_grad)]);
    }

    private sealed record Part(Func<IReadOnlyList<Tensor>, Tensor> Body, int Inputs);

    private sealed class Function : autograd.SingleTensorFunction<Function>
    {
        public override string Name => nameof(Recompute);

        // vars: the part, its inputs, its parameters
        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var part = (Part)vars[0];
            ctx.save_data("part", part);
            ctx.save_for_backward([.. vars[1..].Cast<Tensor>()]);
            using var scope = NewDisposeScope();
            return scope.MoveToOuter(part.Body([.. vars[1..(1 + part.Inputs)].Cast<Tensor>()]));
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            if (is_grad_enabled()) throw new InvalidOperationException("A recomputed part gives gradients, not gradients of gradients. Call it directly where create_graph is asked for.");
            var part = (Part)ctx.get_data("part");
            var saved = ctx.get_saved_variables();
            var inputs = saved.Take(part.Inputs).Select(t => t.detach().requires_grad_(t.requires_grad)).ToList();
            List<Tensor> wanted = [.. inputs, .. saved.Skip(part.Inputs)];
            Tensor result;
            using (enable_grad()) result = part.Body(inputs);
            var needs = wanted.Where(t => t.requires_grad).ToList();
            RefuseUnknown(result, needs);
            var gradients = new Queue<Tensor>(autograd.grad([result], needs, [grad_output], allow_unused: true));
            return [null!, .. wanted.Select(t => t.requires_grad ? gradients.Dequeue() : null!)];
        }

        // A gradient that silently stays away would train a worse network without a word.
        private static void RefuseUnknown(Tensor result, List<Tensor> known)
        {
            foreach (var leaf in Graph.Leaves(result))
                if (!known.Exists(leaf.IsSame))
                    throw new InvalidOperationException($"The recomputed part uses a tensor of [{string.Join(", ", leaf.shape)}] that needs a gradient and is neither among its inputs nor its parameters. Name it in one of them.");
        }
    }
}
