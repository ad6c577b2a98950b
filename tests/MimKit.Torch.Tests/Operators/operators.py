"""What PyTorch answers for every operator of MimKit.Torch: writes operators.json beside this file.

A case is the C# name, the arguments as C# takes them, and PyTorch's result. The C# test (StoredOperatorTests) calls the method,
its in-place form and the function of torch, where they exist, with the same arguments.

    python3 operators.py            made with torch 1.13
"""
import json
import math
import os

import torch
import torch.nn.functional as F

torch.manual_seed(0)
cases = []


def coded(v):
    """An argument or a result as JSON; a tensor is {dtype, shape, data}."""
    if isinstance(v, torch.Tensor):
        data = v.detach().contiguous().flatten().tolist()
        if v.dtype.is_floating_point:
            data = [float(f"{x:.9g}") if math.isfinite(x) else str(x) for x in data]
        return {"dtype": str(v.dtype).removeprefix("torch."), "shape": list(v.shape), "data": data}
    if isinstance(v, (tuple, list)) and any(isinstance(x, torch.Tensor) for x in v):
        return {"tensors": [coded(x) for x in v]}
    if isinstance(v, Enum):
        return {"enum": str(v)}
    if isinstance(v, tuple):
        return {"tuple": list(v)}
    return v


def case(name, *args, f=None):
    """f computes the expected result from the arguments; the method of torch.Tensor of that name unless given."""
    place, method = name.split(".")
    if f is None:
        f = {"Tensor": lambda *a: getattr(torch.Tensor, method)(*a), "torch": getattr(torch, method, None),
             "linalg": getattr(torch.linalg, method, None), "special": getattr(torch.special, method, None), "functional": getattr(F, method, None)}[place]
    args = [a.clone() if isinstance(a, torch.Tensor) else a for a in args]
    cases.append({"name": name, "args": [coded(a) for a in args], "result": coded(f(*args))})


class Enum(str):
    """A C# enum value, by name."""


x = torch.randn(3, 4)
y = torch.randn(3, 4)
row = torch.randn(4)
unit = torch.rand(3, 4) * 0.9 + 0.05                      # inside (0, 1)
pos = torch.rand(3, 4) * 3 + 0.1
n = torch.randint(-9, 10, (3, 4))
m = torch.randint(1, 7, (3, 4))
b1, b2 = torch.rand(3, 4) > 0.5, torch.rand(3, 4) > 0.5
odd = torch.tensor([[1.0, math.nan, -math.inf], [math.inf, -2.0, 0.0]])
cube = torch.randn(2, 3, 4)
sq = torch.randn(3, 3)
spd = sq @ sq.t() + torch.eye(3)
v3, w3 = torch.randn(3), torch.randn(3)

# ---- arithmetic
for f in "abs neg sign sgn ceil floor trunc frac square exp exp2 expm1 sin cos tan sinh cosh tanh asinh atan sigmoid erf erfc sinc positive rad2deg deg2rad".split():
    case(f"Tensor.{f}", x)
for f in "log log2 log10 log1p sqrt rsqrt reciprocal lgamma digamma".split():
    case(f"Tensor.{f}", pos)
for f in "acos asin atanh erfinv logit".split():
    case(f"Tensor.{f}", unit)
case("Tensor.acosh", pos + 1)
case("Tensor.logit", unit, 0.3)
case("Tensor.absolute", x, f=torch.abs)
case("Tensor.negative", x)
case("Tensor.signbit", x)
case("Tensor.round", x)
case("Tensor.round", x, 2, f=lambda a, d: a.round(decimals=d))
case("Tensor.nan_to_num", odd)
case("Tensor.nan_to_num", odd, 1.0, 9.0, -9.0)
case("Tensor.bitwise_not", n)
case("Tensor.logical_not", b1)
for f in "add sub mul".split():
    case(f"Tensor.{f}", x, row)
    case(f"Tensor.{f}", x, 1.5)
    case(f"Tensor.{f}", n, 2)
    case(f"Tensor.{f}", n, x)
case("Tensor.add", x, y, 0.5, f=lambda a, b, s: a.add(b, alpha=s))
case("Tensor.add", x, 2.0, 0.5, f=lambda a, b, s: a + s * b)
for f, g in (("subtract", torch.sub), ("multiply", torch.mul)):
    case(f"Tensor.{f}", x, row, f=g)
    case(f"Tensor.{f}", x, 1.5, f=g)
for f in ("div", "divide"):
    case(f"Tensor.{f}", x, pos)
    case(f"Tensor.{f}", n, 4)
for mode in ("trunc", "floor"):
    case("Tensor.div", n, m, Enum(mode), f=lambda a, b, r: torch.div(a, b, rounding_mode=str(r)))
    case("Tensor.div", x, 0.3, Enum(mode), f=lambda a, b, r: torch.div(a, b, rounding_mode=str(r)))
case("Tensor.true_divide", n, m)
case("Tensor.floor_divide", n, m)
case("Tensor.floor_divide", n, 4)
for f in "fmod remainder".split():
    case(f"Tensor.{f}", n, m)
    case(f"Tensor.{f}", x, 0.3)
case("Tensor.pow", pos, y)
case("Tensor.pow", x, 3)
case("Tensor.pow", pos, -0.5)
case("Tensor.xlogy", x, pos)
case("Tensor.xlogy", x, 2.5)
case("Tensor.gcd", n, m)
for f in "logaddexp logaddexp2 hypot atan2 copysign fmax fmin maximum minimum".split():
    case(f"Tensor.{f}", x, y)
case("Tensor.heaviside", n.float(), y)
for f in "bitwise_and bitwise_or bitwise_xor".split():
    case(f"Tensor.{f}", n, m)
for f in "bitwise_left_shift bitwise_right_shift".split():
    case(f"Tensor.{f}", m, torch.ones(3, 4, dtype=torch.long), f={"bitwise_left_shift": torch.bitwise_left_shift, "bitwise_right_shift": torch.bitwise_right_shift}[f])
for f in "logical_and logical_or logical_xor".split():
    case(f"Tensor.{f}", b1, b2)
for f in ("clamp", "clip"):
    case(f"Tensor.{f}", x, -0.5, 0.5)
case("Tensor.clamp", x, y - 1, y + 1)
case("Tensor.clamp_min", x, 0.1)
case("Tensor.clamp_max", x, 0.1)
case("Tensor.addcmul", x, y, row, 0.5, f=lambda a, b, c, s: a.addcmul(b, c, value=s))
case("Tensor.addcdiv", x, y, pos, 0.5, f=lambda a, b, c, s: a.addcdiv(b, c, value=s))
case("Tensor.lerp", x, y, 0.3)
case("Tensor.lerp", x, y, unit)

# ---- comparison
for f in "eq ne lt le gt ge".split():
    case(f"Tensor.{f}", n, m)
    case(f"Tensor.{f}", n, 2)
case("Tensor.isclose", x, x + 1e-6)
case("Tensor.allclose", x, x + 1e-7)
case("Tensor.allclose", x, x + 0.1)
case("Tensor.equal", x, x)
case("Tensor.equal", x, y)
for f in "isfinite isinf isneginf isposinf isnan".split():
    case(f"Tensor.{f}", odd)
case("Tensor.isin", n, torch.tensor([0, 1, 2, -3]), f=torch.isin)
for f in "all any".split():
    case(f"Tensor.{f}", b1)
    case(f"Tensor.{f}", b1, 1, True)

# ---- reductions and order
for f in "sum mean prod max min argmax argmin median var std".split():
    case(f"Tensor.{f}", x)
case("Tensor.sum", n)
case("Tensor.sum", x, 1)
case("Tensor.sum", cube, [0, 2], True)
case("Tensor.nansum", torch.where(odd.isinf(), torch.zeros(()), odd))
case("Tensor.nanmedian", odd)
case("Tensor.mean", cube, [0, 2], True)
case("Tensor.prod", x, 1)
for f in "var std".split():
    case(f"Tensor.{f}", x, False)
    case(f"Tensor.{f}", x, 1, True, True)
    case(f"Tensor.{f}", cube, [0, 2], False)
for f in "var_mean std_mean".split():
    case(f"Tensor.{f}", x, True, f=getattr(torch, f))
    case(f"Tensor.{f}", cube, [0, 2], False, f=getattr(torch, f))
for f in "max min".split():
    case(f"Tensor.{f}", x, y)
    case(f"Tensor.{f}", x, 1)
    case(f"Tensor.{f}", x, 0, True)
for f in "amax amin".split():
    case(f"Tensor.{f}", cube, [0, 2])
case("Tensor.aminmax", x, f=torch.aminmax)
case("Tensor.aminmax", x, 1, f=lambda a, d: torch.aminmax(a, dim=d))
for f in "argmax argmin".split():
    case(f"Tensor.{f}", x, 1, True)
case("Tensor.argsort", x, 1, True)
case("Tensor.argwhere", b1)
case("Tensor.mode", n % 3, 1)
case("Tensor.kthvalue", x, 2, 1)
for f in "quantile nanquantile".split():
    case(f"Tensor.{f}", x, torch.tensor([0.25, 0.5]), 1)
case("Tensor.sort", x)
case("Tensor.sort", n, 1, True, True, f=lambda a, d, r, s: a.sort(dim=d, descending=r, stable=s))
case("Tensor.msort", x)
case("Tensor.topk", x, 2)
case("Tensor.topk", x, 2, 0, False)
for f in "cummax cummin cumsum cumprod logcumsumexp logsumexp".split():
    case(f"Tensor.{f}", x, 1)
case("Tensor.count_nonzero", n)
case("Tensor.count_nonzero", n, [1])
case("Tensor.histc", x, 5, -2, 2)
case("Tensor.bucketize", x, torch.tensor([-1.0, 0, 1]), f=torch.bucketize)
case("Tensor.diff", x)
case("Tensor.cov", x)
case("Tensor.corrcoef", x)
case("Tensor.dist", x, y)
case("Tensor.renorm", x, 2.0, 0, 1.0)
case("Tensor.norm", x)
case("Tensor.norm", x, 1, True, 1.0, f=lambda a, d, k, p: a.norm(p, d, k))

# ---- shape
case("Tensor.reshape", cube, [4, -1])
case("Tensor.view", cube, [6, 4])
case("Tensor.view_as", cube, torch.zeros(6, 4))
case("Tensor.flatten", cube, 1)
case("Tensor.unflatten", x, 1, [2, 2])
case("Tensor.permute", cube, [2, 0, 1])
for f in "transpose swapdims swapaxes".split():
    case(f"Tensor.{f}", cube, 0, 2)
for f in "movedim moveaxis".split():
    case(f"Tensor.{f}", cube, [0, 1], [2, 0])
for f in "t adjoint fliplr flipud ravel clone contiguous detach trace diag diagflat diagonal".split():
    case(f"Tensor.{f}", sq)
case("Tensor.unsqueeze", x, 1)
case("Tensor.squeeze", torch.randn(1, 3, 1, 2))
case("Tensor.squeeze", torch.randn(1, 3, 1, 2), 2)
case("Tensor.broadcast_to", row, [3, 4])
case("Tensor.expand", row, [3, 4])
case("Tensor.expand_as", row, x)
case("Tensor.repeat", x, [2, 1, 2])
case("Tensor.tile", x, [2, 2])
case("Tensor.flip", cube, [0, 2])
case("Tensor.narrow", x, 1, 1, 2)
case("Tensor.select", x, 1, 2)
case("Tensor.slice", x, 1, 0, 4, 2, f=lambda a, d, s, e, p: a[:, s:e:p])
case("Tensor.roll", x, [1, 2], [0, 1])
case("Tensor.roll", x, 1, 1)
case("Tensor.roll", x, 3)
case("Tensor.rot90", x)
case("Tensor.rot90", cube, 3, (1, 2))
case("Tensor.repeat_interleave", x, 2, 1)
case("Tensor.repeat_interleave", x, torch.tensor([1, 0, 2]), 0)
case("Tensor.unfold", x, 1, 2, 1)
case("Tensor.as_strided", x.contiguous(), [2, 2], [4, 1], 1)
case("Tensor.chunk", x, 2, 1)
case("Tensor.split", x, 3, 1)
case("Tensor.split", x, [1, 3], 1)
case("Tensor.tensor_split", x, 3, 1)
case("Tensor.tensor_split", x, [1, 2], 1)
case("Tensor.unbind", x, 1)
for f in "tril triu".split():
    case(f"Tensor.{f}", x, 1)
case("Tensor.diag_embed", x)
case("Tensor.diagonal_scatter", sq, v3)
case("Tensor.select_scatter", x, row, 0, 1)
case("Tensor.slice_scatter", x, y[:, :2], 1, 0, 4, 2)
case("Tensor.type_as", n, x)
for f in "atleast_1d atleast_2d atleast_3d".split():
    case(f"Tensor.{f}", row, f=getattr(torch, f))
case("Tensor.copy_", x, row)
case("Tensor.fill_", x, 2.5)
case("Tensor.zero_", x)

# ---- index
ids = torch.tensor([[3, 0], [1, 1], [2, 0]])
case("Tensor.gather", x, 1, ids)
case("Tensor.scatter", x, 1, torch.tensor([[3, 0], [1, 2], [2, 0]]), y)
case("Tensor.scatter", x, 1, ids, 9.0)
case("Tensor.scatter_add", x, 1, ids, y)
case("Tensor.index_select", x, 1, torch.tensor([2, 0]))
case("Tensor.index_add", x, 0, torch.tensor([2, 2]), y[:2], 0.5, f=lambda a, d, i, s, al: a.index_add(d, i, s, alpha=al))
case("Tensor.index_copy", x, 0, torch.tensor([2, 0]), y[:2])
case("Tensor.index_fill", x, 0, torch.tensor([2, 0]), 7.0)
case("Tensor.masked_select", x, b1)
case("Tensor.masked_fill", x, b1, 0.5)
case("Tensor.masked_scatter", x, b1, y)
case("Tensor.take", x, torch.tensor([0, 5, 11]))
case("Tensor.take_along_dim", x, torch.argsort(x, 1), 1)
case("Tensor.nonzero", b1)
case("Tensor.bincount", torch.tensor([0, 2, 2, 5]))
case("Tensor.bincount", torch.tensor([0, 2, 2, 5]), torch.tensor([1.0, 2, 3, 4]), 8)
case("Tensor.put_", x, torch.tensor([0, 5]), torch.tensor([9.0, 8.0]))
case("Tensor.unique", n, True, True, True, f=lambda a, s, i, c: torch.unique(a, s, i, c))
case("Tensor.unique", torch.tensor([[1, 2], [1, 2], [0, 5]]), True, True, True, 0, f=lambda a, s, i, c, d: torch.unique(a, s, i, c, dim=d))
case("Tensor.unique_consecutive", torch.tensor([1, 1, 2, 2, 1]), True, True, f=lambda a, i, c: torch.unique_consecutive(a, i, c))

# ---- linear algebra
case("Tensor.matmul", cube, torch.randn(4, 2))
case("Tensor.mm", x, torch.randn(4, 2))
case("Tensor.bmm", cube, torch.randn(2, 4, 2))
case("Tensor.mv", x, row)
for f in "dot vdot inner".split():
    case(f"Tensor.{f}", v3, w3)
for f in "outer ger".split():
    case(f"Tensor.{f}", v3, row, f=torch.outer)
case("Tensor.kron", x, sq)
case("Tensor.addmm", sq, x, torch.randn(4, 3), 0.5, 2.0, f=lambda a, b, c, be, al: torch.addmm(a, b, c, beta=be, alpha=al))
case("Tensor.addbmm", sq, torch.randn(2, 3, 4), torch.randn(2, 4, 3), 0.5, 2.0, f=lambda a, b, c, be, al: torch.addbmm(a, b, c, beta=be, alpha=al))
case("Tensor.baddbmm", torch.randn(2, 3, 3), torch.randn(2, 3, 4), torch.randn(2, 4, 3), 0.5, 2.0, f=lambda a, b, c, be, al: torch.baddbmm(a, b, c, beta=be, alpha=al))
case("Tensor.addmv", v3, x, row, 0.5, 2.0, f=lambda a, b, c, be, al: torch.addmv(a, b, c, beta=be, alpha=al))
case("Tensor.addr", x, v3, row, 0.5, 2.0, f=lambda a, b, c, be, al: torch.addr(a, b, c, beta=be, alpha=al))
case("Tensor.tensordot", cube, torch.randn(4, 3, 5), [1, 2], [1, 0], f=lambda a, b, i, j: torch.tensordot(a, b, (i, j)))
for f in "det logdet inverse matrix_exp".split():
    case(f"Tensor.{f}", spd)
case("Tensor.matrix_power", sq, 3)
case("Tensor.cholesky", spd, f=torch.linalg.cholesky)
case("torch.einsum", "bij,jk->bik", cube, torch.randn(4, 2))
case("torch.cdist", x, y)
case("torch.cdist", x, y, 1.0)
case("torch.searchsorted", torch.tensor([1.0, 3, 5]), torch.tensor([0.5, 3, 4]))
case("torch.where", b1, x, y)
case("torch.where", b1, 2.0, y)
case("torch.where", b1, x, 2.0)
case("torch.where", b1)
case("torch.block_diag", x, sq)
case("torch.cartesian_prod", v3, row)
case("torch.combinations", row, 2)
case("torch.tril_indices", 3, 4)
case("torch.triu_indices", 3, 4, 1)
for f in "hstack vstack dstack".split():
    case(f"torch.{f}", [x, y])
for f in "cat concat stack".split():
    case(f"torch.{f}", [x, y], 1)
case("torch.meshgrid", [v3, row], "xy", f=lambda t, i: torch.meshgrid(*t, indexing=i))
case("torch.broadcast_tensors", x, row)
case("linalg.norm", x)
case("linalg.norm", x, 1.0)
case("linalg.norm", x, "nuc")
case("linalg.vector_norm", x, 3.0, [1])
case("linalg.matrix_norm", x)
case("linalg.matrix_norm", x, 2.0)
for f in "det slogdet inv pinv cholesky svdvals eigvalsh matrix_rank matrix_exp".split():
    case(f"linalg.{f}", spd)
case("linalg.solve", sq, torch.randn(3, 2))
case("linalg.solve_triangular", sq.triu() + 3 * torch.eye(3), torch.randn(3, 2), True, f=lambda a, b, u: torch.linalg.solve_triangular(a, b, upper=u))
case("linalg.cross", torch.randn(2, 3), torch.randn(2, 3))
case("linalg.diagonal", cube, 1, f=lambda a, o: torch.linalg.diagonal(a, offset=o))
case("linalg.multi_dot", [x, torch.randn(4, 5), torch.randn(5, 2)])
case("linalg.vecdot", x, y)
for f in "entr erfcx expit i0 i1 gammaln ndtr".split():
    case(f"special.{f}", pos)
case("special.ndtri", unit)
case("special.log_softmax", x, 1)
case("special.xlog1py", x, pos)
case("special.zeta", pos + 1.5, pos)

# ---- networks
for f in "relu gelu silu selu hardsigmoid hardswish softplus".split():
    case(f"Tensor.{f}", 3 * x, f=getattr(F, f))
case("Tensor.relu6", 6 * x, f=F.relu6)
case("Tensor.elu", x, 0.7, f=F.elu)
case("Tensor.celu", x, f=F.celu)
case("Tensor.glu", x, 1, f=F.glu)
case("Tensor.leaky_relu", x, 0.2, f=F.leaky_relu)
case("Tensor.hardtanh", x, -0.5, 0.25, f=F.hardtanh)
case("Tensor.log_sigmoid", x, f=F.logsigmoid)
case("Tensor.prelu", x, torch.tensor([0.2]), f=F.prelu)
case("Tensor.threshold", x, 0.1, 20.0, f=F.threshold)
for f in "softmax log_softmax".split():
    case(f"Tensor.{f}", x, 1)
for f in "gelu hardsigmoid hardswish hardshrink hardtanh logsigmoid mish relu relu6 selu sigmoid silu softplus softshrink tanh glu leaky_relu".split():
    case(f"functional.{f}", 3 * x)
case("functional.celu", x, 0.7)
case("functional.elu", x, 0.7)
case("functional.prelu", x, torch.tensor([0.2]))
case("functional.threshold", x, 0.1, 20.0)
for f in "softmax log_softmax softmin".split():
    case(f"functional.{f}", x, 1)
case("functional.linear", x, torch.randn(5, 4), torch.randn(5))
case("functional.bilinear", x, torch.randn(3, 2), torch.randn(5, 4, 2), torch.randn(5))
case("functional.embedding", ids, torch.randn(4, 3))
case("functional.one_hot", ids, 5)
case("functional.layer_norm", x, [4], row, row + 1)
case("functional.normalize", x, 2.0, 1)
image = torch.randn(2, 4, 5, 6)
case("functional.group_norm", image, 2, row, row + 1)
case("functional.batch_norm", image, torch.randn(4), torch.rand(4) + 0.5, row, row + 1, False)
case("functional.batch_norm", image, None, None, row, row + 1, True)
case("functional.instance_norm", image, None, None, row, row + 1)
case("functional.cosine_similarity", x, y, 1)
case("functional.pairwise_distance", x, y)
case("functional.pixel_shuffle", image, 2)
case("functional.pixel_unshuffle", torch.randn(1, 1, 4, 4), 2)
for mode in ("None", "Mean", "Sum"):
    r, lower = Enum(mode), mode.lower()
    case("functional.mse_loss", x, y, r, f=lambda a, b, _: F.mse_loss(a, b, reduction=lower))
case("functional.l1_loss", x, y)
case("functional.smooth_l1_loss", x, y, Enum("Sum"), 0.5, f=lambda a, b, _, be: F.smooth_l1_loss(a, b, reduction="sum", beta=be))
case("functional.huber_loss", x, y, 0.5, f=lambda a, b, d: F.huber_loss(a, b, delta=d))
case("functional.kl_div", x.log_softmax(1), y.log_softmax(1), True, f=lambda a, b, _: F.kl_div(a, b, log_target=True))
case("functional.kl_div", x.log_softmax(1), y.softmax(1), False, Enum("Sum"), f=lambda a, b, *_: F.kl_div(a, b, reduction="sum"))
labels = torch.tensor([0, 3, 1])
case("functional.cross_entropy", x, labels)
case("functional.cross_entropy", x, y.softmax(1), None, -100, Enum("Sum"), 0.1, f=lambda a, b, *_: F.cross_entropy(a, b, reduction="sum", label_smoothing=0.1))
case("functional.nll_loss", x.log_softmax(1), labels, pos[0])
case("functional.binary_cross_entropy", unit, b1.float())
case("functional.binary_cross_entropy_with_logits", x, b1.float(), None, Enum("Mean"), pos[0], f=lambda a, b, w, _, p: F.binary_cross_entropy_with_logits(a, b, pos_weight=p))
signs = torch.tensor([1.0, -1, 1])
case("functional.cosine_embedding_loss", x, y, signs, 0.2)
case("functional.hinge_embedding_loss", x, b1 * 2.0 - 1)
case("functional.margin_ranking_loss", v3, w3, signs, 0.2)
case("functional.soft_margin_loss", x, b1 * 2.0 - 1)
case("functional.triplet_margin_loss", x, y, x + row)
line = torch.randn(2, 4, 9)
case("functional.conv1d", line, torch.randn(6, 2, 3), torch.randn(6), 2, 1, 2, 2)
case("functional.conv2d", image, torch.randn(6, 2, 3, 3), torch.randn(6), [2, 1], [1, 1], [1, 2], 2)
case("functional.conv2d", image, torch.randn(6, 4, 3, 3))
case("functional.conv3d", torch.randn(1, 2, 4, 4, 4), torch.randn(3, 2, 2, 2, 2))
case("functional.conv_transpose1d", line, torch.randn(4, 2, 3), torch.randn(2), 2, 1, 1, f=lambda a, w, b, s, p, o: F.conv_transpose1d(a, w, b, s, p, o))
case("functional.conv_transpose2d", image, torch.randn(4, 2, 3, 3), torch.randn(2), [2, 2], [1, 1], [1, 1])
case("functional.avg_pool1d", line, 3, 2)
case("functional.avg_pool2d", image, 2)
case("functional.avg_pool2d", image, [3, 2], [2, 2], [1, 1])
case("functional.max_pool1d", line, 3, 2)
case("functional.max_pool2d", image, 2)
case("functional.max_pool2d", image, [3, 2], [2, 2], [1, 1])
case("functional.max_pool2d_with_indices", image, [2, 2], f=lambda a, k: F.max_pool2d(a, k, return_indices=True))
case("functional.adaptive_avg_pool1d", line, 4)
case("functional.adaptive_avg_pool2d", image, 3)
case("functional.adaptive_avg_pool2d", image, [2, 3])
case("functional.adaptive_max_pool2d_with_indices", image, [2, 3], f=lambda a, k: F.adaptive_max_pool2d(a, k, return_indices=True))
case("functional.unfold", image, 2)
case("functional.unfold", image, (3, 2), (1, 1), (1, 0), (2, 1), f=lambda a, k, d, p, s: F.unfold(a, k, d, p, s))
columns = torch.randn(1, 2 * 4, 20)
case("functional.fold", torch.randn(1, 8, 9), 4, 2)
case("functional.fold", columns, (5, 6), (2, 2), f=lambda a, o, k: F.fold(a, o, k))
theta = torch.tensor([[[0.8, 0.1, 0.2], [-0.1, 1.1, -0.3]], [[1.0, 0, 0], [0, 1, 0]]])
case("functional.affine_grid", theta, [2, 4, 3, 3], f=lambda t, s: F.affine_grid(t, s, align_corners=False))
grid = torch.rand(2, 3, 3, 2) * 2.4 - 1.2
for mode in "Bilinear Nearest Bicubic".split():
    case("functional.grid_sample", image, grid, Enum(mode), Enum("Border"), f=lambda a, g, *_: F.grid_sample(a, g, mode.lower(), "border", False))
case("functional.pad", image, [1, 2, 0, 1], Enum("Constant"), 0.5, f=lambda a, p, _, v: F.pad(a, p, value=v))
for mode in "Reflect Replicate Circular".split():
    case("functional.pad", image, [1, 2, 0, 1], Enum(mode), f=lambda a, p, _: F.pad(a, p, mode.lower()))
case("functional.pad", image, (1, 2), f=F.pad)
case("functional.pad", image, (1, 2, 3, 4), f=F.pad)
for mode, name in (("nearest", "Nearest"), ("bilinear", "Bilinear"), ("bicubic", "Bicubic"), ("area", "Area"), ("nearest-exact", "NearestExact")):
    case("functional.interpolate", image, [7, 4], None, Enum(name), f=lambda a, s, *_: F.interpolate(a, s, mode=mode))
    case("functional.interpolate", image, None, [2.0, 1.5], Enum(name), f=lambda a, _, s, *__: F.interpolate(a, scale_factor=s, mode=mode))
for mode, name in (("bilinear", "Bilinear"), ("bicubic", "Bicubic")):
    case("functional.interpolate", image, [3, 4], None, Enum(name), False, False, True, f=lambda a, s, *_: F.interpolate(a, s, mode=mode, antialias=True))
    case("functional.interpolate", image, [7, 4], None, Enum(name), True, f=lambda a, s, *_: F.interpolate(a, s, mode=mode, align_corners=True))
case("functional.interpolate", line, [5], None, Enum("Linear"), f=lambda a, s, *_: F.interpolate(a, s, mode="linear"))
case("functional.interpolate", line, [5], f=lambda a, s: F.interpolate(a, s))
q, k, v = torch.randn(2, 3, 4), torch.randn(2, 5, 4), torch.randn(2, 5, 4)


def attention(q, k, v, mask=None):
    logits = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        logits = logits.masked_fill(~mask, -math.inf) if mask.dtype == torch.bool else logits + mask
    return logits.softmax(-1) @ v


case("functional.scaled_dot_product_attention", q, k, v, f=attention)
case("functional.scaled_dot_product_attention", q, k, v, torch.randn(3, 5), f=attention)
case("functional.scaled_dot_product_attention", q, k, v, torch.ones(3, 5).tril().bool(), f=attention)

# ---- creation
case("torch.arange", 5, f=torch.arange)
case("torch.arange", 1, 6, f=torch.arange)
case("torch.arange", 1.0, 2.0, 0.25, f=torch.arange)
case("torch.linspace", 0.0, 1.0, 5)
case("torch.logspace", 0.0, 2.0, 3)
case("torch.eye", 3)
case("torch.eye", 2, 3)
case("torch.full", [2, 2], 1.5)
for f in "zeros ones".split():
    case(f"torch.{f}", [2, 3])
    case(f"torch.{f}_like", n)
case("torch.full_like", x, 2.0)
for f, d in (("half", torch.float16), ("float", torch.float32), ("double", torch.float64), ("bfloat16", torch.bfloat16), ("int", torch.int32), ("long", torch.int64),
             ("short", torch.int16), ("char", torch.int8), ("bool", torch.bool)):
    case(f"Tensor.{f}", x)
case("Tensor.byte", pos)

# ---- added later, so that the draws above stay what they were
for reduce in ("sum", "prod", "mean", "amax", "amin"):
    case("Tensor.scatter_reduce", x, 1, ids, y, reduce)
case("Tensor.scatter_reduce", x, 1, ids, y, "amax", False, f=lambda a, d, i, s, r, include: a.scatter_reduce(d, i, s, r, include_self=include))
case("functional.conv_transpose3d", torch.randn(1, 2, 2, 3, 3), torch.randn(2, 3, 2, 2, 2), torch.randn(3), [1, 2, 2], [0, 1, 1], [0, 1, 1])

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "operators.json"), "w") as out:
    out.write("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n")
print(len(cases), "cases")
