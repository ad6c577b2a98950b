// Token morphing. Bipartite matching (ToMe's rounds, as DTM uses them) on inner products alone: a merged token is a combination of tokens, so
// its products with all others are combinations of theirs, and no vector is touched. One image is one work item; its matrix stays in cache.
// Group means read every token once.
#include "versions.h"
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace {

using at::Tensor;

struct Image {
  int64_t n;
  float* gram;                       // [n, n], overwritten
  int64_t* group;                    // [n] out: group of every token
  const int64_t* order;              // the rounds' permutations one after the other, or null: even and odd places
  int64_t guarded;                   // first places that stay: 1 never is a source, 2 nor is the second a destination
  bool means_of_means;               // or means weighted by size

  std::vector<int64_t> tokens, a, b, partner, rank;
  std::vector<float> best, inverse;

  float& at(int64_t i, int64_t j) { return gram[i * n + j]; }

  void start() {
    tokens.resize(n); inverse.resize(n);
    for (int64_t i = 0; i < n; i++) { tokens[i] = i; group[i] = i; }
  }

  // divides the tokens into two halves: sources to be, and where they may go
  void split() {
    int64_t t = int64_t(tokens.size()), half = order ? t / 2 : (t + 1) / 2;
    a.clear(); b.clear();
    for (int64_t i = 0; i < t; i++)
      if (order) (i < half ? a : b).push_back(tokens[order[i]]);
      else (i % 2 == 0 ? a : b).push_back(tokens[i]);
    if (order) order += t;
  }

  void match() {
    for (int64_t i : tokens) inverse[i] = 1 / std::max(std::sqrt(std::max(at(i, i), 0.0f)), 1e-12f);
    best.assign(a.size(), -std::numeric_limits<float>::infinity());
    partner.assign(a.size(), guarded > 1 && b.size() > 1 ? 1 : 0);
    for (size_t i = guarded > 0 ? 1 : 0; i < a.size(); i++) {
      const float* row = gram + a[i] * n;
      for (size_t j = guarded > 1 ? 1 : 0; j < b.size(); j++) {
        float likeness = row[b[j]] * inverse[b[j]];
        if (likeness > best[i]) { best[i] = likeness; partner[i] = int64_t(j); }
      }
      best[i] *= inverse[a[i]];
    }
    rank.resize(a.size());
    for (size_t i = 0; i < rank.size(); i++) rank[i] = int64_t(i);
    std::stable_sort(rank.begin(), rank.end(), [&](int64_t x, int64_t y) { return best[x] > best[y]; });
  }

  void absorb(int64_t into, int64_t from) {
    for (int64_t j : tokens) at(into, j) += at(from, j);
    for (int64_t j : tokens) at(j, into) += at(j, from);
    for (int64_t i = 0; i < n; i++) if (group[i] == from) group[i] = into;
  }

  void merge(int64_t r) {
    split();
    match();
    std::vector<int64_t> members(n, 1);
    for (int64_t i = 0; i < r; i++) {
      int64_t into = b[partner[rank[i]]];
      absorb(into, a[rank[i]]);
      members[into]++;
    }
    // a cosine does not see a token's length: sums do for means, unless sums of different lengths are to weigh the same
    if (means_of_means)
      for (int64_t into : b)
        if (float scale = 1.0f / float(members[into]); scale < 1) {
          for (int64_t j : tokens) at(into, j) *= scale;
          for (int64_t j : tokens) at(j, into) *= scale;
        }
    if (guarded > 0) std::sort(rank.begin() + r, rank.end());
    tokens.clear();
    for (size_t i = r; i < rank.size(); i++) tokens.push_back(a[rank[i]]);
    tokens.insert(tokens.end(), b.begin(), b.end());
  }

  void finish() {
    std::vector<int64_t> number(n);
    for (size_t i = 0; i < tokens.size(); i++) number[tokens[i]] = int64_t(i);
    for (int64_t i = 0; i < n; i++) group[i] = number[group[i]];
  }
};

Tensor bipartite_groups(const Tensor& gram, at::IntArrayRef merges, const c10::optional<Tensor>& order, int64_t guarded, bool means_of_means) {
  TORCH_CHECK(gram.dim() == 3 && gram.size(1) == gram.size(2) && gram.scalar_type() == at::kFloat && gram.is_cpu(), "inner products must be float32 [B, N, N] on the CPU, they are ", gram.sizes());
  int64_t images = gram.size(0), n = gram.size(1), places = 0, left = n;
  for (int64_t r : merges) {
    int64_t most = order ? left / 2 : (left - guarded) / 2;
    TORCH_CHECK(r >= 0 && r <= most, "a round cannot merge ", r, " of ", left, " tokens, at most ", most);
    places += left;
    left -= r;
  }
  Tensor work = gram.clone(at::MemoryFormat::Contiguous), group = at::empty({images, n}, gram.options().dtype(at::kLong));
  Tensor permutations = order ? order->contiguous() : Tensor();
  if (order) {
    TORCH_CHECK(permutations.scalar_type() == at::kLong && permutations.dim() == 2 && permutations.size(0) == images && permutations.size(1) == places,
                "the rounds' permutations must be int64 [", images, ", ", places, "], they are ", permutations.sizes());
    auto p = permutations.data_ptr<int64_t>();
    for (int64_t i = 0; i < permutations.numel(); i++) TORCH_CHECK_INDEX(p[i] >= 0 && p[i] < n, "place ", p[i], " of a permutation is outside [0, ", n, ")");
  }
  at::parallel_for(0, images, 1, [&](int64_t from, int64_t to) {
    for (int64_t b = from; b < to; b++) {
      Image image{n, work.data_ptr<float>() + b * n * n, group.data_ptr<int64_t>() + b * n, order ? permutations.data_ptr<int64_t>() + b * places : nullptr, guarded, means_of_means};
      image.start();
      for (int64_t r : merges) image.merge(r);
      image.finish();
    }
  });
  return group;
}

// ----------------------------------------------------------------------------------------------------- group means

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;
using mimkit::Optional;

// What a token weighs in its group's mean: 1 over the group's tokens that count, 0 where it does not count itself.
Tensor weights(const Tensor& group, int64_t count, const Tensor& counted) {
  int64_t images = group.size(0), n = group.size(1);
  Tensor w = at::empty({images, n}, at::kFloat);
  auto g = group.data_ptr<int64_t>(); auto out = w.data_ptr<float>(); auto c = counted.defined() ? counted.data_ptr<float>() : nullptr;
  std::vector<float> size(count);
  for (int64_t b = 0; b < images; b++, g += n, out += n) {
    std::fill(size.begin(), size.end(), 0.0f);
    for (int64_t i = 0; i < n; i++) {
      TORCH_CHECK_INDEX(g[i] >= 0 && g[i] < count, "group ", g[i], " is outside [0, ", count, ")");
      size[g[i]] += c ? c[b * n + i] : 1.0f;
    }
    for (int64_t i = 0; i < n; i++) out[i] = (c ? c[b * n + i] : 1.0f) / std::max(size[g[i]], 1.0f);
  }
  return w;
}

// to[b, i_to] += w[b, i] from[b, i_from] for every token i: tokens into groups, or groups back to tokens
void spread(const Tensor& from, const Tensor& to, const Tensor& group, const Tensor& w, bool into_groups) {
  int64_t n = group.size(1), d = from.size(2), rows_from = from.size(1), rows_to = to.size(1);
  auto x = from.data_ptr<float>(); auto y = to.data_ptr<float>(); auto weight = w.data_ptr<float>(); auto g = group.data_ptr<int64_t>();
  at::parallel_for(0, group.size(0), 1, [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; b++)
      for (int64_t i = 0; i < n; i++) {
        int64_t of = g[b * n + i];
        const float* source = x + (b * rows_from + (into_groups ? i : of)) * d;
        float* sum = y + (b * rows_to + (into_groups ? of : i)) * d;
        float factor = weight[b * n + i];
#pragma omp simd
        for (int64_t j = 0; j < d; j++) sum[j] += factor * source[j];
      }
  });
}

struct GroupMean : torch::autograd::Function<GroupMean> {
  static Tensor forward(AutogradContext* ctx, Tensor x, Tensor group, int64_t count, Optional<Tensor> counted) {
    x = x.contiguous();
    group = group.contiguous();
    Tensor w = weights(group, count, counted ? counted->contiguous() : Tensor()), mean = at::zeros({x.size(0), count, x.size(2)}, at::kFloat);
    spread(x, mean, group, w, true);
    ctx->save_for_backward({group, w});
    return mean;
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    auto saved = ctx->get_saved_variables();
    Tensor dmean = grads[0].contiguous(), dx = at::zeros({saved[0].size(0), saved[0].size(1), dmean.size(2)}, at::kFloat);
    spread(dmean, dx, saved[0], saved[1], false);
    return {dx, Tensor(), Tensor(), Tensor()};
  }
};

Tensor group_mean(const Tensor& x, const Tensor& group, int64_t count, const Optional<Tensor>& counted) {
  TORCH_CHECK(x.dim() == 3 && x.scalar_type() == at::kFloat && x.is_cpu(), "x must be float32 [B, n, D] on the CPU, it is ", x.scalar_type(), x.sizes());
  TORCH_CHECK(group.scalar_type() == at::kLong && group.sizes() == x.sizes().slice(0, 2), "groups must be int64 [", x.size(0), ", ", x.size(1), "], they are ", group.scalar_type(), group.sizes());
  TORCH_CHECK(!counted || (counted->scalar_type() == at::kFloat && counted->sizes() == group.sizes()), "what counts must be float32 ", group.sizes(), ", it is ", counted->sizes());
  return GroupMean::apply(x, group, count, counted);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(mimkit, m) {
  m.def("group_mean(Tensor x, Tensor group, int count, Tensor? counted) -> Tensor", &group_mean);
  m.def("bipartite_groups(Tensor gram, int[] merges, Tensor? order, int guarded, bool means_of_means) -> Tensor", &bipartite_groups);
}
