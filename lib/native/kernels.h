// The fused CPU kernels: plain pointers and sizes, no libtorch. kernels_cpu.cpp is compiled once a CPU level.
// Every kernel works on a range of rows (or images, or elements), so that ops.cpp can hand ranges to libtorch's threads.
#pragma once
#include <cstdint>

namespace mimkit {

// A matrix whose rows are float32 or bfloat16; rows are converted to float32 in cache, so one kernel serves every mix.
struct Rows {
  void* data;
  bool half;                                  // bfloat16
  explicit operator bool() const { return data != nullptr; }
};

struct AdamW { float lr, beta1, beta2, eps, weight_decay, correction1, correction2, scale; };

// t-SNE's joint probabilities, sparse: edges [start[i], start[i + 1]) lead from point i.
struct TsneGraph { const int64_t* start; const int32_t* column; const float* weight; };

// The points in an order in which neighbours stand close, and the quadtree over them, depth first: skip is the next cell that is not below this one.
struct TsneCell { float x, y, mass, width2; int32_t first, skip; bool leaf; };
struct TsneTree { int64_t points; const float* x; const float* y; const int32_t* order; int32_t nodes; const TsneCell* cell; };
constexpr int64_t kTsneGroup = 32;            // points that walk the tree together

struct Kernels {
  const char* name;

  // y = LN(x + branch) with sum = x + branch kept when there is a branch. Rows [from, to) of width d.
  void (*layer_norm)(Rows x, Rows branch, Rows sum, Rows y, const float* w, const float* b, float eps,
                     float* mean, float* rstd, int64_t from, int64_t to, int64_t d);
  // dx = LN'(dy) + dsum, also written to dbranch; dw and db are added to (one pair a thread).
  void (*layer_norm_back)(Rows dy, Rows dsum, Rows x, const float* mean, const float* rstd, const float* w,
                          Rows dx, Rows dbranch, float* dw, float* db, int64_t from, int64_t to, int64_t d);

  void (*add_bias)(Rows x, const float* bias, int64_t from, int64_t to, int64_t d);              // in place
  void (*column_sum)(Rows x, float* sum, int64_t from, int64_t to, int64_t d);                   // added to sum
  void (*gelu)(Rows x, const float* bias, Rows y, int64_t from, int64_t to, int64_t d);          // y = gelu(x + bias)
  // dx = dy gelu'(x + bias); the column sums of dx are added to dbias.
  void (*gelu_back)(Rows dy, Rows x, const float* bias, Rows dx, float* dbias, int64_t from, int64_t to, int64_t d);

  // Self-attention of images [from, to): qkv [B, n, 3 heads d] -> out [B, n, heads d]. work: attention_work(n, d) floats.
  // bias [heads, n, n], or null, is added to the logits; its gradient is added to dbias, or that is null.
  int64_t (*attention_work)(int64_t n, int64_t d);
  void (*attention)(Rows qkv, const float* bias, Rows out, float* work, int64_t from, int64_t to, int64_t n, int64_t heads, int64_t d, float scale);
  void (*attention_back)(Rows qkv, const float* bias, Rows dout, Rows dqkv, float* dbias, float* work, int64_t from, int64_t to, int64_t n, int64_t heads, int64_t d, float scale);

  double (*square_sum)(const float* x, int64_t n);
  void (*adamw)(float* p, const float* g, float* m, float* v, int64_t n, AdamW step);
  void (*lerp)(float* average, const float* x, int64_t n, float decay);                          // average = decay average + (1 - decay) x

  // The nearest of k centres of width d for points [from, to), squared Euclidean, the first of equals: no distance but the least is stored.
  // Centres are packed first: panels holds nearest_padded(k) d floats, norms nearest_padded(k). A point that holds a NaN has index 0 and distance NaN.
  int64_t (*nearest_padded)(int64_t k);
  void (*nearest_pack)(const float* centres, float* panels, float* norms, int64_t k, int64_t d);
  void (*nearest)(const float* points, const float* panels, const float* norms, int64_t* index, float* distance2, int64_t from, int64_t to, int64_t k, int64_t d);
  void (*add_rows)(double* sums, const float* points, const int64_t* ids, int64_t n, int64_t d, int64_t from, int64_t to);   // columns [from, to) of sums[ids[i]] += points[i]

  // t-SNE: p(j | i) of points [from, to) over their k nearest; the pull of edges and the push of all other points (tsne_cpu.cpp).
  void (*tsne_affinities)(const float* distance2, float* p, int64_t from, int64_t to, int64_t k, float perplexity);
  void (*tsne_attraction)(TsneGraph graph, const float* x, const float* y, float* fx, float* fy, double* loss, int64_t from, int64_t to);
  void (*tsne_repulsion)(const TsneTree& tree, float angle2, float* fx, float* fy, double* z, int64_t from, int64_t to);   // groups [from, to)
};

const Kernels& kernels();                     // the best level of this CPU, or MIMKIT_KERNELS=baseline|avx2|avx512

}  // namespace mimkit
