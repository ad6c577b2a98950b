#include "cuda.h"
#include "../errors.h"

#include <ATen/cuda/CUDAContext.h>
#include <ATen/cuda/CUDAEvent.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <cstring>

using namespace mimkit;
using at::cuda::CUDAEvent;
using at::cuda::CUDAGraph;
using c10::cuda::CUDAStream;

namespace {

CUDAStream& stream(void* p) { return *static_cast<CUDAStream*>(p); }
CUDAEvent& event(void* p) { return *static_cast<CUDAEvent*>(p); }
CUDAGraph& graph(void* p) { return *static_cast<CUDAGraph*>(p); }

c10::DeviceIndex index_of(int32_t device) {
  TORCH_CHECK(device >= 0 && device < c10::cuda::device_count(), "there is no cuda:", device, "; this process sees ", int(c10::cuda::device_count()), " CUDA device(s)");
  return c10::DeviceIndex(device);
}

template <class F> int32_t done(F f) { return guarded([&] { f(); return 0; }); }

}  // namespace

int32_t mk_cuda_device() { return guarded([] { return int32_t(c10::cuda::current_device()); }); }
int32_t mk_cuda_set_device(int32_t device) { return done([&] { c10::cuda::set_device(index_of(device)); }); }
int32_t mk_cuda_runtime_version() { return guarded([] { int version = 0; C10_CUDA_CHECK(cudaRuntimeGetVersion(&version)); return int32_t(version); }); }

int32_t mk_cuda_describe(int32_t device, mk_cuda_properties* out) {
  return done([&] {
    auto* p = at::cuda::getDeviceProperties(index_of(device));
    std::memset(out, 0, sizeof *out);
    std::strncpy(out->name, p->name, sizeof out->name - 1);
    out->memory = int64_t(p->totalGlobalMem);
    out->major = p->major;
    out->minor = p->minor;
    out->multiprocessors = p->multiProcessorCount;
  });
}

int32_t mk_cuda_synchronize(int32_t device) {
  return done([&] {
    c10::cuda::CUDAGuard guard(index_of(device));
    c10::cuda::device_synchronize();
  });
}

// ------------------------------------------------------------------------------------------------ caching allocator

int32_t mk_cuda_empty_cache() { return done([] { c10::cuda::CUDACachingAllocator::emptyCache(); }); }
int32_t mk_cuda_reset_peak(int32_t device) { return done([&] { c10::cuda::CUDACachingAllocator::resetPeakStats(index_of(device)); }); }

int32_t mk_cuda_memory_of(int32_t device, mk_cuda_memory* out) {
  return done([&] {
    auto stats = c10::cuda::CUDACachingAllocator::getDeviceStats(index_of(device));
    auto& allocated = stats.allocated_bytes[0];           // 0: small and large blocks together
    auto& reserved = stats.reserved_bytes[0];
    *out = {allocated.current, allocated.peak, reserved.current, reserved.peak, stats.num_alloc_retries, stats.num_ooms};
  });
}

// --------------------------------------------------------------------------------------------------------- streams

void* mk_stream_new(int32_t device, int32_t high_priority) {
  return guarded([&]() -> void* { return new CUDAStream(c10::cuda::getStreamFromPool(high_priority != 0, index_of(device))); });
}
void* mk_stream_current(int32_t device) { return guarded([&]() -> void* { return new CUDAStream(c10::cuda::getCurrentCUDAStream(index_of(device))); }); }
int32_t mk_stream_device(void* s) { return stream(s).device_index(); }
int32_t mk_stream_enter(void* s) { return done([&] { c10::cuda::setCurrentCUDAStream(stream(s)); }); }
int32_t mk_stream_synchronize(void* s) { return done([&] { stream(s).synchronize(); }); }
int32_t mk_stream_query(void* s) { return guarded([&] { return int32_t(stream(s).query()); }); }
void mk_stream_free(void* s) { delete static_cast<CUDAStream*>(s); }

// ---------------------------------------------------------------------------------------------------------- events

void* mk_event_new(int32_t timing) { return guarded([&]() -> void* { return new CUDAEvent(timing ? cudaEventDefault : cudaEventDisableTiming); }); }
int32_t mk_event_record(void* e, void* s) { return done([&] { event(e).record(stream(s)); }); }
int32_t mk_event_block(void* e, void* s) { return done([&] { event(e).block(stream(s)); }); }
int32_t mk_event_query(void* e) { return guarded([&] { return int32_t(event(e).query()); }); }
int32_t mk_event_synchronize(void* e) { return done([&] { event(e).synchronize(); }); }
int32_t mk_event_elapsed(void* from, void* to, float* milliseconds) { return done([&] { *milliseconds = event(from).elapsed_time(event(to)); }); }
void mk_event_free(void* e) { delete static_cast<CUDAEvent*>(e); }

// ---------------------------------------------------------------------------------------------------------- graphs

void* mk_graph_new() { return guarded([]() -> void* { return new CUDAGraph(); }); }
int32_t mk_graph_begin(void* g) { return done([&] { graph(g).capture_begin(); }); }
int32_t mk_graph_end(void* g) { return done([&] { graph(g).capture_end(); }); }
int32_t mk_graph_replay(void* g) { return done([&] { graph(g).replay(); }); }
int32_t mk_graph_reset(void* g) { return done([&] { graph(g).reset(); }); }
void mk_graph_free(void* g) { delete static_cast<CUDAGraph*>(g); }
