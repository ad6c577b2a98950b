namespace MimKit.Torch;

/// <summary>One index of <c>x[…]</c>: a position, a range, an ellipsis, all of a dimension, a new axis, or a tensor of positions or truth values.</summary>
public readonly struct TensorIndex
{
    internal enum Kind { Single, Slice, Ellipsis, NewAxis, Tensor }
    internal readonly Kind What;
    internal readonly long? Start, Stop;
    internal readonly long Step;
    internal readonly torch.Tensor? Positions;
    private TensorIndex(Kind what, long? start = null, long? stop = null, long step = 1, torch.Tensor? positions = null) { What = what; Start = start; Stop = stop; Step = step; Positions = positions; }

    public static TensorIndex Slice(long? start = null, long? stop = null, long? step = null) => new(Kind.Slice, start, stop, step ?? 1);
    public static TensorIndex Single(long index) => new(Kind.Single, index);
    public static TensorIndex Tensor(torch.Tensor tensor) => new(Kind.Tensor, positions: tensor);
    public static TensorIndex Ellipsis => new(Kind.Ellipsis);
    public static TensorIndex Colon => new(Kind.Slice);
    public static TensorIndex None => new(Kind.NewAxis);
    public static implicit operator TensorIndex(long value) => Single(value);
    public static implicit operator TensorIndex(int value) => Single(value);
    public static implicit operator TensorIndex(torch.Tensor value) => Tensor(value);
    public static implicit operator TensorIndex(Range range) => Slice(At(range.Start, false), At(range.End, true));
    private static long? At(Index i, bool end) => i.IsFromEnd ? (i.Value == 0 && end ? null : -i.Value) : i.Value;
}

public static partial class torch
{
    // Shape, indexing and copying.
    public partial class Tensor
    {
        public Tensor reshape(params long[] shape) => Ops.reshape.Call(this, shape);
        public Tensor view(params long[] shape) => Ops.view.Call(this, shape);
        public Tensor flatten(long start_dim = 0, long end_dim = -1) => Ops.flatten.Call(this, start_dim, end_dim);
        public Tensor permute(params long[] permutation) => Ops.permute.Call(this, permutation);
        public Tensor transpose(long dim0, long dim1) => Ops.transpose.Call(this, dim0, dim1);
        public Tensor t() => Ops.t.Call(this);
        public Tensor T => Ops.t.Call(this);
        public Tensor unsqueeze(long dim) => Ops.unsqueeze.Call(this, dim);
        public Tensor squeeze() => Ops.squeeze.Call(this);
        public Tensor squeeze(long dim) => Ops.squeeze_dim.Call(this, dim);
        public Tensor expand(params long[] sizes) => Ops.expand.Call(this, sizes);
        public Tensor repeat(params long[] sizes) => Ops.repeat.Call(this, sizes);
        public Tensor repeat_interleave(long repeats, long? dim = null) => Ops.repeat_interleave.Call(this, repeats, dim);
        public Tensor contiguous() => Ops.contiguous.Call(this);
        public Tensor clone() => Ops.clone.Call(this);
        public Tensor detach() => Ops.detach.Call(this);
        public Tensor copy_(Tensor source) { Ops.copy_.Do(this, source); return this; }
        public Tensor fill_(Scalar value) { Ops.fill_.Do(this, value); return this; }
        public Tensor zero_() { Ops.zero_.Do(this); return this; }
        public Tensor narrow(long dim, long start, long length) => Ops.narrow.Call(this, dim, start, length);
        public Tensor select(long dim, long index) => Ops.select.Call(this, dim, index);
        public Tensor slice(long dim, long start, long finish, long step) => Ops.slice.Call(this, dim, start, finish, step);
        public Tensor flip(params long[] dims) => Ops.flip.Call(this, dims);
        public Tensor roll(long shifts, long dims) => Ops.roll.Call(this, new[] { shifts }, new[] { dims });
        public Tensor unfold(long dimension, long size, long step) => Ops.unfold.Call(this, dimension, size, step);
        public Tensor[] split(long size, long dim = 0) => Ops.split.CallMany(this, size, dim);
        public Tensor[] chunk(long chunks, long dim = 0) => Ops.chunk.CallMany(this, chunks, dim);
        public Tensor[] unbind(int dimension = 0) => Ops.unbind.CallMany(this, (long)dimension);

        public Tensor index_select(long dim, Tensor index) => Ops.index_select.Call(this, dim, index);
        public Tensor index_add_(long dim, Tensor index, Tensor source, Scalar? alpha = null) { Ops.index_add_.Do(this, dim, index, source, alpha ?? 1); return this; }
        public Tensor index_copy_(long dim, Tensor index, Tensor source) { Ops.index_copy_.Do(this, dim, index, source); return this; }
        public Tensor gather(long dim, Tensor index) => Ops.gather.Call(this, dim, index);
        public Tensor scatter(long dim, Tensor index, Tensor src) => Ops.scatter.Call(this, dim, index, src);
        public Tensor scatter_(long dim, Tensor index, Tensor src) { Ops.scatter_.Do(this, dim, index, src); return this; }
        public Tensor scatter_(long dim, Tensor index, Scalar value) { Ops.scatter_value_.Do(this, dim, index, value); return this; }
        public Tensor scatter_add_(long dim, Tensor index, Tensor src) { Ops.scatter_add_.Do(this, dim, index, src); return this; }
        public Tensor masked_fill(Tensor mask, Scalar value) => Ops.masked_fill.Call(this, mask, value);
        public Tensor masked_fill_(Tensor mask, Scalar value) { Ops.masked_fill_.Do(this, mask, value); return this; }
        public Tensor masked_select(Tensor mask) => Ops.masked_select.Call(this, mask);
        public Tensor nonzero() => Ops.nonzero.Call(this);
        public Tensor bincount(Tensor? weights = null, long minlength = 0) => Ops.bincount.Call(this, weights, minlength);
        public Tensor normal_(double mean = 0, double stddev = 1) { Ops.normal_.Do(this, mean, stddev); return this; }
        public Tensor uniform_(double low = 0, double high = 1) { Ops.uniform_.Do(this, low, high); return this; }

        /// <summary><c>x[1, .., ^1]</c>-like indexing: views for positions and ranges, a copy where a tensor indexes.</summary>
        public Tensor this[params TensorIndex[] indices]
        {
            get => Index(indices);
            set
            {
                var tensors = indices.Where(i => i.What == TensorIndex.Kind.Tensor).ToArray();
                if (tensors.Length == 0) { using var view = Index(indices); view.copy_(value); return; }
                if (tensors.Length != indices.Length) throw new NotSupportedException("Assigning through tensors mixed with ranges is not supported: index with tensors alone, or use index_copy_ or masked_fill_.");
                Ops.index_put_.Do(this, indices.Select(i => i.Positions).ToArray(), value, false);
            }
        }

        private Tensor Index(TensorIndex[] indices)
        {
            using var scope = NewDisposeScope();
            var x = alias();
            var positions = new List<Tensor?>();
            var consumed = indices.Sum(i => i.What switch
            {
                TensorIndex.Kind.Single or TensorIndex.Kind.Slice => 1,
                TensorIndex.Kind.Tensor => i.Positions!.dtype == @bool ? (int)i.Positions.ndim : 1,
                _ => 0,
            });
            if (consumed > ndim) throw new IndexOutOfRangeException($"{consumed} indices for a tensor of {ndim} dimensions ({this}).");
            var dim = 0;
            foreach (var i in indices)
                switch (i.What)
                {
                    case TensorIndex.Kind.Single: x = x.select(dim, i.Start!.Value); break;
                    case TensorIndex.Kind.Slice: x = i is { Start: null, Stop: null, Step: 1 } ? x : Ops.slice.Call(x, (long)dim, i.Start, i.Stop, i.Step); dim++; break;
                    case TensorIndex.Kind.Ellipsis: dim += (int)(ndim - consumed); break;
                    case TensorIndex.Kind.NewAxis: x = x.unsqueeze(dim++); break;
                    default:
                        while (positions.Count < dim) positions.Add(null);
                        positions.Add(i.Positions!.dtype is @bool or int64 ? i.Positions : i.Positions.to(int64));
                        dim += i.Positions.dtype == @bool ? (int)i.Positions.ndim : 1;
                        break;
                }
            if (positions.Count > 0) x = Ops.index.Call(x, positions.ToArray());
            return x.MoveToOuterDisposeScope();
        }
    }
}
