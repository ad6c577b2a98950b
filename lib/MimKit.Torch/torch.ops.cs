namespace MimKit.Torch;

public static partial class torch
{
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, Op> s_operators = [];

    /// <summary>
    /// Calls any operator that libtorch knows, by its name: <c>torch.ops("aten::scatter_reduce.two", x, 0, index, source, "amax")</c>. Arguments
    /// are checked against the operator's schema, and those left out at the end take its defaults.
    /// </summary>
    /// <param name="name">namespace, name and, after a point, the overload, as schemas have them; <see cref="schema"/> shows one</param>
    /// <param name="arguments">tensors, numbers, truth values, texts, devices, generators, and arrays of long, double, bool or tensors; null for none</param>
    /// <returns>the tensors it returns, in order; none for an operator that works in place and returns nothing</returns>
    /// <exception cref="TorchException">there is no such operator, or an argument does not fit its schema, which the message shows</exception>
    public static Tensor[] ops(string name, params Arg[] arguments)
    {
        var op = Named(name);
        try { return op.CallMany(arguments); }
        catch (TorchException e) when (e.Kind == TorchErrorKind.BadArgument)
        {
            throw new TorchException($"{e.Message}\n  schema: {op.Schema}", e.Operator, e.Tensors);
        }
    }

    /// <summary>The schema of an operator as libtorch prints it.</summary>
    public static string schema(string name) => Named(name).Schema;

    private static Op Named(string name) => s_operators.GetOrAdd(name, n =>
    {
        var from = n.IndexOf("::", StringComparison.Ordinal);
        if (from < 0) throw new TorchException($"'{n}' names no operator. A name has its namespace: aten::{n}.");
        var point = n.IndexOf('.', from);
        return point < 0 ? new Op(n) : new Op(n[..point], n[(point + 1)..]);
    });
}
