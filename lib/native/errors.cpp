#include "errors.h"
#include "abi.h"

#include <c10/util/Exception.h>
#include <c10/util/Logging.h>
#include <cstdlib>
#include <new>

namespace mimkit {

static thread_local std::string last_error;
static thread_local c10::intrusive_ptr<Managed> last_exception;

static bool stacks_asked() {
  auto asked = getenv("TORCH_SHOW_CPP_STACKTRACES");      // PyTorch's own switch
  return asked && *asked == '1';
}

std::string reason() noexcept {
  last_exception.reset();
  try { throw; }
  catch (const ManagedError& e) { last_exception = e.exception; return e.what(); }
  catch (const c10::Error& e) { return stacks_asked() ? e.what() : e.what_without_backtrace(); }
  catch (const std::bad_alloc&) { return "out of memory"; }
  catch (const std::exception& e) { return e.what(); }
  catch (...) { return "an exception of a type that is not known here"; }
}

void keep(std::string message) noexcept { last_error = std::move(message); }

// Unwinding the native stack takes milliseconds an error; it is done for those who ask.
__attribute__((constructor)) static void leave_stacks_out() {
  if (!stacks_asked()) c10::SetStackTraceFetcher([]() { return std::string(); });
}

}  // namespace mimkit

const char* mk_error() { return mimkit::last_error.c_str(); }
int64_t mk_error_exception() { return mimkit::last_exception ? mimkit::last_exception->handle : 0; }
