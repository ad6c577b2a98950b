// The nearest of many centres without their distances: a matrix product whose results are compared in registers and never stored.
// Compiled once a CPU level, as kernels_cpu.cpp.
#include "nearest.h"
#include <algorithm>
#include <limits>
#include <vector>

namespace mimkit { namespace MIMKIT_LEVEL {
namespace {

// MR points are compared with NR = 2 vectors of centres at a time: as many sums as the level's registers hold.
#if defined(__AVX512F__)
constexpr int64_t V = 16, MR = 12;
#elif defined(__AVX2__)
constexpr int64_t V = 8, MR = 6;
#else
constexpr int64_t V = 4, MR = 4;
#endif
constexpr int64_t NR = 2 * V, kCentresInL2 = 256 << 10;      // bytes of centres that stay in the second cache while points go by
typedef float vec __attribute__((vector_size(V * sizeof(float)), aligned(4), may_alias));
typedef int32_t ints __attribute__((vector_size(V * sizeof(int32_t)), aligned(4), may_alias));

// The best centres so far, lane by lane: the first of equals stays, since later ones must be smaller.
struct Best { vec value[MR]; ints index[MR]; };

inline void compare(Best& best, int r, vec score, ints index) {
  auto less = score < best.value[r];
  best.value[r] = less ? score : best.value[r];
  best.index[r] = less ? index : best.index[r];
}

// a: [d, MR] points, b: [d, NR] centres times -2, which rounds nothing.
inline void tile(const float* a, const float* b, const float* norm, int64_t d, ints index, Best& best) {
  vec low[MR] = {}, high[MR] = {};
  for (int64_t p = 0; p < d; p++) {
    vec b0 = *reinterpret_cast<const vec*>(b + p * NR), b1 = *reinterpret_cast<const vec*>(b + p * NR + V);
#pragma GCC unroll 12
    for (int r = 0; r < MR; r++) {
      float x = a[p * MR + r];
      low[r] += x * b0;
      high[r] += x * b1;
    }
  }
  vec n0 = *reinterpret_cast<const vec*>(norm), n1 = *reinterpret_cast<const vec*>(norm + V);
#pragma GCC unroll 12
  for (int r = 0; r < MR; r++) {
    compare(best, r, low[r] + n0, index);
    compare(best, r, high[r] + n1, index + int32_t(V));
  }
}

}  // namespace

int64_t nearest_padded(int64_t k) { return (k + NR - 1) / NR * NR; }

// [K, d] to panels [K / NR][d][NR], times -2, with the squared lengths; missing centres are infinitely far.
void nearest_pack(const float* centres, float* panels, float* norms, int64_t k, int64_t d) {
  for (int64_t j = 0; j < nearest_padded(k); j++) {
    float* panel = panels + j / NR * NR * d + j % NR;
    float sum = 0;
    for (int64_t p = 0; p < d; p++) {
      float c = j < k ? centres[j * d + p] : 0;
      panel[p * NR] = -2 * c;
      sum += c * c;
    }
    norms[j] = j < k ? sum : std::numeric_limits<float>::infinity();
  }
}

void nearest(const float* points, const float* panels, const float* norms, int64_t* index, float* distance2, int64_t from, int64_t to, int64_t k, int64_t d) {
  const int64_t padded = nearest_padded(k), block = std::max<int64_t>(NR, kCentresInL2 / int64_t(d * sizeof(float)) / NR * NR);
  constexpr int64_t kTiles = 32;
  std::vector<float> a(kTiles * d * MR);
  std::vector<Best> best(kTiles);
  ints lanes;
  for (int l = 0; l < V; l++) lanes[l] = l;
  for (int64_t first = from; first < to; first += kTiles * MR) {
    const int64_t last = std::min(to, first + kTiles * MR), tiles = (last - first + MR - 1) / MR;
    for (int64_t i = first; i < first + tiles * MR; i++) {                       // a tile's missing points repeat the last
      const float* x = points + std::min(i, last - 1) * d;
      float* to_tile = a.data() + (i - first) / MR * d * MR + (i - first) % MR;
      for (int64_t p = 0; p < d; p++) to_tile[p * MR] = x[p];
    }
    for (int64_t t = 0; t < tiles; t++)
      for (int r = 0; r < MR; r++) {
        best[t].value[r] = vec{} + std::numeric_limits<float>::infinity();
        best[t].index[r] = ints{};
      }
    for (int64_t j0 = 0; j0 < padded; j0 += block)
      for (int64_t t = 0; t < tiles; t++)
        for (int64_t j = j0; j < std::min(padded, j0 + block); j += NR)
          tile(a.data() + t * d * MR, panels + j * d, norms + j, d, lanes + int32_t(j), best[t]);
    for (int64_t i = first; i < last; i++) {
      const Best& b = best[(i - first) / MR];
      const int64_t r = (i - first) % MR;
      float least = b.value[r][0], length = 0;
      int32_t at = b.index[r][0];
      for (int l = 1; l < V; l++)
        if (b.value[r][l] < least || (b.value[r][l] == least && b.index[r][l] < at)) { least = b.value[r][l]; at = b.index[r][l]; }
      for (int64_t p = 0; p < d; p++) length += points[i * d + p] * points[i * d + p];
      const float distance = least + length;                                     // NaN where the point is
      index[i] = at;
      distance2[i] = distance < 0 ? 0 : distance;
    }
  }
}

void add_rows(double* sums, const float* points, const int64_t* ids, int64_t n, int64_t d, int64_t from, int64_t to) {
  for (int64_t i = 0; i < n; i++) {
    double* sum = sums + ids[i] * d;
    const float* x = points + i * d;
#pragma omp simd
    for (int64_t p = from; p < to; p++) sum[p] += x[p];
  }
}

} }  // namespace mimkit::MIMKIT_LEVEL
