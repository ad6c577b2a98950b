// The C ABI of what only CUDA has: devices, streams, events, the caching allocator, graphs. Failures as in abi.h (mk_error).
#pragma once
#include "../abi.h"

struct mk_cuda_memory { int64_t allocated, peak_allocated, reserved, peak_reserved, retries, out_of_memory; };
struct mk_cuda_properties { char name[256]; int64_t memory; int32_t major, minor, multiprocessors; };

MK_API int32_t mk_cuda_device();
MK_API int32_t mk_cuda_set_device(int32_t device);
MK_API int32_t mk_cuda_describe(int32_t device, mk_cuda_properties* out);
MK_API int32_t mk_cuda_synchronize(int32_t device);
MK_API int32_t mk_cuda_runtime_version();

MK_API int32_t mk_cuda_empty_cache();
MK_API int32_t mk_cuda_memory_of(int32_t device, mk_cuda_memory* out);
MK_API int32_t mk_cuda_reset_peak(int32_t device);

MK_API void* mk_stream_new(int32_t device, int32_t high_priority);
MK_API void* mk_stream_current(int32_t device);
MK_API int32_t mk_stream_device(void* stream);
MK_API int32_t mk_stream_enter(void* stream);             // from now on this thread's work on its device goes there
MK_API int32_t mk_stream_synchronize(void* stream);
MK_API int32_t mk_stream_query(void* stream);             // 1 when all its work is done
MK_API void mk_stream_free(void* stream);

MK_API void* mk_event_new(int32_t timing);
MK_API int32_t mk_event_record(void* event, void* stream);
MK_API int32_t mk_event_block(void* event, void* stream); // the stream waits for the event
MK_API int32_t mk_event_query(void* event);
MK_API int32_t mk_event_synchronize(void* event);
MK_API int32_t mk_event_elapsed(void* from, void* to, float* milliseconds);
MK_API void mk_event_free(void* event);

MK_API void* mk_graph_new();
MK_API int32_t mk_graph_begin(void* graph);
MK_API int32_t mk_graph_end(void* graph);
MK_API int32_t mk_graph_replay(void* graph);
MK_API int32_t mk_graph_reset(void* graph);
MK_API void mk_graph_free(void* graph);
