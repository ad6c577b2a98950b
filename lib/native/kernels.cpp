// Which compiled level of the kernels this CPU can run.
#include "kernels.h"
#include <cstdlib>
#include <cstring>

namespace mimkit {

namespace baseline { extern const Kernels table; }
#ifdef MIMKIT_X86
namespace avx2 { extern const Kernels table; }
namespace avx512 { extern const Kernels table; }
#endif

static const Kernels& choose() {
#ifdef MIMKIT_X86
  const char* asked = std::getenv("MIMKIT_KERNELS");
  auto allowed = [&](const char* level) { return !asked || !std::strcmp(asked, level); };
  bool v4 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
  if (v4 && allowed("avx512")) return avx512::table;
  if (v3 && allowed("avx2")) return avx2::table;
#endif
  return baseline::table;
}

const Kernels& kernels() {
  static const Kernels& best = choose();
  return best;
}

}  // namespace mimkit
