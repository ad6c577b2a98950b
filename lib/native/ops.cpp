// The fused operators, registered with libtorch's dispatcher as mimkit::*, so that the boxed ABI reaches them like any other.
// Each takes CPU tensors of float32 or bfloat16; parameters are float32 masters. Other devices use compositions of ATen (Fused.cs).
#include "kernels.h"
#include "versions.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

namespace {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;
using mimkit::kernels;
using mimkit::Optional;
using mimkit::Rows;

Rows rows(const Tensor& t) {
  if (!t.defined()) return {nullptr, false};
  return {t.data_ptr(), t.scalar_type() == at::kBFloat16};
}

// The tensor as the kernels read it: on the CPU, contiguous, float32 or bfloat16.
Tensor readable(const Tensor& t, const char* name) {
  TORCH_CHECK(t.device().is_cpu(), name, " must be on the CPU, it is on ", t.device());
  TORCH_CHECK(t.scalar_type() == at::kFloat || t.scalar_type() == at::kBFloat16, name, " must be float32 or bfloat16, it is ", t.scalar_type());
  return t.contiguous();
}
Tensor parameter(const Tensor& t, int64_t width, const char* name) {
  TORCH_CHECK(t.scalar_type() == at::kFloat && t.numel() == width, name, " must be float32 of ", width, " values, it is ", t.scalar_type(), t.sizes());
  return t.contiguous();
}
const float* floats(const Tensor& t) { return t.data_ptr<float>(); }

int64_t grain(int64_t row_cost) { return std::max<int64_t>(1, 32768 / std::max<int64_t>(1, row_cost)); }

// Runs body(from, to, thread's own [sums, d] accumulators) over all rows; returns their total, [sums, d].
template <class F> Tensor with_column_sums(int64_t n, int64_t d, int64_t sums, F body) {
  Tensor partial = at::zeros({at::get_num_threads(), sums, d}, at::kFloat);
  float* p = partial.data_ptr<float>();
  at::parallel_for(0, n, grain(d), [&](int64_t from, int64_t to) { body(from, to, p + at::get_thread_num() * sums * d); });
  return partial.sum(0);
}

// ---------------------------------------------------------------------------------------------------------- linear

// x [n, in] w [out, in] (x's dtype) -> [n, out]
Tensor matmul_t(const Tensor& x, const Tensor& w) { return at::mm(x, w.t()); }

struct Linear : Function<Linear> {
  static Tensor forward(AutogradContext* ctx, Tensor x, Tensor w, Optional<Tensor> bias, Tensor w_cast, bool with_gelu) {
    int64_t in = w.size(1), out = w.size(0), n = x.numel() / in;
    x = readable(x, "x");
    auto flat = x.view({n, in});
    auto shape = x.sizes().vec();
    shape.back() = out;
    Tensor pre = matmul_t(flat, w_cast);
    const float* b = bias ? floats(*bias) : nullptr;
    Tensor y = pre;
    if (with_gelu) {
      y = at::empty_like(pre);
      at::parallel_for(0, n, grain(4 * out), [&](int64_t from, int64_t to) { kernels().gelu(rows(pre), b, rows(y), from, to, out); });
    } else if (b) {
      at::parallel_for(0, n, grain(out), [&](int64_t from, int64_t to) { kernels().add_bias(rows(pre), b, from, to, out); });
    }
    ctx->save_for_backward({flat, w_cast, with_gelu ? pre : Tensor(), bias ? *bias : Tensor()});
    ctx->saved_data["shape"] = x.sizes().vec();
    ctx->saved_data["gelu"] = with_gelu;
    return y.view(shape);
  }

  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    auto saved = ctx->get_saved_variables();
    auto &x = saved[0], &w = saved[1], &pre = saved[2], &bias = saved[3];
    int64_t out = w.size(0), n = x.size(0);
    Tensor dy = grads[0].to(x.scalar_type()).contiguous().view({n, out}), db;
    if (ctx->saved_data["gelu"].toBool()) {
      Tensor dpre = at::empty_like(pre);
      db = with_column_sums(n, out, 1, [&](int64_t from, int64_t to, float* sums) {
        kernels().gelu_back(rows(dy), rows(pre), floats(bias), rows(dpre), sums, from, to, out);
      }).view({out});
      dy = dpre;
    } else if (bias.defined()) {
      db = with_column_sums(n, out, 1, [&](int64_t from, int64_t to, float* sums) { kernels().column_sum(rows(dy), sums, from, to, out); }).view({out});
    }
    Tensor dx, dw;
    if (ctx->needs_input_grad(0)) dx = at::mm(dy, w).view(ctx->saved_data["shape"].toIntVector());
    if (ctx->needs_input_grad(1)) dw = at::mm(dy.t(), x).to(at::kFloat);
    return {dx, dw, db, Tensor(), Tensor()};
  }
};

// w_cast is w in x's dtype: the caller keeps it between steps, so that a weight is cast once a step and not once a use.
Tensor linear(const Tensor& x, const Tensor& w, const Optional<Tensor>& bias, const Tensor& w_cast, bool with_gelu) {
  TORCH_CHECK(w.dim() == 2 && x.dim() >= 1 && x.size(-1) == w.size(1), "x ", x.sizes(), " does not fit a weight ", w.sizes(), ": its last dimension must be ", w.size(-1));
  TORCH_CHECK(w_cast.scalar_type() == x.scalar_type(), "w_cast is ", w_cast.scalar_type(), ", x is ", x.scalar_type());
  TORCH_CHECK(!with_gelu || bias, "the fused GELU needs a bias");
  Optional<Tensor> b;
  if (bias) b = parameter(*bias, w.size(0), "bias");
  return Linear::apply(x, w, b, w_cast, with_gelu);
}

// --------------------------------------------------------------------------------------------------- normalisation

struct LayerNorm : Function<LayerNorm> {
  static variable_list forward(AutogradContext* ctx, Tensor x, Optional<Tensor> added, Tensor w, Tensor b, double eps, int64_t dtype) {
    int64_t d = x.size(-1), n = x.numel() / d;
    x = readable(x, "x");
    Tensor sum = x, branch;
    if (added) {
      branch = readable(*added, "branch");
      sum = at::empty(x.sizes(), x.options().dtype(at::kFloat));
    }
    Tensor y = at::empty(x.sizes(), x.options().dtype(at::ScalarType(dtype)));
    Tensor mean = at::empty({n}, at::kFloat), rstd = at::empty({n}, at::kFloat);
    at::parallel_for(0, n, grain(d), [&](int64_t from, int64_t to) {
      kernels().layer_norm(rows(x), rows(branch), rows(sum), rows(y), floats(w), floats(b), float(eps), mean.data_ptr<float>(), rstd.data_ptr<float>(), from, to, d);
    });
    ctx->save_for_backward({sum, mean, rstd, w});
    ctx->saved_data["branch"] = int64_t(branch.defined() ? int64_t(branch.scalar_type()) : -1);
    ctx->saved_data["x"] = int64_t(x.scalar_type());
    if (!branch.defined()) return {y};
    return {sum, y};
  }

  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    auto saved = ctx->get_saved_variables();
    auto &sum = saved[0], &mean = saved[1], &rstd = saved[2], &w = saved[3];
    int64_t d = sum.size(-1), n = sum.numel() / d, branch_dtype = ctx->saved_data["branch"].toInt();
    bool with_branch = branch_dtype >= 0;
    Tensor dy = grads.back(), dsum = with_branch ? grads[0] : Tensor();
    if (!dy.defined()) dy = at::zeros(sum.sizes(), at::kFloat);
    dy = dy.contiguous();
    if (dsum.defined()) dsum = dsum.contiguous();
    Tensor dx = at::empty(sum.sizes(), sum.options().dtype(at::ScalarType(ctx->saved_data["x"].toInt())));
    Tensor dbranch;
    if (with_branch) dbranch = branch_dtype == ctx->saved_data["x"].toInt() ? dx : at::empty(sum.sizes(), sum.options().dtype(at::ScalarType(branch_dtype)));
    bool separate = with_branch && !dbranch.is_same(dx);
    Tensor sums = with_column_sums(n, d, 2, [&](int64_t from, int64_t to, float* s) {
      kernels().layer_norm_back(rows(dy), rows(dsum), rows(sum), floats(mean), floats(rstd), floats(w), rows(dx),
                                separate ? rows(dbranch) : Rows{nullptr, false}, s, s + d, from, to, d);
    });
    return {dx, dbranch, sums[0], sums[1], Tensor(), Tensor()};
  }
};

Tensor layer_norm(const Tensor& x, const Tensor& w, const Tensor& b, double eps, int64_t dtype) {
  auto d = x.size(-1);
  return LayerNorm::apply(x, Optional<Tensor>(), parameter(w, d, "weight"), parameter(b, d, "bias"), eps, dtype)[0];
}

std::tuple<Tensor, Tensor> add_layer_norm(const Tensor& x, const Tensor& branch, const Tensor& w, const Tensor& b, double eps) {
  TORCH_CHECK(x.sizes() == branch.sizes(), "x ", x.sizes(), " and branch ", branch.sizes(), " must have one shape");
  auto d = x.size(-1);
  auto r = LayerNorm::apply(x, Optional<Tensor>(branch), parameter(w, d, "weight"), parameter(b, d, "bias"), eps, int64_t(branch.scalar_type()));
  return {r[0], r[1]};
}

// ------------------------------------------------------------------------------------------------------- attention

template <class F> void over_images(int64_t images, int64_t n, int64_t d, F body) {
  int64_t work = kernels().attention_work(n, d);
  at::parallel_for(0, images, 1, [&](int64_t from, int64_t to) {
    Tensor buffer = at::empty({work}, at::kFloat);
    body(from, to, buffer.data_ptr<float>());
  });
}

struct Attention : Function<Attention> {
  static Tensor forward(AutogradContext* ctx, Tensor qkv, int64_t heads, double scale, Optional<Tensor> bias) {
    qkv = readable(qkv, "qkv");
    int64_t b = qkv.size(0), n = qkv.size(1), width = qkv.size(2) / 3, d = width / heads;
    Tensor out = at::empty({b, n, width}, qkv.options()), added = bias ? parameter(*bias, heads * n * n, "bias") : Tensor();
    const float* p = bias ? floats(added) : nullptr;
    over_images(b, n, d, [&](int64_t from, int64_t to, float* work) { kernels().attention(rows(qkv), p, rows(out), work, from, to, n, heads, d, float(scale)); });
    ctx->save_for_backward({qkv, added});
    ctx->saved_data["heads"] = heads;
    ctx->saved_data["scale"] = scale;
    ctx->saved_data["learns_bias"] = bias && bias->requires_grad();
    return out;
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    auto saved = ctx->get_saved_variables();
    Tensor qkv = saved[0], dout = grads[0].to(qkv.scalar_type()).contiguous(), dqkv = at::empty_like(qkv), sums;
    int64_t heads = ctx->saved_data["heads"].toInt(), n = qkv.size(1), d = qkv.size(2) / 3 / heads, entries = heads * n * n;
    float scale = float(ctx->saved_data["scale"].toDouble());
    const float* bias = saved[1].defined() ? floats(saved[1]) : nullptr;
    if (ctx->saved_data["learns_bias"].toBool()) sums = at::zeros({at::get_num_threads(), heads, n, n}, at::kFloat);     // one a thread
    over_images(qkv.size(0), n, d, [&](int64_t from, int64_t to, float* work) {
      float* dbias = sums.defined() ? sums.data_ptr<float>() + at::get_thread_num() * entries : nullptr;
      kernels().attention_back(rows(qkv), bias, rows(dout), rows(dqkv), dbias, work, from, to, n, heads, d, scale);
    });
    return {dqkv, Tensor(), Tensor(), sums.defined() ? sums.sum(0) : Tensor()};
  }
};

Tensor attention(const Tensor& qkv, int64_t heads, double scale, const Optional<Tensor>& bias) {
  TORCH_CHECK(qkv.dim() == 3 && heads > 0 && qkv.size(2) % (3 * heads) == 0, "qkv must be [B, N, 3 D] with D a multiple of ", heads, " heads, it is ", qkv.sizes());
  TORCH_CHECK(!bias || (bias->dim() == 3 && bias->size(0) == heads && bias->size(1) == qkv.size(1) && bias->size(2) == qkv.size(1)),
              "the bias must be [", heads, ", ", qkv.size(1), ", ", qkv.size(1), "], it is ", bias->sizes());
  return Attention::apply(qkv, heads, scale, bias);
}

// ---------------------------------------------------------------------------------------------------------- tokens

void check_ids(const Tensor& ids, int64_t images, int64_t count) {
  TORCH_CHECK(ids.dim() == 2 && ids.size(0) == images && ids.scalar_type() == at::kLong, "ids must be int64 [", images, ", M], they are ", ids.scalar_type(), ids.sizes());
  auto p = ids.data_ptr<int64_t>();
  for (int64_t i = 0; i < ids.numel(); i++) TORCH_CHECK_INDEX(p[i] >= 0 && p[i] < count, "token id ", p[i], " is outside [0, ", count, ")");
}

// out[b, i] = x[b, ids[b, i]]
Tensor gathered(const Tensor& x, const Tensor& ids) {
  int64_t b = x.size(0), m = ids.size(1), n = x.size(1), bytes = x.size(2) * x.element_size();
  Tensor out = at::empty({b, m, x.size(2)}, x.options());
  auto from = static_cast<const char*>(x.data_ptr()); auto to = static_cast<char*>(out.data_ptr()); auto id = ids.data_ptr<int64_t>();
  at::parallel_for(0, b * m, grain(bytes / 4), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) memcpy(to + i * bytes, from + (i / m * n + id[i]) * bytes, bytes);
  });
  return out;
}

// out[b, ids[b, i]] = tokens[b, i], fill (or zero) elsewhere
Tensor placed(const Tensor& tokens, const Tensor& ids, const Tensor& fill, int64_t count) {
  int64_t b = tokens.size(0), m = tokens.size(1), bytes = tokens.size(2) * tokens.element_size();
  Tensor out = at::empty({b, count, tokens.size(2)}, tokens.options());
  auto from = static_cast<const char*>(tokens.data_ptr()); auto to = static_cast<char*>(out.data_ptr()); auto id = ids.data_ptr<int64_t>();
  auto f = fill.defined() ? static_cast<const char*>(fill.data_ptr()) : nullptr;
  at::parallel_for(0, b, 1, [&](int64_t begin, int64_t end) {
    std::vector<char> taken(count);
    for (int64_t i = begin; i < end; i++) {
      std::fill(taken.begin(), taken.end(), 0);
      for (int64_t j = 0; j < m; j++) {
        taken[id[i * m + j]] = 1;
        memcpy(to + (i * count + id[i * m + j]) * bytes, from + (i * m + j) * bytes, bytes);
      }
      for (int64_t j = 0; j < count; j++) {
        if (taken[j]) continue;
        if (f) memcpy(to + (i * count + j) * bytes, f, bytes); else memset(to + (i * count + j) * bytes, 0, bytes);
      }
    }
  });
  return out;
}

struct TakeTokens : Function<TakeTokens> {
  static Tensor forward(AutogradContext* ctx, Tensor x, Tensor ids) {
    ctx->save_for_backward({ids});
    ctx->saved_data["count"] = x.size(1);
    return gathered(x.contiguous(), ids);
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    return {placed(grads[0].contiguous(), ctx->get_saved_variables()[0], Tensor(), ctx->saved_data["count"].toInt()), Tensor()};
  }
};

struct PlaceTokens : Function<PlaceTokens> {
  static Tensor forward(AutogradContext* ctx, Tensor tokens, Tensor ids, Tensor fill, int64_t count) {
    ctx->save_for_backward({ids});
    ctx->saved_data["fill"] = int64_t(fill.scalar_type());
    return placed(tokens.contiguous(), ids, fill.to(tokens.scalar_type()).contiguous(), count);
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    Tensor ids = ctx->get_saved_variables()[0], dy = grads[0].contiguous(), dtokens = gathered(dy, ids);
    int64_t d = dy.size(2);
    auto total = [d](const Tensor& t) {
      int64_t n = t.numel() / d;
      return with_column_sums(n, d, 1, [&](int64_t from, int64_t to, float* sums) { kernels().column_sum(rows(t), sums, from, to, d); });
    };
    Tensor dfill = (total(dy) - total(dtokens)).view({d}).to(at::ScalarType(ctx->saved_data["fill"].toInt()));
    return {dtokens, Tensor(), dfill, Tensor()};
  }
};

Tensor take_tokens(const Tensor& x, const Tensor& ids) {
  TORCH_CHECK(x.dim() == 3, "x must be [B, N, D], it is ", x.sizes());
  auto i = ids.contiguous();
  check_ids(i, x.size(0), x.size(1));
  return TakeTokens::apply(x, i);
}

Tensor place_tokens(const Tensor& tokens, const Tensor& ids, const Tensor& fill, int64_t count) {
  readable(tokens, "tokens");
  TORCH_CHECK(tokens.dim() == 3 && fill.numel() == tokens.size(2), "tokens ", tokens.sizes(), " must be [B, M, D] and fill ", fill.sizes(), " have D values");
  auto i = ids.contiguous();
  check_ids(i, tokens.size(0), count);
  TORCH_CHECK(i.size(1) == tokens.size(1), "there are ", tokens.size(1), " tokens and ", i.size(1), " ids an image");
  return PlaceTokens::apply(tokens, i, fill.view({-1}), count);
}

// ------------------------------------------------------------------------------------------------------- optimizer

// One pass over all parameters, in chunks, so that large and small tensors share the threads evenly.
struct Chunk { float *p, *m, *v; const float* g; int64_t n; };

template <class F> void over_chunks(const std::vector<Chunk>& chunks, F body) {
  at::parallel_for(0, int64_t(chunks.size()), 1, [&](int64_t from, int64_t to) { for (int64_t i = from; i < to; i++) body(i, chunks[i]); });
}

std::vector<Chunk> cut(at::TensorList p, at::TensorList g, at::TensorList m, at::TensorList v) {
  constexpr int64_t size = 16384;
  std::vector<Chunk> chunks;
  for (size_t i = 0; i < p.size(); i++) {
    TORCH_CHECK(p[i].is_contiguous() && p[i].scalar_type() == at::kFloat, "parameter ", i, " must be contiguous float32");
    TORCH_CHECK(g[i].is_contiguous() && g[i].scalar_type() == at::kFloat && g[i].numel() == p[i].numel(), "gradient ", i, " must be contiguous float32 of its parameter's size");
    for (int64_t at = 0; at < p[i].numel(); at += size)
      chunks.push_back({p[i].data_ptr<float>() + at, m.empty() ? nullptr : m[i].data_ptr<float>() + at, v.empty() ? nullptr : v[i].data_ptr<float>() + at,
                        g[i].data_ptr<float>() + at, std::min(size, p[i].numel() - at)});
  }
  return chunks;
}

void adamw_(at::TensorList p, at::TensorList g, at::TensorList m, at::TensorList v, int64_t step, double lr, double beta1, double beta2, double eps,
            double weight_decay, const Optional<Tensor>& scale) {
  TORCH_CHECK(p.size() == g.size() && p.size() == m.size() && p.size() == v.size(), "adamw_ needs as many gradients and moments as parameters (", p.size(), ")");
  if (scale && *scale->data_ptr<float>() == 0) return;      // a step left out: nothing of it may reach weights or moments
  mimkit::AdamW t{float(lr), float(beta1), float(beta2), float(eps), float(weight_decay),
                  float(1 - std::pow(beta1, double(step))), float(std::sqrt(1 - std::pow(beta2, double(step)))), scale ? *scale->data_ptr<float>() : 1.0f};
  over_chunks(cut(p, g, m, v), [&](int64_t, const Chunk& c) { kernels().adamw(c.p, c.g, c.m, c.v, c.n, t); });
  for (auto& x : p) x.unsafeGetTensorImpl()->bump_version();
}

// The global L2 norm of all gradients, [1] float32.
Tensor grad_norm(at::TensorList g) {
  auto chunks = cut(g, g, {}, {});
  std::vector<double> sums(chunks.size());
  over_chunks(chunks, [&](int64_t i, const Chunk& c) { sums[i] = kernels().square_sum(c.g, c.n); });
  double total = 0;
  for (double s : sums) total += s;
  return at::full({1}, std::sqrt(total), at::kFloat);
}

void ema_(at::TensorList average, at::TensorList x, double decay) {
  over_chunks(cut(average, x, {}, {}), [&](int64_t, const Chunk& c) { kernels().lerp(c.p, c.g, c.n, float(decay)); });
  for (auto& t : average) t.unsafeGetTensorImpl()->bump_version();
}

}  // namespace

TORCH_LIBRARY(mimkit, m) {
  m.def("linear(Tensor x, Tensor w, Tensor? bias, Tensor w_cast, bool with_gelu=False) -> Tensor", &linear);
  m.def("layer_norm(Tensor x, Tensor w, Tensor b, float eps, int dtype) -> Tensor", &layer_norm);
  m.def("add_layer_norm(Tensor x, Tensor branch, Tensor w, Tensor b, float eps) -> (Tensor, Tensor)", &add_layer_norm);
  m.def("attention(Tensor qkv, int heads, float scale, Tensor? bias=None) -> Tensor", &attention);
  m.def("take_tokens(Tensor x, Tensor ids) -> Tensor", &take_tokens);
  m.def("place_tokens(Tensor tokens, Tensor ids, Tensor fill, int count) -> Tensor", &place_tokens);
  m.def("adamw_(Tensor(a!)[] p, Tensor[] g, Tensor(b!)[] m, Tensor(c!)[] v, int step, float lr, float beta1, float beta2, float eps, float weight_decay, Tensor? scale=None) -> ()", &adamw_);
  m.def("grad_norm(Tensor[] g) -> Tensor", &grad_norm);
  m.def("ema_(Tensor(a!)[] average, Tensor[] x, float decay) -> ()", &ema_);
}
