// The C ABI of data parallel: a meeting point (TCPStore) and a group of processes (Gloo). Failures as in abi.h (mk_error).
#pragma once
#include "../abi.h"

// Meets the others; returns once all are there. `server`: this process keeps the meeting point. `network`: an interface, an address, or empty.
MK_API void* mk_dist_open(const char* host, int32_t port, int32_t server, const char* prefix, const char* network, int32_t rank, int32_t size, int64_t timeout_ms);
MK_API void mk_dist_close(void* group);                   // not after a failed collective: it waits for what is under way

// A collective returns its work; wait answers 1 done, 0 not yet, -1 failed.
MK_API void* mk_dist_all_reduce(void* group, void* tensor);                       // sum, in place
MK_API void* mk_dist_broadcast(void* group, void* tensor, int32_t root);          // in place
MK_API void* mk_dist_all_gather(void* group, void* tensor, void* const* outputs); // outputs: `size` tensors like `tensor`
MK_API void* mk_dist_barrier(void* group);
MK_API int32_t mk_dist_wait(void* work, int64_t milliseconds);
MK_API void mk_dist_work_free(void* work);

// Words left at the meeting point. get: malloc'd text, freed with mk_free; waits for the word where has() says 0.
MK_API int32_t mk_dist_set(void* group, const char* key, const char* value);
MK_API int32_t mk_dist_has(void* group, const char* key);
MK_API char* mk_dist_get(void* group, const char* key);

// Calls ready(context, index) on the thread of the backward pass when the gradient of a parameter (a leaf) has been added to, until off.
typedef void (*mk_dist_ready)(void* context, int32_t index);
MK_API void* mk_dist_on_gradient(void* parameter, mk_dist_ready ready, void* context, int32_t index);
MK_API void mk_dist_off_gradient(void* hook);
