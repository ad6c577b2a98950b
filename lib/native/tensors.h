// How tensors cross the C ABI: one is an owned at::Tensor*; a list is a malloc'd array of owned at::Tensor*, null for none.
#pragma once
#include "abi.h"
#include <ATen/ATen.h>
#include <memory>

namespace mimkit {

inline at::Tensor& tensor(void* p) { return *static_cast<at::Tensor*>(p); }

inline at::Tensor tensor_or_none(void* p) { return p ? tensor(p) : at::Tensor(); }

inline void* owned(at::Tensor t) { return t.defined() ? new at::Tensor(std::move(t)) : nullptr; }

// Tensors that the caller lends for the call.
inline std::vector<at::Tensor> lent(void* const* items, int32_t count) {
  std::vector<at::Tensor> list;
  list.reserve(count);
  for (int32_t i = 0; i < count; i++) list.push_back(tensor_or_none(items[i]));
  return list;
}

// A list on its way out: whoever receives it owns the tensors and frees the array with mk_free.
inline void give(const std::vector<at::Tensor>& list, mk_value& out) {
  auto items = static_cast<void**>(malloc(sizeof(void*) * (list.size() + 1)));
  for (size_t i = 0; i < list.size(); i++) items[i] = owned(list[i]);
  out.tag = MK_TENSORS;
  out.count = int32_t(list.size());
  out.p = items;
}

// A list that was given to this side.
inline std::vector<at::Tensor> take(mk_value& value) {
  std::vector<at::Tensor> list;
  auto items = static_cast<void**>(value.p);
  for (int32_t i = 0; i < value.count; i++) {
    std::unique_ptr<at::Tensor> one(static_cast<at::Tensor*>(items[i]));
    list.push_back(one ? std::move(*one) : at::Tensor());
  }
  free(items);
  value = {MK_NONE, 0, {0}};
  return list;
}

}  // namespace mimkit
