// Finding the call that made the first NaN or infinity, forward or backward.
#pragma once
#include <ATen/core/stack.h>
#include <atomic>
#include <string>

namespace mimkit {

extern std::atomic<bool> watching;

// Stands by one boxed call: looks at the arguments when made, at the results in check(), and puts a watch on the gradients' way back.
class Witness {
 public:
  explicit Witness(const torch::jit::Stack& arguments);
  void check(const std::string& op, const torch::jit::Stack& results) const;      // throws where the results are worse than the arguments

 private:
  int given_;
  uint64_t first_node_;
};

}  // namespace mimkit
