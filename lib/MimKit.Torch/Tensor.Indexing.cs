namespace MimKit.Torch;

public static partial class torch
{
    /// <summary>One index of <c>x[…]</c>: a position, a range, an ellipsis, all of a dimension, a new axis, or a tensor of positions or truth values.</summary>
    public readonly struct TensorIndex
    {
        internal enum Kind { Single, Slice, Ellipsis, NewAxis, Tensor }
        internal readonly Kind What;
        internal readonly long? Start, Stop;
        internal readonly long Step;
        internal readonly Tensor? Positions;
        private TensorIndex(Kind what, long? start = null, long? stop = null, long step = 1, Tensor? positions = null) { What = what; Start = start; Stop = stop; Step = step; Positions = positions; }

        public static TensorIndex Slice(long? start = null, long? stop = null, long? step = null) => new(Kind.Slice, start, stop, step ?? 1);
        public static TensorIndex Slice(Range range) => Slice(At(range.Start, false), At(range.End, true));
        public static TensorIndex Single(long? index) => index is { } i ? new(Kind.Single, i) : None;
        public static TensorIndex Tensor(Tensor tensor) => new(Kind.Tensor, positions: tensor);
        /// <summary>A new axis of size 1 (true) or 0 (false), as NumPy has it.</summary>
        public static TensorIndex Bool(bool value) => value ? None : throw new NotSupportedException("Indexing by false, an axis of size 0, is not supported.");
        public static TensorIndex Ellipsis => new(Kind.Ellipsis);
        public static TensorIndex Colon => new(Kind.Slice);
        public static TensorIndex None => new(Kind.NewAxis);
        public static TensorIndex Null => None;
        public static implicit operator TensorIndex(long value) => Single(value);
        public static implicit operator TensorIndex(Tensor value) => Tensor(value);
        public static implicit operator TensorIndex(Range range) => Slice(range);
        public static implicit operator TensorIndex(Index index) => Single(index.IsFromEnd ? -index.Value : index.Value);
        public static implicit operator TensorIndex((int?, int?) range) => Slice(range.Item1, range.Item2);
        private static long? At(Index i, bool end) => i.IsFromEnd ? (i.Value == 0 && end ? null : -i.Value) : i.Value;
    }

    public partial class Tensor
    {
        /// <summary>
        /// <c>x[1, .., ^1]</c>: views for positions and ranges, a copy where a tensor indexes (PyTorch's advanced indexing). Assigning writes
        /// through either, broadcasting the value.
        /// </summary>
        public Tensor this[params TensorIndex[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        /// <summary>The elements at <paramref name="indices"/>.</summary>
        public Tensor index(params TensorIndex[] indices)
        {
            using var scope = NewDisposeScope();
            var (view, positions) = Located(indices);
            return (positions.Length > 0 ? Ops.index.Call(view, positions) : view).MoveToOuterDisposeScope();
        }

        /// <summary>Writes <paramref name="value"/>, broadcast, to the elements at <paramref name="indices"/>.</summary>
        public Tensor index_put_(Tensor value, params TensorIndex[] indices) => index_put_(value, indices, false);

        /// <summary>Writes <paramref name="value"/>, broadcast, to the elements at <paramref name="indices"/>, or adds it where <paramref name="accumulate"/> is set: then also several times to one element.</summary>
        public Tensor index_put_(Tensor value, TensorIndex[] indices, bool accumulate = false)
        {
            using var scope = NewDisposeScope();
            var (view, positions) = Located(indices);
            if (positions.Length > 0) Ops.index_put_.Do(view, positions, value.to(dtype), accumulate);
            else if (accumulate) view.add_(value);
            else view.copy_(value);
            return this;
        }

        public Tensor index_put_(Scalar value, params TensorIndex[] indices)
        {
            using var filled = full([], value, dtype, device);
            return index_put_(filled, indices, false);
        }

        // The view that positions, ranges and new axes make, and what is left for libtorch's index: one entry a dimension, null for all of it.
        private (Tensor View, Tensor?[] Positions) Located(TensorIndex[] indices)
        {
            var consumed = indices.Sum(Consumed);
            if (consumed > ndim) throw new IndexOutOfRangeException($"{consumed} indices for a tensor of {ndim} dimensions ({Summary}).");
            if (indices.Count(i => i.What == TensorIndex.Kind.Ellipsis) > 1) throw new ArgumentException("An index has at most one ellipsis.");
            var view = alias();
            var positions = new List<Tensor?>();
            var dim = 0;
            foreach (var i in indices)
                switch (i.What)
                {
                    case TensorIndex.Kind.Single: view = view.select(dim, i.Start!.Value); break;
                    case TensorIndex.Kind.Slice: view = i is { Start: null, Stop: null, Step: 1 } ? view : Ops.slice.Call(view, (long)dim, i.Start, i.Stop, i.Step); dim++; break;
                    case TensorIndex.Kind.Ellipsis: dim += (int)(ndim - consumed); break;
                    case TensorIndex.Kind.NewAxis: view = view.unsqueeze(dim++); break;
                    default:
                        while (positions.Count < dim) positions.Add(null);
                        positions.Add(i.Positions!.dtype is torch.@bool or int64 ? i.Positions : i.Positions.dtype == uint8 ? i.Positions.to(torch.@bool) : i.Positions.to(int64));
                        dim += Consumed(i);
                        break;
                }
            return (view, positions.ToArray());
        }

        private static int Consumed(TensorIndex i) => i.What switch
        {
            TensorIndex.Kind.Single or TensorIndex.Kind.Slice => 1,
            TensorIndex.Kind.Tensor => i.Positions!.dtype is torch.@bool or uint8 ? (int)i.Positions.ndim : 1,
            _ => 0,
        };
    }
}
