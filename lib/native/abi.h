// The C ABI of MimKit's native layer. A tensor crosses it as an `at::Tensor*` that the caller owns and frees.
// No call throws: a negative result or a null pointer means that mk_error() holds the reason.
#pragma once
#include <stdint.h>

#define MK_API extern "C" __attribute__((visibility("default")))

enum mk_tag : int32_t {
  MK_NONE = 0, MK_TENSOR = 1, MK_INT = 2, MK_DOUBLE = 3, MK_BOOL = 4,
  MK_INTS = 5, MK_DOUBLES = 6, MK_BOOLS = 7, MK_TENSORS = 8, MK_STRING = 9, MK_DEVICE = 10, MK_GENERATOR = 11,
};

// One argument or result of a boxed call. Lists: `count` items at `p`, lent by the caller for the call;
// a list in a result is allocated here and freed with mk_free.
struct mk_value {
  int32_t tag;
  int32_t count;
  union { int64_t i; double d; void* p; };
};

MK_API const char* mk_error();
MK_API int64_t mk_error_exception();      // the managed exception behind it, or 0; valid until this thread's next failure
MK_API void mk_free(void* p);

// Operators
MK_API void* mk_op(const char* name, const char* overload);
MK_API const char* mk_op_schema(void* op);
MK_API int32_t mk_call(void* op, const mk_value* args, int32_t nargs, mk_value* out, int32_t capacity);

// Tensors
MK_API void mk_tensor_free(void* t);
MK_API void* mk_tensor_alias(void* t);
MK_API int64_t mk_tensor_dim(void* t);
MK_API void mk_tensor_sizes(void* t, int64_t* sizes, int64_t* strides);
MK_API int64_t mk_tensor_numel(void* t);
MK_API int32_t mk_tensor_dtype(void* t);
MK_API int64_t mk_tensor_device(void* t);
MK_API void* mk_tensor_data(void* t);
MK_API int32_t mk_tensor_contiguous(void* t);
MK_API int64_t mk_tensor_version(void* t);
MK_API int32_t mk_same(void* a, void* b);

// What managed code lends to native code, once. A callback answers 0, or a handle of the exception that ended it.
// Lists go both ways as an mk_value of MK_TENSORS whose tensors and array the receiver owns.
struct mk_callbacks {
  void (*release)(int64_t handle);
  int64_t (*hook)(int64_t handle, void* grad, void** replaced);
  int64_t (*forward)(int64_t function, void* context, mk_value* outputs);
  int64_t (*backward)(int64_t function, void* context, mk_value* grads, mk_value* gradients);
};
MK_API void mk_set_callbacks(const mk_callbacks* callbacks);

// Autograd
MK_API void mk_set_grad_mode(int32_t enabled);
MK_API int32_t mk_grad_mode();
MK_API void mk_set_inference_mode(int32_t enabled);
MK_API int32_t mk_requires_grad(void* t);
MK_API int32_t mk_set_requires_grad(void* t, int32_t value);
MK_API int32_t mk_is_leaf(void* t);
MK_API int32_t mk_is_inference(void* t);
MK_API int32_t mk_retain_grad(void* t);
MK_API void* mk_grad(void* t);
MK_API int32_t mk_set_grad(void* t, void* grad);
MK_API int32_t mk_backward(void* const* tensors, void* const* grads, int32_t count, void* const* inputs, int32_t input_count, int32_t retain, int32_t create);
MK_API int32_t mk_gradients(void* const* outputs, void* const* grads, int32_t count, void* const* inputs, int32_t input_count,
                            int32_t retain, int32_t create, int32_t allow_unused, mk_value* out);
MK_API int32_t mk_graph_leaves(void* const* tensors, int32_t count, mk_value* out);
MK_API const char* mk_grad_fn(void* t);    // the operation that made it, or null; valid until this thread's next call
MK_API int32_t mk_register_hook(void* t, int64_t handle);
MK_API int32_t mk_remove_hook(void* t, int32_t position);

// Functions written in managed code. A context is lent for the length of a callback.
MK_API int32_t mk_apply(int64_t function, void* const* inputs, int32_t count, mk_value* out);
MK_API int32_t mk_context_save(void* context, void* const* tensors, int32_t count);
MK_API int32_t mk_context_saved(void* context, mk_value* out);
MK_API int32_t mk_context_mark_dirty(void* context, void* const* tensors, int32_t count);
MK_API int32_t mk_context_mark_non_differentiable(void* context, void* const* tensors, int32_t count);
MK_API void mk_context_materialize(void* context, int32_t value);

// The watch for the first NaN or infinity; the place is the module that runs on this thread.
MK_API void mk_set_watching(int32_t on);
MK_API void mk_set_place(const char* module);

// Random generators; one is freed by mk_generator_free
MK_API void* mk_generator_default(int64_t device);
MK_API void* mk_generator_new(int64_t device);
MK_API void mk_generator_free(void* g);
MK_API void mk_generator_set_seed(void* g, int64_t seed);
MK_API int64_t mk_generator_get_seed(void* g);
MK_API int64_t mk_generator_seed(void* g);
MK_API void* mk_generator_get_state(void* g);
MK_API int32_t mk_generator_set_state(void* g, void* state);

// Process-wide settings
MK_API const char* mk_version();
MK_API void mk_manual_seed(int64_t seed);
MK_API int32_t mk_get_num_threads();
MK_API void mk_set_num_threads(int32_t n);
// TensorFloat-32 in float32 products on CUDA. which: 0 matrix products (cuBLAS), 1 convolutions (cuDNN).
MK_API int32_t mk_get_tf32(int32_t which);
MK_API void mk_set_tf32(int32_t which, int32_t on);
MK_API int32_t mk_cuda_device_count();
