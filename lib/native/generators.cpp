// Random generators: libtorch's default one of a device, and ones of the caller's own.
#include "abi.h"

#include <ATen/ATen.h>

#include <mutex>

namespace {

at::Generator& generator(void* p) { return *static_cast<at::Generator*>(p); }

at::Generator default_of(int64_t device) {
  return at::globalContext().defaultGenerator(c10::Device(c10::DeviceType(device >> 32), c10::DeviceIndex(int32_t(device))));
}

template <class F> auto locked(void* g, F f) {
  std::lock_guard<std::mutex> lock(generator(g).mutex());
  return f();
}

}  // namespace

// Null where the device is not there.
void* mk_generator_default(int64_t device) {
  try { return new at::Generator(default_of(device)); }
  catch (const std::exception&) { return nullptr; }
}

// A clone, because that needs no header of the device's.
void* mk_generator_new(int64_t device) {
  try { return new at::Generator(default_of(device).clone()); }
  catch (const std::exception&) { return nullptr; }
}

void mk_generator_free(void* g) { delete static_cast<at::Generator*>(g); }
void mk_generator_set_seed(void* g, int64_t seed) { locked(g, [&] { generator(g).set_current_seed(uint64_t(seed)); return 0; }); }
int64_t mk_generator_get_seed(void* g) { return locked(g, [&] { return int64_t(generator(g).current_seed()); }); }
int64_t mk_generator_seed(void* g) { return locked(g, [&] { return int64_t(generator(g).seed()); }); }
void* mk_generator_get_state(void* g) { return locked(g, [&] { return new at::Tensor(generator(g).get_state()); }); }

// -1 where the tensor is not a state of such a generator.
int32_t mk_generator_set_state(void* g, void* state) {
  try { return locked(g, [&] { generator(g).set_state(*static_cast<at::Tensor*>(state)); return 0; }); }
  catch (const std::exception&) { return -1; }
}
