// The three passes of t-SNE (van der Maaten and Hinton 2008; Barnes-Hut: van der Maaten 2014). Compiled once a CPU level, as kernels_cpu.cpp.
#include "tsne.h"
#include <algorithm>
#include <cmath>
#include <vector>

namespace mimkit { namespace MIMKIT_LEVEL {
namespace {

#if defined(__AVX512F__)
constexpr int64_t V = 16;
#elif defined(__AVX2__)
constexpr int64_t V = 8;
#else
constexpr int64_t V = 4;
#endif
typedef float vec __attribute__((vector_size(V * sizeof(float)), aligned(4), may_alias));
static_assert(kTsneGroup % (2 * V) == 0);

struct Sources { std::vector<float> x, y, mass; };             // what pushes a group: far cells and near points

// Two vectors of a group's members under every source, their sums in registers.
inline void push(const Sources& from, const float* px, const float* py, float* sx, float* sy, float* sz) {
  const vec x[2] = {*reinterpret_cast<const vec*>(px), *reinterpret_cast<const vec*>(px + V)}, y[2] = {*reinterpret_cast<const vec*>(py), *reinterpret_cast<const vec*>(py + V)};
  vec fx[2] = {}, fy[2] = {}, z[2] = {};
  for (size_t e = 0; e < from.x.size(); e++)
#pragma GCC unroll 2
    for (int h = 0; h < 2; h++) {
      vec dx = x[h] - from.x[e], dy = y[h] - from.y[e], q = 1 / (1 + dx * dx + dy * dy), pushed = from.mass[e] * q;
      z[h] += pushed;
      pushed *= q;
      fx[h] += pushed * dx;
      fy[h] += pushed * dy;
    }
  for (int h = 0; h < 2; h++) {
    *reinterpret_cast<vec*>(sx + h * V) = fx[h];
    *reinterpret_cast<vec*>(sy + h * V) = fy[h];
    *reinterpret_cast<vec*>(sz + h * V) = z[h];
  }
}

}  // namespace

// Rows of p(j | i): a Gaussian over the k nearest whose width gives the wanted perplexity, found by bisection on its precision.
void tsne_affinities(const float* distance2, float* p, int64_t from, int64_t to, int64_t k, float perplexity) {
  constexpr int kSteps = 100;
  constexpr double kClose = 1e-5;
  const double wanted = std::log(double(perplexity));
  for (int64_t i = from; i < to; i++) {
    const float* d = distance2 + i * k;
    float* row = p + i * k;
    const float nearest = *std::min_element(d, d + k);           // taken off: a far group's weights would all be 0
    double low = 0, high = INFINITY, precision = 1;
    for (int step = 0; step < kSteps; step++) {
      float sum = 0, moment = 0;
#pragma omp simd reduction(+ : sum, moment)
      for (int64_t j = 0; j < k; j++) {
        float away = d[j] - nearest, weight = std::exp(-float(precision) * away);
        row[j] = weight;
        sum += weight;
        moment += weight * away;
      }
      const double entropy = std::log(double(sum)) + precision * double(moment) / double(sum);
      const float scale = 1 / sum;
      for (int64_t j = 0; j < k; j++) row[j] *= scale;
      if (!(std::abs(entropy - wanted) > kClose)) break;
      if (entropy > wanted) { low = precision; precision = std::isinf(high) ? 2 * precision : (precision + high) / 2; }
      else { high = precision; precision = (precision + low) / 2; }
    }
  }
}

// Sum over a point's edges of p q (y_i - y_j), q = 1 / (1 + |y_i - y_j|^2); loss, if wanted, is the edges' sum of p (log p + log(1 + |y_i - y_j|^2)).
void tsne_attraction(TsneGraph graph, const float* x, const float* y, float* fx, float* fy, double* loss, int64_t from, int64_t to) {
  for (int64_t i = from; i < to; i++) {
    const int64_t first = graph.start[i], last = graph.start[i + 1];
    const float xi = x[i], yi = y[i];
    float sx = 0, sy = 0;
#pragma omp simd reduction(+ : sx, sy)
    for (int64_t e = first; e < last; e++) {
      float dx = xi - x[graph.column[e]], dy = yi - y[graph.column[e]], pull = graph.weight[e] / (1 + dx * dx + dy * dy);
      sx += pull * dx;
      sy += pull * dy;
    }
    fx[i] = sx;
    fy[i] = sy;
    if (!loss) continue;
    double sum = 0;
    for (int64_t e = first; e < last; e++) {
      float dx = xi - x[graph.column[e]], dy = yi - y[graph.column[e]], p = graph.weight[e];
      if (p > 0) sum += double(p) * (std::log(double(p)) + std::log1p(double(dx * dx + dy * dy)));
    }
    loss[i] = sum;
  }
}

// Sums over all other points of q^2 (y_i - y_j), and of q, for groups [from, to) of the tree's order. A group walks the tree once: a cell that is far
// from the group's box counts as one point for all its members, so no member's cell is coarser than its own walk would allow.
void tsne_repulsion(const TsneTree& tree, float angle2, float* fx, float* fy, double* z, int64_t from, int64_t to) {
  constexpr int64_t G = kTsneGroup;
  Sources from_all;
  for (int64_t group = from; group < to; group++) {
    const int64_t first = group * G, members = std::min(G, tree.points - first);
    float px[G], py[G], sx[G], sy[G], sz[G];
    for (int64_t l = 0; l < G; l++) {                            // a group's missing members repeat the last
      px[l] = tree.x[first + std::min(l, members - 1)];
      py[l] = tree.y[first + std::min(l, members - 1)];
    }
    const float x0 = *std::min_element(px, px + G), x1 = *std::max_element(px, px + G), y0 = *std::min_element(py, py + G), y1 = *std::max_element(py, py + G);

    from_all.x.clear(); from_all.y.clear(); from_all.mass.clear();
    auto add = [&](float x, float y, float mass) { from_all.x.push_back(x); from_all.y.push_back(y); from_all.mass.push_back(mass); };
    for (int32_t n = 0; n < tree.nodes;) {
      const TsneCell& cell = tree.cell[n];
      const float dx = std::max(std::max(x0 - cell.x, cell.x - x1), 0.0f), dy = std::max(std::max(y0 - cell.y, cell.y - y1), 0.0f);
      const bool far = cell.width2 < angle2 * (dx * dx + dy * dy);
      if (far) add(cell.x, cell.y, cell.mass);
      else if (cell.leaf)
        for (int32_t i = cell.first; i < cell.first + int32_t(cell.mass); i++) add(tree.x[i], tree.y[i], 1);
      n = far || cell.leaf ? cell.skip : n + 1;
    }
    for (int64_t l = 0; l < G; l += 2 * V) push(from_all, px + l, py + l, sx + l, sy + l, sz + l);
    double sum = 0;
    for (int64_t l = 0; l < members; l++) {
      fx[tree.order[first + l]] = sx[l];
      fy[tree.order[first + l]] = sy[l];
      sum += double(sz[l]) - 1;                                  // a point met itself: q = 1, and no force
    }
    z[group] = sum;
  }
}

} }  // namespace mimkit::MIMKIT_LEVEL
