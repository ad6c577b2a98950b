// Data parallel over c10d's process groups, which libtorch exports; of c10d only what 1.13 and 2.x share is used.
#include "dist.h"
#include "../errors.h"
#include "../tensors.h"
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/variable.h>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

using namespace mimkit;
using std::chrono::milliseconds;

namespace {

struct Group {
  c10::intrusive_ptr<c10d::Store> store;
  c10::intrusive_ptr<c10d::ProcessGroupGloo> gloo;
};

using Work = decltype(std::declval<c10d::ProcessGroupGloo>().barrier());

Group& group(void* p) { return *static_cast<Group*>(p); }
Work& work(void* p) { return *static_cast<Work*>(p); }

template <class F> int32_t done(F f) { return guarded([&] { f(); return int32_t(0); }); }
template <class F> void* started(F f) { return guarded([&]() -> void* { return new Work(f()); }); }

// "" is the interface of this machine's name; c10d's word for the choice is GLOO_SOCKET_IFNAME.
auto device(const std::string& network) {
  using Gloo = c10d::ProcessGroupGloo;
  if (network.empty()) return Gloo::createDefaultDevice();
  return isdigit(network[0]) ? Gloo::createDeviceForHostname(network) : Gloo::createDeviceForInterface(network);
}

struct Told : torch::autograd::FunctionPostHook {
  mk_dist_ready ready;
  void* context;
  int32_t index;
  Told(mk_dist_ready ready, void* context, int32_t index) : ready(ready), context(context), index(index) {}
  torch::autograd::variable_list operator()(const torch::autograd::variable_list& outputs, const torch::autograd::variable_list&) override {
    ready(context, index);
    return outputs;
  }
};

// A parameter keeps its accumulator weakly: the hook would be gone with it.
struct Listening {
  std::shared_ptr<torch::autograd::Node> accumulator;
  uintptr_t key;
  ~Listening() { accumulator->del_post_hook(key); }
};

}  // namespace

void* mk_dist_open(const char* host, int32_t port, int32_t server, const char* prefix, const char* network, int32_t rank, int32_t size, int64_t timeout_ms) {
  return guarded([&]() -> void* {
    c10d::TCPStoreOptions meeting;
    meeting.port = uint16_t(port);
    meeting.isServer = server != 0;
    meeting.numWorkers = size_t(size);
    meeting.waitWorkers = false;                            // the group's own start waits for everybody
    meeting.timeout = milliseconds(timeout_ms);
    auto result = std::make_unique<Group>();
    result->store = c10::make_intrusive<c10d::PrefixStore>(prefix, c10::make_intrusive<c10d::TCPStore>(host, meeting));
    auto options = c10d::ProcessGroupGloo::Options::create(milliseconds(timeout_ms));
    options->devices.push_back(device(network));
    result->gloo = c10::make_intrusive<c10d::ProcessGroupGloo>(c10::make_intrusive<c10d::PrefixStore>("gloo", result->store), rank, size, options);
    return result.release();
  });
}

void mk_dist_close(void* g) { delete static_cast<Group*>(g); }

void* mk_dist_all_reduce(void* g, void* t) {
  return started([&] { std::vector<at::Tensor> list{tensor(t)}; return group(g).gloo->allreduce(list); });
}

void* mk_dist_broadcast(void* g, void* t, int32_t root) {
  return started([&] {
    std::vector<at::Tensor> list{tensor(t)};
    c10d::BroadcastOptions options;
    options.rootRank = root;
    return group(g).gloo->broadcast(list, options);
  });
}

void* mk_dist_all_gather(void* g, void* t, void* const* outputs) {
  return started([&] {
    std::vector<at::Tensor> list{tensor(t)};
    std::vector<std::vector<at::Tensor>> lists{lent(outputs, group(g).gloo->getSize())};
    return group(g).gloo->allgather(lists, list);
  });
}

void* mk_dist_barrier(void* g) { return started([&] { return group(g).gloo->barrier(); }); }

int32_t mk_dist_wait(void* w, int64_t ms) {
  return guarded([&] {
    try { work(w)->wait(milliseconds(ms)); }
    catch (...) { if (work(w)->isCompleted()) throw; return int32_t(0); }      // it throws alike for "not yet" and "failed"
    return int32_t(1);
  });
}

void mk_dist_work_free(void* w) { delete static_cast<Work*>(w); }

int32_t mk_dist_set(void* g, const char* key, const char* value) {
  return done([&] { group(g).store->set(key, std::vector<uint8_t>(value, value + strlen(value))); });
}

int32_t mk_dist_has(void* g, const char* key) { return guarded([&] { return int32_t(group(g).store->check({key})); }); }

char* mk_dist_get(void* g, const char* key) {
  return guarded([&] {
    auto value = group(g).store->get(key);
    auto text = static_cast<char*>(malloc(value.size() + 1));
    memcpy(text, value.data(), value.size());
    text[value.size()] = 0;
    return text;
  });
}

void* mk_dist_on_gradient(void* parameter, mk_dist_ready ready, void* context, int32_t index) {
  return guarded([&]() -> void* {
    auto accumulator = torch::autograd::impl::grad_accumulator(tensor(parameter));
    TORCH_CHECK(accumulator, "only a leaf that requires grad has a gradient to listen to");
    auto key = accumulator->add_post_hook(std::make_unique<Told>(ready, context, index));
    return new Listening{std::move(accumulator), key};
  });
}

void mk_dist_off_gradient(void* hook) { delete static_cast<Listening*>(hook); }
