// What tsne_cpu.cpp has at each CPU level; kernels_cpu.cpp puts it into the level's table.
#pragma once
#include "kernels.h"

namespace mimkit { namespace MIMKIT_LEVEL {

void tsne_affinities(const float* distance2, float* p, int64_t from, int64_t to, int64_t k, float perplexity);
void tsne_attraction(TsneGraph graph, const float* x, const float* y, float* fx, float* fy, double* loss, int64_t from, int64_t to);
void tsne_repulsion(const TsneTree& tree, float angle2, float* fx, float* fy, double* z, int64_t from, int64_t to);

} }  // namespace mimkit::MIMKIT_LEVEL
