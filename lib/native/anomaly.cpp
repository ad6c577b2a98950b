#include "anomaly.h"
#include "abi.h"

#include <ATen/ATen.h>
#include <ATen/SequenceNumber.h>
#include <cmath>
#include <sstream>
#include <stdexcept>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/function_hook.h>
#include <torch/csrc/autograd/variable.h>
#include <unordered_set>

namespace mimkit {

std::atomic<bool> watching{false};

namespace {

using torch::autograd::Node;
using torch::autograd::variable_list;

thread_local std::string place;      // the module whose forward runs, "" outside any

enum State : int { Finite = 0, Infinite = 1, NaN = 2 };
const char* noun(int state) { return state == NaN ? "NaN" : "infinity"; }

int state_of(const at::Tensor& t) {
  if (!t.defined() || !at::isFloatingType(t.scalar_type()) || t.numel() == 0 || t.is_meta()) return Finite;
  at::AutoDispatchBelowAutograd quiet;
  if (at::isfinite(t).all().item<bool>()) return Finite;
  return at::isnan(t).any().item<bool>() ? NaN : Infinite;
}

int state_of(const c10::IValue& v) {
  if (v.isTensor()) return state_of(v.toTensor());
  if (v.isDouble()) return std::isnan(v.toDouble()) ? NaN : std::isinf(v.toDouble()) ? Infinite : Finite;
  int worst = Finite;
  if (v.isTensorList()) for (const at::Tensor& t : v.toTensorVector()) worst = std::max(worst, state_of(t));
  return worst;
}

int64_t count_of(const at::Tensor& t, int state) {
  at::AutoDispatchBelowAutograd quiet;
  return (state == NaN ? at::isnan(t) : at::isinf(t)).sum().item<int64_t>();
}

std::string where(const std::string& module) { return module.empty() ? "outside any module" : "in module " + module; }

[[noreturn]] void report(const std::string& start, const at::Tensor& t, int state, const std::string& end) {
  std::ostringstream s;
  s << start << " the first " << noun(state) << ", " << count_of(t, state) << " of " << t.numel() << " values of " << t.scalar_type() << t.sizes() << "; " << end;
  throw std::runtime_error(s.str());
}

// Runs after a node of the graph: gradients that leave it must be no worse than those that came.
struct GradientWatch : torch::autograd::FunctionPostHook {
  std::string op, module, node;
  GradientWatch(std::string op, std::string module, std::string node) : op(std::move(op)), module(std::move(module)), node(std::move(node)) {}

  variable_list operator()(const variable_list& leaving, const variable_list& came) override {
    int given = Finite;
    for (auto& g : came) given = std::max(given, state_of(g));
    for (auto& g : leaving)
      if (int state = state_of(g); state > given)
        report("the gradient of " + op + " (" + node + "), called " + where(module) + ", holds", g, state, std::string("the gradient that came to it has no ") + noun(state));
    return leaving;
  }
};

// Every node that the call has made, a composite operator's inner ones too: they are numbered from first_node on.
void watch_gradients(const std::string& op, const at::Tensor& result, uint64_t first_node, std::unordered_set<Node*>& seen) {
  std::vector<Node*> open{result.grad_fn().get()};
  while (!open.empty()) {
    auto node = open.back();
    open.pop_back();
    if (!node || node->sequence_nr() < first_node || node->sequence_nr() == UINT64_MAX || !seen.insert(node).second) continue;
    node->add_post_hook(std::make_unique<GradientWatch>(op, place, node->name()));
    for (auto& edge : node->next_edges()) open.push_back(edge.function.get());
  }
}

}  // namespace

Witness::Witness(const torch::jit::Stack& arguments) : given_(Finite), first_node_(at::sequence_number::peek()) {
  for (auto& a : arguments) given_ = std::max(given_, state_of(a));
}

void Witness::check(const std::string& op, const torch::jit::Stack& results) const {
  if (op.find("empty") != std::string::npos) return;      // memory as it was found
  std::unordered_set<Node*> seen;
  for (auto& r : results) {
    if (!r.isTensor() && !r.isTensorList()) continue;
    auto list = r.isTensor() ? variable_list{r.toTensor()} : r.toTensorVector();
    for (auto& t : list) {
      int state = state_of(t);
      if (state > given_) report(where(place) + ": gave", t, state, std::string("what it was given has no ") + noun(state));
      if (state == NaN) report(where(place) + ": was given", t, state, "it came with the data, the parameters or the target");
      if (t.defined() && t.requires_grad()) watch_gradients(op, t, first_node_, seen);
    }
  }
}

}  // namespace mimkit

void mk_set_watching(int32_t on) { mimkit::watching = on != 0; }
void mk_set_place(const char* module) { mimkit::place = module; }
