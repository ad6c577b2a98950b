// The kernels, written as plain loops over one row in cache; gcc vectorises them for the level it is compiled for.
#include "kernels.h"
#include "nearest.h"
#include "tsne.h"
#include <cmath>
#include <cstring>
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
typedef int32_t lanes __attribute__((vector_size(V * sizeof(int32_t))));

inline int64_t padded(int64_t n) { return (n + V - 1) / V * V; }

inline float widen(uint16_t h) {
  uint32_t u = uint32_t(h) << 16;
  float f;
  memcpy(&f, &u, 4);
  return f;
}
// Round to nearest, ties to even. A NaN whose upper bits are zero would turn into an infinity, so it keeps a bit.
inline uint16_t narrow(float f) {
  uint32_t u;
  memcpy(&u, &f, 4);
  uint32_t rounded = (u + 0x7FFFu + ((u >> 16) & 1u)) >> 16;
  uint32_t nan = (u >> 16) | 0x40u;
  return uint16_t((u & 0x7FFFFFFFu) > 0x7F800000u ? nan : rounded);
}

// Row i of `x`, columns [c, c + n) of a matrix of width d, as float32: in place when it is float32 already.
inline const float* row(Rows x, int64_t i, int64_t d, float* scratch) {
  if (!x.half) return static_cast<const float*>(x.data) + i * d;
  auto p = static_cast<const uint16_t*>(x.data) + i * d;
#pragma omp simd
  for (int64_t j = 0; j < d; j++) scratch[j] = widen(p[j]);
  return scratch;
}
inline void store(Rows y, int64_t offset, const float* values, int64_t n) {
  if (!y.half) {
    auto p = static_cast<float*>(y.data) + offset;
    if (p != values) memcpy(p, values, n * sizeof(float));
    return;
  }
  auto p = static_cast<uint16_t*>(y.data) + offset;
#pragma omp simd
  for (int64_t j = 0; j < n; j++) p[j] = narrow(values[j]);
}
inline void load(Rows x, int64_t offset, float* out, int64_t n) {
  if (!x.half) { memcpy(out, static_cast<const float*>(x.data) + offset, n * sizeof(float)); return; }
  auto p = static_cast<const uint16_t*>(x.data) + offset;
#pragma omp simd
  for (int64_t j = 0; j < n; j++) out[j] = widen(p[j]);
}

float* scratch(int64_t n) {                    // one growing buffer a thread
  static thread_local std::vector<float> buffer;
  if (int64_t(buffer.size()) < n) buffer.resize(n);
  return buffer.data();
}

// ---------------------------------------------------------------------------------------------------- normalisation

void layer_norm(Rows x, Rows branch, Rows sum, Rows y, const float* w, const float* b, float eps,
                float* mean, float* rstd, int64_t from, int64_t to, int64_t d) {
  float* s1 = scratch(3 * d); float* s2 = s1 + d; float* out = s2 + d;
  for (int64_t i = from; i < to; i++) {
    const float* r = row(x, i, d, s1);
    if (branch) {
      const float* a = row(branch, i, d, s2);
#pragma omp simd
      for (int64_t j = 0; j < d; j++) s1[j] = r[j] + a[j];
      store(sum, i * d, s1, d);
      r = s1;
    }
    float m = 0, q = 0;
#pragma omp simd reduction(+ : m)
    for (int64_t j = 0; j < d; j++) m += r[j];
    m /= d;
#pragma omp simd reduction(+ : q)
    for (int64_t j = 0; j < d; j++) { float c = r[j] - m; q += c * c; }
    float s = 1.0f / std::sqrt(q / d + eps);
    mean[i] = m;
    rstd[i] = s;
#pragma omp simd
    for (int64_t j = 0; j < d; j++) out[j] = (r[j] - m) * s * w[j] + b[j];
    store(y, i * d, out, d);
  }
}

void layer_norm_back(Rows dy, Rows dsum, Rows x, const float* mean, const float* rstd, const float* w,
                     Rows dx, Rows dbranch, float* dw, float* db, int64_t from, int64_t to, int64_t d) {
  float* s1 = scratch(4 * d); float* s2 = s1 + d; float* s3 = s2 + d; float* out = s3 + d;
  for (int64_t i = from; i < to; i++) {
    const float* g = row(dy, i, d, s1);
    const float* r = row(x, i, d, s2);
    float m = mean[i], s = rstd[i], c1 = 0, c2 = 0;
#pragma omp simd reduction(+ : c1, c2)
    for (int64_t j = 0; j < d; j++) {
      float n = (r[j] - m) * s, gw = g[j] * w[j];
      dw[j] += g[j] * n;
      db[j] += g[j];
      c1 += gw;
      c2 += gw * n;
    }
    c1 /= d;
    c2 /= d;
    if (dsum) {
      const float* e = row(dsum, i, d, s3);
#pragma omp simd
      for (int64_t j = 0; j < d; j++) out[j] = s * (g[j] * w[j] - c1 - (r[j] - m) * s * c2) + e[j];
    } else {
#pragma omp simd
      for (int64_t j = 0; j < d; j++) out[j] = s * (g[j] * w[j] - c1 - (r[j] - m) * s * c2);
    }
    store(dx, i * d, out, d);
    if (dbranch) store(dbranch, i * d, out, d);
  }
}

// ------------------------------------------------------------------------------------------------------- bias, GELU

void add_bias(Rows x, const float* bias, int64_t from, int64_t to, int64_t d) {
  float* s = scratch(2 * d); float* out = s + d;
  for (int64_t i = from; i < to; i++) {
    const float* r = row(x, i, d, s);
#pragma omp simd
    for (int64_t j = 0; j < d; j++) out[j] = r[j] + bias[j];
    store(x, i * d, out, d);
  }
}

void column_sum(Rows x, float* sum, int64_t from, int64_t to, int64_t d) {
  float* s = scratch(d);
  for (int64_t i = from; i < to; i++) {
    const float* r = row(x, i, d, s);
#pragma omp simd
    for (int64_t j = 0; j < d; j++) sum[j] += r[j];
  }
}

// e^x to 2 ulp for x in [-87, 88], clamped beyond: 2^n 2^f with a polynomial for 2^f. Inlined, it costs less than a call to libmvec,
// which also falls back to scalar code for the very negative arguments that a softmax has.
inline float exponential(float x) {
  x = -87.0f > x ? -87.0f : x;                                             // in this order they are one instruction each, and a NaN stays one
  x = 88.0f < x ? 88.0f : x;
  float t = x * 1.44269504088896341f, n = __builtin_rintf(t);
  float f = (x - n * 0.693359375f) + n * 2.12194440e-4f;                   // x - n ln 2, in two parts
  float p = 1.0f + f * (1.0f + f * (0.5f + f * (1.6666665459e-1f + f * (4.1665795894e-2f + f * (8.3334519073e-3f + f * (1.3981999507e-3f + f * 1.9875691500e-4f))))));
  int32_t bits;
  memcpy(&bits, &p, 4);
  bits += int32_t(n) << 23;
  memcpy(&p, &bits, 4);
  return p;
}

// The normal distribution's cdf at v to 1e-7, with e^(-v^2 / 2), which the derivative needs as well (Abramowitz and Stegun 7.1.26).
struct Normal { float cdf, kernel; };
inline Normal normal(float v) {
  float x = std::fabs(v) * 0.70710678118654752f, e = exponential(-x * x), t = 1.0f / (1.0f + 0.3275911f * x);
  float tail = 0.5f * e * t * (0.254829592f + t * (-0.284496736f + t * (1.421413741f + t * (-1.453152027f + t * 1.061405429f))));
  return {v < 0 ? tail : 1.0f - tail, e};
}

constexpr float kRootTwoPi = 0.39894228040143268f;

void gelu(Rows x, const float* bias, Rows y, int64_t from, int64_t to, int64_t d) {
  float* s = scratch(2 * d); float* out = s + d;
  for (int64_t i = from; i < to; i++) {
    const float* r = row(x, i, d, s);
#pragma omp simd
    for (int64_t j = 0; j < d; j++) {
      float v = r[j] + bias[j];
      out[j] = v * normal(v).cdf;
    }
    store(y, i * d, out, d);
  }
}

void gelu_back(Rows dy, Rows x, const float* bias, Rows dx, float* dbias, int64_t from, int64_t to, int64_t d) {
  float* s1 = scratch(3 * d); float* s2 = s1 + d; float* out = s2 + d;
  for (int64_t i = from; i < to; i++) {
    const float* g = row(dy, i, d, s1);
    const float* r = row(x, i, d, s2);
#pragma omp simd
    for (int64_t j = 0; j < d; j++) {
      float v = r[j] + bias[j];
      Normal n = normal(v);
      float t = g[j] * (n.cdf + v * kRootTwoPi * n.kernel);
      out[j] = t;
      dbias[j] += t;
    }
    store(dx, i * d, out, d);
  }
}

// -------------------------------------------------------------------------------------------------------- attention

// C[m, n] = sum_k A(m, k) B[k, n] for matrices in cache; A by strides, B and C with rows of ldb and ldc floats whose
// length is a multiple of V, so a tile of 4 x 2 vectors needs no remainder in n.
template <int MR, int NV>
inline void tile(const float* a, int64_t as, int64_t ak, const float* b, int64_t ldb, float* c, int64_t ldc, int64_t k, float scale) {
  vec acc[MR][NV] = {};
  for (int64_t p = 0; p < k; p++) {
    vec bv[NV];
    for (int v = 0; v < NV; v++) bv[v] = *reinterpret_cast<const vec*>(b + p * ldb + v * V);
    for (int r = 0; r < MR; r++) {
      float x = a[r * as + p * ak];
      for (int v = 0; v < NV; v++) acc[r][v] += x * bv[v];
    }
  }
  for (int r = 0; r < MR; r++)
    for (int v = 0; v < NV; v++) *reinterpret_cast<vec*>(c + r * ldc + v * V) = acc[r][v] * scale;
}

template <int NV>
inline void columns(const float* a, int64_t as, int64_t ak, const float* b, int64_t ldb, float* c, int64_t ldc, int64_t m, int64_t k, float scale) {
  int64_t i = 0;
  for (; i + 6 <= m; i += 6) tile<6, NV>(a + i * as, as, ak, b, ldb, c + i * ldc, ldc, k, scale);
  for (; i + 2 <= m; i += 2) tile<2, NV>(a + i * as, as, ak, b, ldb, c + i * ldc, ldc, k, scale);
  for (; i < m; i++) tile<1, NV>(a + i * as, as, ak, b, ldb, c + i * ldc, ldc, k, scale);
}

void multiply(const float* a, int64_t as, int64_t ak, const float* b, int64_t ldb, float* c, int64_t ldc,
              int64_t m, int64_t n, int64_t k, float scale) {
  int64_t j = 0;
  for (; j + 4 * V <= n && V == 16; j += 4 * V) columns<4>(a, as, ak, b + j, ldb, c + j, ldc, m, k, scale);
  for (; j + 2 * V <= n; j += 2 * V) columns<2>(a, as, ak, b + j, ldb, c + j, ldc, m, k, scale);
  for (; j < n; j += V) columns<1>(a, as, ak, b + j, ldb, c + j, ldc, m, k, scale);
}

// One head's q, k, v (and their gradients) as float32 with rows padded to whole vectors; k and v also transposed.
struct Head {
  int64_t n, d, np, dp;
  float *q, *k, *v, *o, *kt, *vt, *p, *ds;
  Head(float* w, int64_t n, int64_t d) : n(n), d(d), np(padded(n)), dp(padded(d)) {
    q = w; k = q + np * dp; v = k + np * dp; o = v + np * dp;
    kt = o + np * dp; vt = kt + np * dp; p = vt + np * dp; ds = p + n * np;
    memset(w, 0, 4 * np * dp * sizeof(float));           // what pads rows and columns stays zero
  }
  static int64_t size(int64_t n, int64_t d) { return 6 * padded(n) * padded(d) + 2 * n * padded(n); }
};

// The next head's rows are the neighbours of this one's: fetched now, they are in cache by its turn, which strides hide from the hardware.
void read_rows(Rows x, int64_t offset, int64_t stride, float* out, int64_t n, int64_t d, int64_t dp) {
  const int64_t size = x.half ? 2 : 4;
  for (int64_t i = 0; i < n; i++) {
    int64_t at = offset + i * stride;
    for (int64_t j = 0; j < d * size; j += 64) __builtin_prefetch(static_cast<const char*>(x.data) + (at + d) * size + j);
    load(x, at, out + i * dp, d);
  }
}

// x [np, dp] -> t [dp, np], by squares of V x V in registers: at each stage pairs of rows exchange their halves, quarters, ...
void transpose(const float* x, float* t, int64_t np, int64_t dp) {
  for (int64_t i = 0; i < np; i += V)
    for (int64_t j = 0; j < dp; j += V) {
      vec r[V];
      for (int64_t l = 0; l < V; l++) r[l] = *reinterpret_cast<const vec*>(x + (i + l) * dp + j);
#pragma GCC unroll 4
      for (int64_t s = V / 2; s > 0; s /= 2) {
        lanes low, high;
        for (int64_t l = 0; l < V; l++) {
          low[l] = int32_t(l & s ? V + l - s : l);
          high[l] = int32_t(l & s ? V + l : l + s);
        }
#pragma GCC unroll 16
        for (int64_t l = 0; l < V; l++) {
          if (l & s) continue;
          vec a = r[l], b = r[l + s];
          r[l] = __builtin_shuffle(a, b, low);
          r[l + s] = __builtin_shuffle(a, b, high);
        }
      }
      for (int64_t l = 0; l < V; l++) *reinterpret_cast<vec*>(t + (j + l) * np + i) = r[l];
    }
}

// Softmax of R rows side by side, since one row is a chain of dependent steps; over whole vectors, the padding included: a scalar tail
// of up to 15 exponentials would cost more than the rest.
template <int R>
void softmax_rows(float* p, int64_t n, int64_t np) {
  vec most[R], sum[R] = {};
  float m[R], inverse[R];
  for (int r = 0; r < R; r++) {
    for (int64_t j = n; j < np; j++) p[r * np + j] = -1e30f;
    most[r] = *reinterpret_cast<vec*>(p + r * np);
  }
  for (int64_t k = V; k < np; k += V)
    for (int r = 0; r < R; r++) {
      vec x = *reinterpret_cast<vec*>(p + r * np + k);
      most[r] = x > most[r] ? x : most[r];
    }
  for (int r = 0; r < R; r++) {
    m[r] = most[r][0];
#pragma omp simd reduction(max : m[r])
    for (int64_t l = 0; l < V; l++) m[r] = most[r][l] > m[r] ? most[r][l] : m[r];
  }
  for (int64_t k = 0; k < np; k += V)
    for (int r = 0; r < R; r++) {
      float* x = p + r * np + k;
#pragma omp simd
      for (int64_t l = 0; l < V; l++) x[l] = exponential(x[l] - m[r]);
      sum[r] += *reinterpret_cast<vec*>(x);
    }
  for (int r = 0; r < R; r++) {
    float z = 0;
    for (int64_t l = 0; l < V; l++) z += sum[r][l];
    inverse[r] = 1 / z;
  }
  for (int64_t k = 0; k < np; k += V)
    for (int r = 0; r < R; r++) *reinterpret_cast<vec*>(p + r * np + k) *= inverse[r];
}

void softmax(float* p, int64_t n, int64_t np) {
  int64_t i = 0;
  for (; i + 4 <= n; i += 4) softmax_rows<4>(p + i * np, n, np);
  for (; i < n; i++) softmax_rows<1>(p + i * np, n, np);
}

int64_t attention_work(int64_t n, int64_t d) { return Head::size(n, d); }

void probabilities(Head& h, Rows qkv, const float* bias, int64_t base, int64_t width, int64_t head, float scale) {
  int64_t row = 3 * width, at = base + head * h.d;
  read_rows(qkv, at, row, h.q, h.n, h.d, h.dp);
  read_rows(qkv, at + width, row, h.k, h.n, h.d, h.dp);
  read_rows(qkv, at + 2 * width, row, h.v, h.n, h.d, h.dp);
  transpose(h.k, h.kt, h.np, h.dp);
  multiply(h.q, h.dp, 1, h.kt, h.np, h.p, h.np, h.n, h.np, h.d, scale);
  for (int64_t i = 0; bias && i < h.n; i++) {
    float* p = h.p + i * h.np; const float* added = bias + (head * h.n + i) * h.n;
#pragma omp simd
    for (int64_t j = 0; j < h.n; j++) p[j] += added[j];
  }
  softmax(h.p, h.n, h.np);
}

void attention(Rows qkv, const float* bias, Rows out, float* work, int64_t from, int64_t to, int64_t n, int64_t heads, int64_t d, float scale) {
  Head h(work, n, d);
  int64_t width = heads * d;
  for (int64_t b = from; b < to; b++)
    for (int64_t head = 0; head < heads; head++) {
      probabilities(h, qkv, bias, b * n * 3 * width, width, head, scale);
      multiply(h.p, h.np, 1, h.v, h.dp, h.o, h.dp, n, h.dp, n, 1);
      for (int64_t i = 0; i < n; i++) store(out, (b * n + i) * width + head * d, h.o + i * h.dp, d);
    }
}

// dV = P^T dO;  dP = dO V^T;  dS = P (dP - rowsum(P dP));  dbias = sum of images' dS;  dQ = scale dS K;  dK = scale dS^T Q
void attention_back(Rows qkv, const float* bias, Rows dout, Rows dqkv, float* dbias, float* work, int64_t from, int64_t to, int64_t n, int64_t heads, int64_t d, float scale) {
  Head h(work, n, d);
  int64_t width = heads * d;
  for (int64_t b = from; b < to; b++)
    for (int64_t head = 0; head < heads; head++) {
      int64_t base = b * n * 3 * width;
      probabilities(h, qkv, bias, base, width, head, scale);
      transpose(h.v, h.vt, h.np, h.dp);
      read_rows(dout, b * n * width + head * d, width, h.o, n, d, h.dp);
      multiply(h.o, h.dp, 1, h.vt, h.np, h.ds, h.np, n, h.np, d, 1);
      multiply(h.p, 1, h.np, h.o, h.dp, h.v, h.dp, n, h.dp, n, 1);                  // v is not needed any more: dV
      for (int64_t i = 0; i < n; i++) {
        float* p = h.p + i * h.np; float* ds = h.ds + i * h.np;
        float t = 0;
#pragma omp simd reduction(+ : t)
        for (int64_t j = 0; j < n; j++) t += p[j] * ds[j];
#pragma omp simd
        for (int64_t j = 0; j < h.np; j++) ds[j] = p[j] * (ds[j] - t);
        if (!dbias) continue;
        float* sum = dbias + (head * n + i) * n;
#pragma omp simd
        for (int64_t j = 0; j < n; j++) sum[j] += ds[j];
      }
      multiply(h.ds, h.np, 1, h.k, h.dp, h.o, h.dp, n, h.dp, n, scale);             // dQ
      multiply(h.ds, 1, h.np, h.q, h.dp, h.k, h.dp, n, h.dp, n, scale);             // dK
      for (int64_t i = 0; i < n; i++) {
        int64_t at = base + i * 3 * width + head * d;
        store(dqkv, at, h.o + i * h.dp, d);
        store(dqkv, at + width, h.k + i * h.dp, d);
        store(dqkv, at + 2 * width, h.v + i * h.dp, d);
      }
    }
}

// -------------------------------------------------------------------------------------------------------- optimizer

double square_sum(const float* x, int64_t n) {
  double total = 0;
  for (int64_t i = 0; i < n; i += 4096) {      // float32 within a block, float64 across blocks
    float s = 0;
    int64_t end = i + 4096 < n ? i + 4096 : n;
#pragma omp simd reduction(+ : s)
    for (int64_t j = i; j < end; j++) s += x[j] * x[j];
    total += s;
  }
  return total;
}

void adamw(float* p, const float* g, float* m, float* v, int64_t n, AdamW t) {
#pragma omp simd
  for (int64_t i = 0; i < n; i++) {
    float gi = g[i] * t.scale;
    float mi = m[i] + (1 - t.beta1) * (gi - m[i]);
    float vi = v[i] * t.beta2 + (1 - t.beta2) * gi * gi;
    m[i] = mi;
    v[i] = vi;
    p[i] = p[i] * (1 - t.lr * t.weight_decay) - (t.lr / t.correction1) * mi / (std::sqrt(vi) / t.correction2 + t.eps);
  }
}

void lerp(float* average, const float* x, int64_t n, float decay) {
#pragma omp simd
  for (int64_t i = 0; i < n; i++) average[i] = decay * average[i] + (1 - decay) * x[i];
}

}  // namespace

extern const Kernels table;
#define MK_STRING(x) #x
#define MK_NAME(x) MK_STRING(x)
const Kernels table = {MK_NAME(MIMKIT_LEVEL), layer_norm, layer_norm_back, add_bias, column_sum, gelu, gelu_back,
                       attention_work, attention, attention_back, square_sum, adamw, lerp, nearest_padded, nearest_pack, nearest, add_rows,
                       tsne_affinities, tsne_attraction, tsne_repulsion};

} }  // namespace mimkit::MIMKIT_LEVEL
