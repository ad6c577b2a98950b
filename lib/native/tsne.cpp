// t-SNE: joint probabilities from distances, and the gradient of the map (Barnes-Hut; angle 0 is exact).
#include "kernels.h"
#include <torch/library.h>
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <algorithm>
#include <cmath>
#include <vector>

namespace {

using at::Tensor;
using namespace mimkit;

constexpr int kLevels = 16;                  // bits of a coordinate: cells end at 1 / 65536 of the map
constexpr int32_t kLeaf = 8;                 // points below which a cell is not divided
constexpr double kMostAngle = 0.7;           // beyond 1 / sqrt 2 a cell could count as far from its own points

// p(j | i) of every point over its nearest others: [n, k] squared distances to [n, k], each row with the given perplexity.
Tensor tsne_affinities(const Tensor& distance2, double perplexity) {
  TORCH_CHECK(distance2.dim() == 2 && distance2.is_cpu() && distance2.scalar_type() == at::kFloat, "squared distances must be float32 [n, k] on the CPU, they are ", distance2.scalar_type(), " ", distance2.sizes());
  const int64_t n = distance2.size(0), k = distance2.size(1);
  TORCH_CHECK(perplexity > 0 && perplexity < double(k), "a perplexity of ", perplexity, " needs more neighbours than ", k);
  Tensor d = distance2.contiguous(), p = at::empty({n, k}, d.options());
  at::parallel_for(0, n, 64, [&](int64_t from, int64_t to) { kernels().tsne_affinities(d.data_ptr<float>(), p.data_ptr<float>(), from, to, k, float(perplexity)); });
  return p;
}

// (P + P') / 2n as rows of edges: start [n + 1], column [e] rising within a row, weight [e], which sum to 1.
std::tuple<Tensor, Tensor, Tensor> tsne_joint(const Tensor& neighbours, const Tensor& p) {
  TORCH_CHECK(p.dim() == 2 && p.sizes() == neighbours.sizes() && p.scalar_type() == at::kFloat && neighbours.scalar_type() == at::kLong && p.is_cpu() && neighbours.is_cpu(),
              "neighbours int64 and p float32, both [n, k] on the CPU, are wanted; found ", neighbours.sizes(), " and ", p.sizes());
  const int64_t n = p.size(0), k = p.size(1);
  Tensor ids = neighbours.contiguous(), q = p.contiguous();
  const int64_t* id = ids.data_ptr<int64_t>();
  const float* value = q.data_ptr<float>();
  struct Edge { int32_t to; float weight; };
  std::vector<std::vector<Edge>> rows(n);
  for (int64_t i = 0; i < n; i++)
    for (int64_t e = i * k; e < (i + 1) * k; e++) {
      TORCH_CHECK_INDEX(id[e] >= 0 && id[e] < n && id[e] != i, "neighbour ", id[e], " of point ", i, " is itself or outside [0, ", n, ")");
      rows[i].push_back({int32_t(id[e]), value[e]});
      rows[id[e]].push_back({int32_t(i), value[e]});
    }
  Tensor start = at::empty({n + 1}, at::kLong);
  int64_t* at = start.data_ptr<int64_t>();
  at[0] = 0;
  for (int64_t i = 0; i < n; i++) {
    auto& row = rows[i];
    std::sort(row.begin(), row.end(), [](Edge a, Edge b) { return a.to < b.to; });
    size_t kept = 0;
    for (size_t e = 0; e < row.size(); e++)
      if (kept > 0 && row[kept - 1].to == row[e].to) row[kept - 1].weight += row[e].weight; else row[kept++] = row[e];
    row.resize(kept);
    at[i + 1] = at[i] + int64_t(kept);
  }
  Tensor column = at::empty({at[n]}, at::kInt), weight = at::empty({at[n]}, at::kFloat);
  for (int64_t i = 0; i < n; i++)
    for (size_t e = 0; e < rows[i].size(); e++) {
      column.data_ptr<int32_t>()[at[i] + int64_t(e)] = rows[i][e].to;
      weight.data_ptr<float>()[at[i] + int64_t(e)] = rows[i][e].weight / float(2 * n);
    }
  return {start, column, weight};
}

// A quadtree over points sorted along a Morton curve: a cell is a range of them.
struct Quadtree {
  std::vector<uint64_t> code;                // interleaved coordinates above the point's number
  std::vector<float> x, y;
  std::vector<int32_t> order;
  std::vector<TsneCell> cell;
  float width = 0;

  Quadtree(const float* px, const float* py, int64_t n) : code(n), x(n), y(n), order(n) {
    const auto [x0, x1] = std::minmax_element(px, px + n);
    const auto [y0, y1] = std::minmax_element(py, py + n);
    width = std::max({*x1 - *x0, *y1 - *y0, 1e-30f});
    const float scale = float((1 << kLevels) - 1) / width;
    for (int64_t i = 0; i < n; i++) code[i] = (spread(uint32_t((px[i] - *x0) * scale)) | spread(uint32_t((py[i] - *y0) * scale)) << 1) << 32 | uint64_t(i);
    std::sort(code.begin(), code.end());
    for (int64_t i = 0; i < n; i++) { order[i] = int32_t(code[i] & 0xFFFFFFFF); x[i] = px[order[i]]; y[i] = py[order[i]]; }
    cell.reserve(n);
    divide(0, int32_t(n), 0);
  }

  static uint64_t spread(uint32_t v) {       // bits of v at even places
    uint64_t s = v & 0xFFFF;
    s = (s | s << 8) & 0x00FF00FF;
    s = (s | s << 4) & 0x0F0F0F0F;
    s = (s | s << 2) & 0x33333333;
    return (s | s << 1) & 0x55555555;
  }

  // the cell of points [first, last) and all below it; returns the sums of their coordinates
  std::pair<double, double> divide(int32_t first, int32_t last, int level) {
    const size_t own = cell.size();
    const float side = width / float(1 << level), mass = float(last - first);
    cell.push_back({0, 0, mass, side * side, first, 0, last - first <= kLeaf || level == kLevels});
    double sx = 0, sy = 0;
    if (cell[own].leaf) for (int32_t i = first; i < last; i++) { sx += x[i]; sy += y[i]; }
    else
      for (int32_t from = first; from < last;) {
        const int shift = 32 + 2 * (kLevels - 1 - level);
        const uint64_t quarter = code[from] >> shift;
        const int32_t to = int32_t(std::partition_point(code.begin() + from, code.begin() + last, [&](uint64_t c) { return c >> shift == quarter; }) - code.begin());
        const auto [qx, qy] = divide(from, to, level + 1);
        sx += qx;
        sy += qy;
        from = to;
      }
    cell[own].x = float(sx / mass);
    cell[own].y = float(sy / mass);
    cell[own].skip = int32_t(cell.size());
    return {sx, sy};
  }

  TsneTree view() const { return {int64_t(x.size()), x.data(), y.data(), order.data(), int32_t(cell.size()), cell.data()}; }
};

// The gradient of KL(P || Q) [n, 2], attraction times exaggeration, and if wanted the divergence itself (of P as it is), float64.
std::tuple<Tensor, Tensor> tsne_gradient(const Tensor& start, const Tensor& column, const Tensor& weight, const Tensor& map, double angle, double exaggeration, bool divergence) {
  TORCH_CHECK(map.dim() == 2 && map.size(1) == 2 && map.scalar_type() == at::kFloat && map.is_cpu(), "the map must be float32 [n, 2] on the CPU, it is ", map.scalar_type(), " ", map.sizes());
  const int64_t n = map.size(0), groups = (n + kTsneGroup - 1) / kTsneGroup;
  TORCH_CHECK(n > 1 && start.dim() == 1 && start.size(0) == n + 1 && start.scalar_type() == at::kLong && column.scalar_type() == at::kInt && weight.scalar_type() == at::kFloat && column.sizes() == weight.sizes() &&
              start.is_contiguous() && column.is_contiguous() && weight.is_contiguous(), "edges of ", n, " points need start [", n + 1, "], found ", start.sizes());
  TORCH_CHECK(angle >= 0 && angle <= kMostAngle, "the angle is ", angle, "; choose 0 (exact) to ", kMostAngle);
  TORCH_CHECK(at::isfinite(map).all().item<bool>(), "the map holds values that are not finite");
  Tensor axes = map.t().contiguous(), pull = at::empty({2, n}, at::kFloat), push = at::empty({2, n}, at::kFloat), loss = divergence ? at::empty({n}, at::kDouble) : Tensor();
  const float* x = axes.data_ptr<float>();
  float *px = pull.data_ptr<float>(), *rx = push.data_ptr<float>();
  const Quadtree tree(x, x + n, n);
  const TsneGraph graph{start.data_ptr<int64_t>(), column.data_ptr<int32_t>(), weight.data_ptr<float>()};
  std::vector<double> z(groups);
  at::parallel_for(0, n, 256, [&](int64_t from, int64_t to) { kernels().tsne_attraction(graph, x, x + n, px, px + n, divergence ? loss.data_ptr<double>() : nullptr, from, to); });
  at::parallel_for(0, groups, 4, [&](int64_t from, int64_t to) { kernels().tsne_repulsion(tree.view(), float(angle * angle), rx, rx + n, z.data(), from, to); });
  double total = 0;
  for (double one : z) total += one;         // in the groups' order: the same for any number of threads
  Tensor gradient = (pull * exaggeration - push / total).t().mul(4).contiguous();
  return {gradient, divergence ? loss.sum() + weight.to(at::kDouble).sum() * std::log(total) : at::zeros({}, at::kDouble)};
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(mimkit, m) {
  m.def("tsne_affinities(Tensor distance2, float perplexity) -> Tensor", &tsne_affinities);
  m.def("tsne_joint(Tensor neighbours, Tensor p) -> (Tensor, Tensor, Tensor)", &tsne_joint);
  m.def("tsne_gradient(Tensor start, Tensor column, Tensor weight, Tensor map, float angle, float exaggeration, bool divergence) -> (Tensor, Tensor)", &tsne_gradient);
}
