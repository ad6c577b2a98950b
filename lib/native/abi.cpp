// Boxed calls: one entry point for every operator of libtorch's dispatcher.
#include "anomaly.h"
#include "errors.h"
#include "tensors.h"
#include "versions.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/version.h>
#include <malloc.h>

#include <optional>
#include <sstream>
#include <string>

using namespace mimkit;

namespace {

// What a schema asks of an argument; worked out once per operator, so a call only switches on a byte.
enum class Want : uint8_t { Any, Tensor, Scalar, Int, Double, Bool, Ints, Doubles, Bools, Tensors, OptionalTensors, String, Device, Generator };

struct Op {
  c10::OperatorHandle handle;
  std::string title, schema;
  std::vector<Want> wants;
  std::vector<Optional<c10::IValue>> defaults;
  bool fresh;      // its results share nothing with its arguments, and the device's own kernel makes them
};

// Compositions of other operators that never return a view of an argument (einsum and dropout, which may, are not among them).
bool fresh_composition(const std::string& name) { return name == "aten::linear" || name == "aten::matmul"; }

// Where nothing is recorded, autograd's kernel of such an operator does nothing but call the next one: about a tenth of a small call.
bool recorded(const mk_value* args, int32_t nargs) {
  if (!c10::GradMode::is_enabled()) return false;
  for (int32_t i = 0; i < nargs; i++) {
    if (args[i].tag == MK_TENSOR && tensor(args[i].p).requires_grad()) return true;
    if (args[i].tag == MK_TENSORS) return true;
  }
  return false;
}

Want want_of(const c10::TypePtr& type) {
  using K = c10::TypeKind;
  auto t = type;
  if (t->kind() == K::OptionalType) t = t->castRaw<c10::OptionalType>()->getElementType();
  switch (t->kind()) {
    case K::TensorType: return Want::Tensor;
    case K::NumberType: return Want::Scalar;
    case K::IntType: case K::SymIntType: return Want::Int;
    case K::FloatType: return Want::Double;
    case K::BoolType: return Want::Bool;
    case K::StringType: return Want::String;
    case K::DeviceObjType: return Want::Device;
    case K::GeneratorType: return Want::Generator;
    case K::ListType: {
      auto e = t->castRaw<c10::ListType>()->getElementType();
      switch (e->kind()) {
        case K::IntType: case K::SymIntType: return Want::Ints;
        case K::FloatType: return Want::Doubles;
        case K::BoolType: return Want::Bools;
        case K::TensorType: return Want::Tensors;
        case K::OptionalType: return Want::OptionalTensors;
        default: return Want::Any;
      }
    }
    default: return Want::Any;    // ScalarType, Layout and MemoryFormat are IntType in the schemas of both 1.13 and 2.x
  }
}

[[noreturn]] void wrong(const Op& op, size_t i, const char* wanted) {
  throw std::invalid_argument("argument " + std::to_string(i) + " (" + op.handle.schema().arguments()[i].name() + ") must be " + wanted);
}

c10::IValue to_ivalue(const mk_value& v, const Op& op, size_t i) {
  if (v.tag == MK_NONE) return c10::IValue();
  auto ints = static_cast<const int64_t*>(v.p);
  switch (op.wants[i]) {
    case Want::Tensor: if (v.tag == MK_TENSOR) return tensor(v.p); wrong(op, i, "a tensor");
    case Want::Int: if (v.tag == MK_INT || v.tag == MK_BOOL) return v.i; wrong(op, i, "an integer");
    case Want::Bool: if (v.tag == MK_BOOL || v.tag == MK_INT) return v.i != 0; wrong(op, i, "a truth value");
    case Want::Double: if (v.tag == MK_DOUBLE) return v.d; if (v.tag == MK_INT) return double(v.i); wrong(op, i, "a number");
    case Want::Scalar: if (v.tag == MK_DOUBLE) return v.d; if (v.tag == MK_INT) return v.i; if (v.tag == MK_BOOL) return v.i != 0; wrong(op, i, "a number");
    case Want::String: if (v.tag == MK_STRING) return std::string(static_cast<const char*>(v.p), v.count); wrong(op, i, "a string");
    case Want::Device: if (v.tag == MK_DEVICE) return c10::Device(c10::DeviceType(v.i >> 32), c10::DeviceIndex(int32_t(v.i))); wrong(op, i, "a device");
    case Want::Generator: if (v.tag == MK_GENERATOR) return *static_cast<at::Generator*>(v.p); wrong(op, i, "a generator");
    case Want::Ints:
      if (v.tag == MK_INT) return c10::List<int64_t>({v.i});
      if (v.tag == MK_INTS) return c10::List<int64_t>(at::ArrayRef<int64_t>(ints, v.count));
      wrong(op, i, "a list of integers");
    case Want::Doubles:
      if (v.tag == MK_DOUBLES) return c10::List<double>(at::ArrayRef<double>(static_cast<const double*>(v.p), v.count));
      wrong(op, i, "a list of numbers");
    case Want::Bools: {
      if (v.tag != MK_BOOLS) wrong(op, i, "a list of truth values");
      c10::List<bool> list;
      for (int k = 0; k < v.count; k++) list.push_back(ints[k] != 0);
      return list;
    }
    case Want::Tensors: {
      if (v.tag != MK_TENSORS) wrong(op, i, "a list of tensors");
      c10::List<at::Tensor> list;
      list.reserve(v.count);
      for (int k = 0; k < v.count; k++) list.push_back(tensor(static_cast<void**>(v.p)[k]));
      return list;
    }
    case Want::OptionalTensors: {
      if (v.tag != MK_TENSORS) wrong(op, i, "a list of tensors");
      c10::List<Optional<at::Tensor>> list;
      list.reserve(v.count);
      for (int k = 0; k < v.count; k++) {
        void* p = static_cast<void**>(v.p)[k];
        list.push_back(p ? Optional<at::Tensor>(tensor(p)) : Optional<at::Tensor>());
      }
      return list;
    }
    default: wrong(op, i, "omitted: this type cannot be passed");
  }
}

void from_ivalue(c10::IValue&& v, mk_value& out) {
  out.count = 0;
  if (v.isTensor()) {
    auto t = std::move(v).toTensor();
    out.tag = t.defined() ? MK_TENSOR : MK_NONE;
    out.p = t.defined() ? new at::Tensor(std::move(t)) : nullptr;
  }
  else if (v.isInt()) { out.tag = MK_INT; out.i = v.toInt(); }
  else if (v.isDouble()) { out.tag = MK_DOUBLE; out.d = v.toDouble(); }
  else if (v.isBool()) { out.tag = MK_BOOL; out.i = v.toBool(); }
  else if (v.isTensorList()) {
    auto list = v.toTensorList();
    auto items = static_cast<void**>(malloc(sizeof(void*) * (list.size() + 1)));
    for (size_t k = 0; k < list.size(); k++) items[k] = new at::Tensor(list.get(k));
    out.tag = MK_TENSORS; out.count = int32_t(list.size()); out.p = items;
  }
  else if (v.isIntList()) {
    auto list = v.toIntVector();
    auto items = static_cast<int64_t*>(malloc(sizeof(int64_t) * (list.size() + 1)));
    std::copy(list.begin(), list.end(), items);
    out.tag = MK_INTS; out.count = int32_t(list.size()); out.p = items;
  }
  else { out.tag = MK_NONE; out.p = nullptr; }
}

void describe(std::ostream& s, const mk_value& v) {
  switch (v.tag) {
    case MK_TENSOR: {
      auto& t = tensor(v.p);
      s << t.scalar_type() << t.sizes();
      if (!t.device().is_cpu()) s << '@' << t.device();
      break;
    }
    case MK_INT: s << v.i; break;
    case MK_DOUBLE: s << v.d; break;
    case MK_BOOL: s << (v.i ? "true" : "false"); break;
    case MK_INTS: s << at::ArrayRef<int64_t>(static_cast<int64_t*>(v.p), v.count); break;
    case MK_TENSORS:
      s << '[';
      for (int k = 0; k < v.count && k < 4; k++) {
        auto p = static_cast<void**>(v.p)[k];
        if (k) s << ", ";
        if (p) s << tensor(p).scalar_type() << tensor(p).sizes(); else s << "none";
      }
      s << (v.count > 4 ? ", …]" : "]");
      break;
    case MK_NONE: s << "none"; break;
    default: s << "…";
  }
}

// "aten::mm(Float[2, 3], Float[4, 5]): mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)"
void keep_error(const Op& op, const mk_value* args, int32_t nargs, const std::string& what) {
  std::ostringstream s;
  s << op.title << '(';
  for (int i = 0; i < nargs; i++) { if (i) s << ", "; describe(s, args[i]); }
  s << "): " << what;
  keep(s.str());
}

// Step after step a training loop asks for the same large blocks. glibc would map and unmap each of them, and the page
// faults cost more than the arithmetic; kept in one heap they stay mapped.
__attribute__((constructor)) void prepare() {
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 64 << 20);
}

}  // namespace

void mk_free(void* p) { free(p); }

void* mk_op(const char* name, const char* overload) {
  return guarded([&]() -> void* {
    auto found = c10::Dispatcher::singleton().findSchema({name, overload});
    if (!found) throw std::invalid_argument(std::string("this libtorch (" TORCH_VERSION ") has no operator ") + name + (*overload ? std::string(".") + overload : ""));
    auto op = new Op{*found, name, {}, {}, {}, found->hasKernelForDispatchKey(c10::DispatchKey::CPU) || fresh_composition(name)};
    std::ostringstream s;
    s << op->handle.schema();
    op->schema = s.str();
    for (auto& a : op->handle.schema().arguments()) {
      op->wants.push_back(want_of(a.type()));
      op->defaults.push_back(a.default_value());
      op->fresh = op->fresh && !a.alias_info();
    }
    for (auto& r : op->handle.schema().returns()) op->fresh = op->fresh && !r.alias_info();
    return op;
  });
}

const char* mk_op_schema(void* op) { return static_cast<Op*>(op)->schema.c_str(); }

namespace {

// A thread's argument stack, kept between calls: allocating one costs a tenth of a small operator. Taken by move, so that a
// call made from inside a call (a custom function's backward) finds an empty one and is merely slower.
struct BorrowedStack {
  static torch::jit::Stack& kept() { static thread_local torch::jit::Stack stack; return stack; }
  torch::jit::Stack stack = std::move(kept());
  ~BorrowedStack() { stack.clear(); kept() = std::move(stack); }
};

}  // namespace

int32_t mk_call(void* p, const mk_value* args, int32_t nargs, mk_value* out, int32_t capacity) {
  auto& op = *static_cast<Op*>(p);
  try {
    size_t wanted = op.wants.size();
    if (size_t(nargs) > wanted) throw std::invalid_argument("takes " + std::to_string(wanted) + " arguments, got " + std::to_string(nargs));
    BorrowedStack borrowed;
    auto& stack = borrowed.stack;
    for (int32_t i = 0; i < nargs; i++) stack.push_back(to_ivalue(args[i], op, i));
    for (size_t i = nargs; i < wanted; i++) {
      if (!op.defaults[i]) wrong(op, i, "given: it has no default");
      stack.push_back(*op.defaults[i]);
    }
    std::optional<Witness> witness;
    if (watching.load(std::memory_order_relaxed)) witness.emplace(stack);
    if (op.fresh && !recorded(args, nargs)) {
      at::AutoDispatchBelowADInplaceOrView below;
      op.handle.callBoxed(stack);
    }
    else op.handle.callBoxed(stack);
    if (witness) witness->check(op.title, stack);
    int32_t n = int32_t(stack.size());
    if (n > capacity) throw std::length_error("returns more values than there is room for");
    for (int32_t i = 0; i < n; i++) from_ivalue(std::move(stack[i]), out[i]);
    return n;
  }
  catch (...) { keep_error(op, args, nargs, reason()); }
  return -1;
}

void mk_tensor_free(void* t) { delete static_cast<at::Tensor*>(t); }
void* mk_tensor_alias(void* t) { return new at::Tensor(tensor(t)); }
int64_t mk_tensor_dim(void* t) { return tensor(t).dim(); }
void mk_tensor_sizes(void* t, int64_t* sizes, int64_t* strides) {
  auto& x = tensor(t);
  for (int64_t i = 0; i < x.dim(); i++) {
    sizes[i] = x.size(i);
    if (strides) strides[i] = x.stride(i);
  }
}
int64_t mk_tensor_numel(void* t) { return tensor(t).numel(); }
int32_t mk_tensor_dtype(void* t) { return int32_t(tensor(t).scalar_type()); }
int64_t mk_tensor_device(void* t) { auto d = tensor(t).device(); return (int64_t(d.type()) << 32) | uint32_t(d.index()); }
void* mk_tensor_data(void* t) { return tensor(t).data_ptr(); }
int32_t mk_tensor_contiguous(void* t) { return tensor(t).is_contiguous(); }
int64_t mk_tensor_version(void* t) { return int64_t(tensor(t)._version()); }

const char* mk_version() { return TORCH_VERSION; }
void mk_manual_seed(int64_t seed) { at::manual_seed(uint64_t(seed)); }
int32_t mk_get_num_threads() { return at::get_num_threads(); }
void mk_set_num_threads(int32_t n) { at::set_num_threads(n); }
int32_t mk_get_tf32(int32_t which) { return which == 0 ? at::globalContext().allowTF32CuBLAS() : at::globalContext().allowTF32CuDNN(); }
void mk_set_tf32(int32_t which, int32_t on) { which == 0 ? at::globalContext().setAllowTF32CuBLAS(on != 0) : at::globalContext().setAllowTF32CuDNN(on != 0); }
int32_t mk_cuda_device_count() { return int32_t(at::getNumGPUs()); }      // the hooks behind it have other names in 2.x
