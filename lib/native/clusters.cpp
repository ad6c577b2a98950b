// The two passes of k-means and of a codebook: which centre is nearest, and the sums of what is nearest to each.
#include "kernels.h"
#include <torch/library.h>
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <algorithm>
#include <limits>
#include <string>

namespace {

using at::Tensor;
using mimkit::kernels;

constexpr int64_t kWork = 1 << 20;           // multiplications that are worth a thread

// Nearest of K centres for n points, squared Euclidean, fused: no n x K matrix. The first index wins a tie.
std::tuple<Tensor, Tensor> nearest_centre(const Tensor& points, const Tensor& centres) {
  TORCH_CHECK(points.dim() == 2 && centres.dim() == 2 && points.size(1) == centres.size(1) && centres.size(0) > 0,
              "points ", points.sizes(), " and centres ", centres.sizes(), " must be [n, D] and [K, D], K at least 1");
  TORCH_CHECK(points.device().is_cpu() && centres.device().is_cpu(), "points and centres must be on the CPU, they are on ", points.device(), " and ", centres.device());
  Tensor x = points.to(at::kFloat).contiguous(), c = centres.to(at::kFloat).contiguous();
  const int64_t n = x.size(0), k = c.size(0), d = c.size(1), padded = kernels().nearest_padded(k);
  TORCH_CHECK(padded <= std::numeric_limits<int32_t>::max(), k, " centres are more than 32 bits count");
  Tensor panels = at::empty({padded * d}, at::kFloat), norms = at::empty({padded}, at::kFloat), index = at::empty({n}, at::kLong), distance2 = at::empty({n}, at::kFloat);
  kernels().nearest_pack(c.data_ptr<float>(), panels.data_ptr<float>(), norms.data_ptr<float>(), k, d);
  at::parallel_for(0, n, 1 + kWork / (k * d + 1), [&](int64_t from, int64_t to) {
    kernels().nearest(x.data_ptr<float>(), panels.data_ptr<float>(), norms.data_ptr<float>(), index.data_ptr<int64_t>(), distance2.data_ptr<float>(), from, to, k, d);
  });
  return {index, distance2};
}

// sums[ids[i]] += points[i]. Threads share the columns, so that the order of a sum does not depend on how many there are.
void add_rows_(Tensor& sums, const Tensor& points, const Tensor& ids) {
  TORCH_CHECK(sums.dim() == 2 && sums.is_contiguous() && sums.scalar_type() == at::kDouble && points.dim() == 2 && points.size(1) == sums.size(1) &&
              ids.dim() == 1 && ids.size(0) == points.size(0) && ids.scalar_type() == at::kLong,
              "sums [K, D] float64, points [n, D] and ids [n] int64 are wanted, found ", sums.sizes(), ", ", points.sizes(), " and ", ids.sizes());
  Tensor x = points.to(at::kFloat).contiguous(), rows = ids.contiguous();
  const int64_t* row = rows.data_ptr<int64_t>();
  const int64_t wrong = std::find_if(row, row + rows.size(0), [&](int64_t r) { return r < 0 || r >= sums.size(0); }) - row;
  TORCH_CHECK(wrong == rows.size(0), "id ", row[wrong], " of row ", wrong, " is outside ", sums.size(0), " sums");
  at::parallel_for(0, sums.size(1), 1 + kWork / (x.size(0) + 1), [&](int64_t from, int64_t to) {
    kernels().add_rows(sums.data_ptr<double>(), x.data_ptr<float>(), row, x.size(0), x.size(1), from, to);
  });
  sums.unsafeGetTensorImpl()->bump_version();
}

// The CPU level that the kernels run at: 2 avx512, 1 avx2, 0 baseline.
int64_t kernel_level() {
  const std::string name = kernels().name;
  return name == "avx512" ? 2 : name == "avx2" ? 1 : 0;
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(mimkit, m) {
  m.def("nearest_centre(Tensor points, Tensor centres) -> (Tensor, Tensor)", &nearest_centre);
  m.def("add_rows_(Tensor(a!) sums, Tensor points, Tensor ids) -> ()", &add_rows_);
  m.def("kernel_level() -> int", &kernel_level);
}
