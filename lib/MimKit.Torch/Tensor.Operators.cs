namespace MimKit.Torch;

public static partial class torch
{
    // Arithmetic, comparison, reductions and linear algebra: one line an operator, named and documented as in PyTorch.
    public partial class Tensor
    {
        public Tensor add(Tensor target) => Ops.add.Call(this, target);
        public Tensor add(Tensor target, Scalar alpha) => Ops.add.Call(this, target, alpha);
        public Tensor add(Scalar scalar) => Ops.add_s.Call(this, scalar);
        public Tensor add_(Tensor target) => InPlace(Ops.add_, target);
        public Tensor add_(Tensor target, Scalar alpha) { Ops.add_.Do(this, target, alpha); return this; }
        public Tensor add_(Scalar scalar) => InPlace(Ops.add_s_, scalar);
        public Tensor sub(Tensor target) => Ops.sub.Call(this, target);
        public Tensor sub(Scalar scalar) => Ops.sub_s.Call(this, scalar);
        public Tensor sub_(Tensor target) => InPlace(Ops.sub_, target);
        public Tensor mul(Tensor target) => Ops.mul.Call(this, target);
        public Tensor mul(Scalar scalar) => Ops.mul_s.Call(this, scalar);
        public Tensor mul_(Tensor target) => InPlace(Ops.mul_, target);
        public Tensor mul_(Scalar scalar) => InPlace(Ops.mul_s_, scalar);
        public Tensor div(Tensor target) => Ops.div.Call(this, target);
        public Tensor div(Scalar scalar) => Ops.div_s.Call(this, scalar);
        public Tensor div_(Tensor target) => InPlace(Ops.div_, target);
        public Tensor div_(Scalar scalar) => InPlace(Ops.div_s_, scalar);
        public Tensor neg() => Ops.neg.Call(this);
        public Tensor pow(Scalar exponent) => Ops.pow.Call(this, exponent);
        public Tensor sqrt() => Ops.sqrt.Call(this);
        public Tensor rsqrt() => Ops.rsqrt.Call(this);
        public Tensor square() => Ops.square.Call(this);
        public Tensor reciprocal() => Ops.reciprocal.Call(this);
        public Tensor exp() => Ops.exp.Call(this);
        public Tensor log() => Ops.log.Call(this);
        public Tensor abs() => Ops.abs.Call(this);
        public Tensor sign() => Ops.sign.Call(this);
        public Tensor sin() => Ops.sin.Call(this);
        public Tensor cos() => Ops.cos.Call(this);
        public Tensor tanh() => Ops.tanh.Call(this);
        public Tensor erf() => Ops.erf.Call(this);
        public Tensor floor() => Ops.floor.Call(this);
        public Tensor round() => Ops.round.Call(this);
        public Tensor sigmoid() => Ops.sigmoid.Call(this);
        public Tensor relu() => Ops.relu.Call(this);
        public Tensor remainder(Scalar other) => Ops.remainder.Call(this, other);
        public Tensor floor_divide(Scalar other) => Ops.floor_divide.Call(this, other);
        public Tensor clamp(Scalar? min = null, Scalar? max = null) => Ops.clamp.Call(this, min, max);
        public Tensor clamp_(Scalar? min = null, Scalar? max = null) { Ops.clamp_.Do(this, min, max); return this; }
        public Tensor maximum(Tensor other) => Ops.maximum.Call(this, other);
        public Tensor minimum(Tensor other) => Ops.minimum.Call(this, other);
        public Tensor lerp_(Tensor end, Scalar weight) { Ops.lerp_.Do(this, end, weight); return this; }
        public Tensor addcmul_(Tensor tensor1, Tensor tensor2, Scalar value) { Ops.addcmul_.Do(this, tensor1, tensor2, value); return this; }
        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2, Scalar value) { Ops.addcdiv_.Do(this, tensor1, tensor2, value); return this; }

        public static Tensor operator +(Tensor a, Tensor b) => a.add(b);
        public static Tensor operator +(Tensor a, Scalar b) => a.add(b);
        public static Tensor operator +(Scalar a, Tensor b) => b.add(a);
        public static Tensor operator -(Tensor a, Tensor b) => a.sub(b);
        public static Tensor operator -(Tensor a, Scalar b) => a.sub(b);
        public static Tensor operator -(Scalar a, Tensor b) => Ops.rsub.Call(b, a);
        public static Tensor operator *(Tensor a, Tensor b) => a.mul(b);
        public static Tensor operator *(Tensor a, Scalar b) => a.mul(b);
        public static Tensor operator *(Scalar a, Tensor b) => b.mul(a);
        public static Tensor operator /(Tensor a, Tensor b) => a.div(b);
        public static Tensor operator /(Tensor a, Scalar b) => a.div(b);
        public static Tensor operator /(Scalar a, Tensor b) => b.reciprocal().mul(a);
        public static Tensor operator -(Tensor a) => a.neg();

        public Tensor eq(Tensor other) => Ops.eq.Call(this, other);
        public Tensor eq(Scalar other) => Ops.eq_s.Call(this, other);
        public Tensor ne(Tensor other) => Ops.ne.Call(this, other);
        public Tensor ne(Scalar other) => Ops.ne_s.Call(this, other);
        public Tensor lt(Tensor other) => Ops.lt.Call(this, other);
        public Tensor lt(Scalar other) => Ops.lt_s.Call(this, other);
        public Tensor le(Tensor other) => Ops.le.Call(this, other);
        public Tensor le(Scalar other) => Ops.le_s.Call(this, other);
        public Tensor gt(Tensor other) => Ops.gt.Call(this, other);
        public Tensor gt(Scalar other) => Ops.gt_s.Call(this, other);
        public Tensor ge(Tensor other) => Ops.ge.Call(this, other);
        public Tensor ge(Scalar other) => Ops.ge_s.Call(this, other);
        public Tensor logical_not() => Ops.logical_not.Call(this);
        public Tensor logical_and(Tensor other) => Ops.logical_and.Call(this, other);
        public Tensor logical_or(Tensor other) => Ops.logical_or.Call(this, other);
        public Tensor isfinite() => Ops.isfinite.Call(this);
        public Tensor isnan() => Ops.isnan.Call(this);
        public Tensor all() => Ops.all.Call(this);
        public Tensor any() => Ops.any.Call(this);
        public bool allclose(Tensor target, double rtol = 1e-05, double atol = 1e-08, bool equal_nan = false) => Ops.allclose.CallInteger(this, target, rtol, atol, equal_nan) != 0;
        public bool equal(Tensor target) => Ops.equal.CallInteger(this, target) != 0;

        public Tensor sum(ScalarType? type = null) => Ops.sum.Call(this, type);
        public Tensor sum(long dim, bool keepdim = false, ScalarType? type = null) => Ops.sum_d.Call(this, new[] { dim }, keepdim, type);
        public Tensor sum(long[] dim, bool keepdim = false, ScalarType? type = null) => Ops.sum_d.Call(this, dim, keepdim, type);
        public Tensor mean() => Ops.mean.Call(this);
        public Tensor mean(long[] dimensions, bool keepdim = false, ScalarType? type = null) => Ops.mean_d.Call(this, dimensions, keepdim, type);
        public Tensor var(bool unbiased = true) => Ops.var.Call(this, unbiased);
        public Tensor var(long dim, bool unbiased = true, bool keepdim = false) => Ops.var_d.Call(this, new[] { dim }, unbiased, keepdim);
        public Tensor std(bool unbiased = true) => Ops.std.Call(this, unbiased);
        public Tensor std(long dim, bool unbiased = true, bool keepdim = false) => Ops.std_d.Call(this, new[] { dim }, unbiased, keepdim);
        public Tensor prod() => Ops.prod.Call(this);
        public Tensor max() => Ops.max.Call(this);
        public (Tensor values, Tensor indexes) max(long dim, bool keepdim = false) => Pair(Ops.max_d.CallMany(this, dim, keepdim));
        public Tensor min() => Ops.min.Call(this);
        public (Tensor values, Tensor indexes) min(long dim, bool keepdim = false) => Pair(Ops.min_d.CallMany(this, dim, keepdim));
        public Tensor amax(long[] dims, bool keepdim = false) => Ops.amax.Call(this, dims, keepdim);
        public Tensor amin(long[] dims, bool keepdim = false) => Ops.amin.Call(this, dims, keepdim);
        public Tensor argmax() => Ops.argmax.Call(this);
        public Tensor argmax(long dim, bool keepdim = false) => Ops.argmax.Call(this, dim, keepdim);
        public Tensor argmin(long dim, bool keepdim = false) => Ops.argmin.Call(this, dim, keepdim);
        public Tensor argsort(long dim = -1, bool descending = false) => Ops.argsort.Call(this, dim, descending);
        public (Tensor Values, Tensor Indices) sort(long dim = -1, bool descending = false) => Pair(Ops.sort.CallMany(this, dim, descending));
        public (Tensor values, Tensor indexes) topk(int k, int dim = -1, bool largest = true, bool sorted = true) => Pair(Ops.topk.CallMany(this, (long)k, (long)dim, largest, sorted));
        public Tensor cumsum(long dim, ScalarType? type = null) => Ops.cumsum.Call(this, dim, type);
        public Tensor logsumexp(long dim, bool keepdim = false) => Ops.logsumexp.Call(this, new[] { dim }, keepdim);
        public Tensor norm(float p = 2) => Ops.norm.Call(this, (double)p);
        public Tensor norm(long dim, bool keepdim = false, float p = 2) => Ops.norm.Call(this, (double)p, new[] { dim }, keepdim);

        public Tensor matmul(Tensor target) => Ops.matmul.Call(this, target);
        public Tensor mm(Tensor target) => Ops.mm.Call(this, target);
        public Tensor bmm(Tensor batch2) => Ops.bmm.Call(this, batch2);
        public Tensor mv(Tensor target) => Ops.mv.Call(this, target);
        public Tensor dot(Tensor target) => Ops.dot.Call(this, target);
        public Tensor outer(Tensor vec2) => Ops.outer.Call(this, vec2);
        public Tensor addmm(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) => Ops.addmm.Call(this, mat1, mat2, (double)beta, (double)alpha);

        public Tensor softmax(long dim, ScalarType? dtype = null) => Ops.softmax.Call(this, dim, dtype);
        public Tensor log_softmax(long dim, ScalarType? dtype = null) => Ops.log_softmax.Call(this, dim, dtype);

        private Tensor InPlace(Op op, Arg other) { op.Do(this, other); return this; }
        private static (Tensor, Tensor) Pair(Tensor[] two) => (two[0], two[1]);
    }
}
