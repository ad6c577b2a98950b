// How a failure crosses the C ABI: an entry point runs its body in guarded(), which keeps the reason for mk_error().
#pragma once
#include <c10/util/intrusive_ptr.h>
#include <stdexcept>
#include <string>
#include <torch/custom_class.h>

namespace mimkit {

// A managed object that native code holds on to (a hook, a custom function, an exception). Released with the last reference.
struct Managed : torch::CustomClassHolder {
  const int64_t handle;
  explicit Managed(int64_t handle) : handle(handle) {}
  ~Managed() override;
};

// An exception of a managed callback on its way through libtorch, whichever thread it was thrown on.
struct ManagedError : std::runtime_error {
  c10::intrusive_ptr<Managed> exception;
  explicit ManagedError(int64_t handle) : std::runtime_error("a managed callback failed"), exception(c10::make_intrusive<Managed>(handle)) {}
};

// Called while an exception is handled: keeps a managed one for mk_error_exception(), and says in words what it is.
#define MK_SHARED __attribute__((visibility("default")))      // libmimkit_cuda.so reports through the same words
MK_SHARED std::string reason() noexcept;
MK_SHARED void keep(std::string message) noexcept;          // for mk_error(), on this thread

template <class F> auto guarded(F f) -> decltype(f()) {
  try { return f(); }
  catch (...) { keep(reason()); }
  if constexpr (std::is_pointer_v<decltype(f())>) return nullptr;
  else return decltype(f())(-1);
}

}  // namespace mimkit
