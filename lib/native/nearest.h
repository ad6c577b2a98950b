// What nearest_cpu.cpp has at each CPU level; kernels_cpu.cpp puts it into the level's table.
#pragma once
#include <cstdint>

namespace mimkit { namespace MIMKIT_LEVEL {

int64_t nearest_padded(int64_t k);
void nearest_pack(const float* centres, float* panels, float* norms, int64_t k, int64_t d);
void nearest(const float* points, const float* panels, const float* norms, int64_t* index, float* distance2, int64_t from, int64_t to, int64_t k, int64_t d);
void add_rows(double* sums, const float* points, const int64_t* ids, int64_t n, int64_t d, int64_t from, int64_t to);

} }  // namespace mimkit::MIMKIT_LEVEL
