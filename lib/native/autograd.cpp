// What the boxed calls cannot express: modes, gradients of chosen tensors, hooks, functions written in managed code.
#include "errors.h"
#include "tensors.h"

#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/autograd/functions/accumulate_grad.h>
#include <unordered_set>

using namespace mimkit;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

namespace {

mk_callbacks managed;

// A callback answers 0, or the handle of the exception that ended it.
void check(int64_t exception) { if (exception) throw ManagedError(exception); }

}  // namespace

Managed::~Managed() { managed.release(handle); }

void mk_set_callbacks(const mk_callbacks* callbacks) { managed = *callbacks; }

// ----------------------------------------------------------------------------------------------------------- modes

void mk_set_grad_mode(int32_t enabled) { c10::GradMode::set_enabled(enabled != 0); }
int32_t mk_grad_mode() { return c10::GradMode::is_enabled(); }

// libtorch offers inference mode as a guard only; a thread keeps its guard here while the mode is on.
void mk_set_inference_mode(int32_t enabled) {
  static thread_local std::unique_ptr<c10::InferenceMode> guard;
  if (enabled && !guard) guard = std::make_unique<c10::InferenceMode>();
  else if (!enabled) guard.reset();
}

// ------------------------------------------------------------------------------------------------- gradients of one

int32_t mk_requires_grad(void* t) { return tensor(t).requires_grad(); }
int32_t mk_set_requires_grad(void* t, int32_t value) { return guarded([&] { tensor(t).set_requires_grad(value != 0); return 0; }); }
int32_t mk_is_leaf(void* t) { return tensor(t).is_leaf(); }
int32_t mk_is_inference(void* t) { return tensor(t).is_inference(); }
int32_t mk_retain_grad(void* t) { return guarded([&] { tensor(t).retain_grad(); return 0; }); }
void* mk_grad(void* t) { return owned(tensor(t).grad()); }
int32_t mk_set_grad(void* t, void* grad) {
  return guarded([&] { tensor(t).mutable_grad() = tensor_or_none(grad); return 0; });
}

int32_t mk_backward(void* const* tensors, void* const* grads, int32_t count, void* const* inputs, int32_t input_count, int32_t retain, int32_t create) {
  return guarded([&] {
    torch::autograd::backward(lent(tensors, count), grads ? lent(grads, count) : variable_list{}, retain != 0, create != 0, lent(inputs, input_count));
    return 0;
  });
}

int32_t mk_gradients(void* const* outputs, void* const* grads, int32_t count, void* const* inputs, int32_t input_count,
                     int32_t retain, int32_t create, int32_t allow_unused, mk_value* out) {
  return guarded([&] {
    give(torch::autograd::grad(lent(outputs, count), lent(inputs, input_count), grads ? lent(grads, count) : variable_list{}, retain != 0, create != 0, allow_unused != 0), *out);
    return 0;
  });
}

// The leaves that a backward pass from these tensors would reach.
int32_t mk_graph_leaves(void* const* tensors, int32_t count, mk_value* out) {
  return guarded([&] {
    variable_list leaves;
    std::vector<torch::autograd::Node*> open;
    std::unordered_set<torch::autograd::Node*> seen;
    for (auto& t : lent(tensors, count))
      if (t.requires_grad()) open.push_back(torch::autograd::impl::gradient_edge(t).function.get());
    while (!open.empty()) {
      auto node = open.back();
      open.pop_back();
      if (!node || !seen.insert(node).second) continue;
      if (auto leaf = dynamic_cast<torch::autograd::AccumulateGrad*>(node)) leaves.push_back(leaf->variable);
      for (auto& edge : node->next_edges()) open.push_back(edge.function.get());
    }
    give(leaves, *out);
    return 0;
  });
}

const char* mk_grad_fn(void* t) {
  return guarded([&]() -> const char* {
    static thread_local std::string name;
    auto function = tensor(t).grad_fn();
    if (!function) return nullptr;
    name = function->name();
    return name.c_str();
  });
}

int32_t mk_same(void* a, void* b) { return tensor(a).is_same(tensor(b)); }

// ----------------------------------------------------------------------------------------------------------- hooks

int32_t mk_register_hook(void* t, int64_t handle) {
  return guarded([&] {
    auto hook = c10::make_intrusive<Managed>(handle);
    return int32_t(tensor(t).register_hook([hook](at::Tensor grad) -> at::Tensor {
      void* replaced = nullptr;
      check(managed.hook(hook->handle, owned(grad), &replaced));
      std::unique_ptr<at::Tensor> other(static_cast<at::Tensor*>(replaced));
      return other ? std::move(*other) : grad;
    }));
  });
}

int32_t mk_remove_hook(void* t, int32_t position) { return guarded([&] { tensor(t).remove_hook(unsigned(position)); return 0; }); }

// --------------------------------------------------------------------------------------- functions of managed code

namespace {

struct ManagedFunction : torch::autograd::Function<ManagedFunction> {
  static variable_list forward(AutogradContext* ctx, at::TensorList inputs, const c10::intrusive_ptr<Managed>& function) {
    ctx->saved_data["function"] = c10::IValue::make_capsule(function);
    mk_value result{MK_NONE, 0, {0}};
    check(managed.forward(function->handle, ctx, &result));
    return take(result);
  }

  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    auto function = c10::static_intrusive_pointer_cast<Managed>(ctx->saved_data["function"].toCapsule());
    mk_value given, result{MK_NONE, 0, {0}};
    give(grads, given);
    check(managed.backward(function->handle, ctx, &given, &result));
    auto gradients = take(result);
    gradients.emplace_back();                  // of the function itself, which forward takes after the tensors
    return gradients;
  }
};

AutogradContext& context(void* p) { return *static_cast<AutogradContext*>(p); }

}  // namespace

int32_t mk_apply(int64_t handle, void* const* inputs, int32_t count, mk_value* out) {
  auto function = c10::make_intrusive<Managed>(handle);
  return guarded([&] {
    give(ManagedFunction::apply(at::TensorList(lent(inputs, count)), function), *out);
    return 0;
  });
}

int32_t mk_context_save(void* ctx, void* const* tensors, int32_t count) { return guarded([&] { context(ctx).save_for_backward(lent(tensors, count)); return 0; }); }
int32_t mk_context_saved(void* ctx, mk_value* out) { return guarded([&] { give(context(ctx).get_saved_variables(), *out); return 0; }); }
int32_t mk_context_mark_dirty(void* ctx, void* const* tensors, int32_t count) { return guarded([&] { context(ctx).mark_dirty(lent(tensors, count)); return 0; }); }
int32_t mk_context_mark_non_differentiable(void* ctx, void* const* tensors, int32_t count) {
  return guarded([&] { context(ctx).mark_non_differentiable(lent(tensors, count)); return 0; });
}
void mk_context_materialize(void* ctx, int32_t value) { context(ctx).set_materialize_grads(value != 0); }
