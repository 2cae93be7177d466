// The addon's face to JavaScript: openProbe(options) and the Probe it gives. See porthole.d.ts.
#include <napi.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <deque>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <unistd.h>

#include "event_table.gen.h"
#include "linux/bpf.h"
#include "hostEvents.h"
#include "hostFace.h"
#include "loader.h"
#include "profile.h"
#include "reader.h"
#include "ringsFace.h"
#include "snapshotFace.h"

namespace porthole {

namespace {

constexpr size_t kSlots = 8;
constexpr size_t kSlotBytes = 1 << 20;
// How long batches are handed over before other work of the event loop has its turn.
constexpr uint64_t kPumpNs = 8000000;
constexpr uint64_t kLeastHostRing = 256 << 10;
constexpr uint64_t kNsPerSecond = 1000000000;

uint64_t now(clockid_t clock) {
  timespec t{};
  clock_gettime(clock, &t);
  return static_cast<uint64_t>(t.tv_sec) * kNsPerSecond + static_cast<uint64_t>(t.tv_nsec);
}

// What to add to the kernel's clock for ns since the epoch. Two clocks cannot be read at once, and between the two looks others may run: of some
// pairs the one that took least counts.
uint64_t offsetOfClocks() {
  uint64_t best = UINT64_MAX, offset = 0;
  for (int i = 0; i < 16; i++) {
    const uint64_t before = now(CLOCK_BOOTTIME), epoch = now(CLOCK_REALTIME), took = now(CLOCK_BOOTTIME) - before;
    if (took >= best) continue;
    best = took;
    offset = epoch - before - took / 2;
  }
  return offset;
}

// An Error with a `code`.
Napi::Error failure(Napi::Env env, const char* code, const std::string& message) {
  Napi::Error error = Napi::Error::New(env, message);
  error.Set("code", Napi::String::New(env, code));
  return error;
}

uint32_t number(const Napi::Object& options, const char* name, uint32_t otherwise) {
  const Napi::Value value = options.Get(name);
  return value.IsNumber() ? value.As<Napi::Number>().Uint32Value() : otherwise;
}

uint64_t ringSize(uint32_t wanted) {
  uint64_t size = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  while (size < wanted && size < (uint64_t{1} << 30)) size *= 2;
  return size;
}

}  // namespace

class Probe : public Napi::ObjectWrap<Probe> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "Probe", {
      InstanceMethod<&Probe::start>("start"), InstanceMethod<&Probe::stats>("stats"), InstanceMethod<&Probe::inflight>("inflight"),
      InstanceMethod<&Probe::pause>("pause"), InstanceMethod<&Probe::resume>("resume"), InstanceMethod<&Probe::holdReader>("holdReader"),
      InstanceMethod<&Probe::setSnaplen>("setSnaplen"), InstanceMethod<&Probe::setEpochOffset>("setEpochOffset"),
      InstanceMethod<&Probe::setUnwantedCalls>("setUnwantedCalls"), InstanceMethod<&Probe::setCgroups>("setCgroups"), InstanceMethod<&Probe::setProfile>("setProfile"),
      InstanceMethod<&Probe::counters>("counters"), InstanceMethod<&Probe::forgetCounters>("forgetCounters"),
      InstanceMethod<&Probe::missingEvents>("missingEvents"), InstanceMethod<&Probe::cgroupPath>("cgroupPath"), InstanceMethod<&Probe::measure>("measure"), InstanceMethod<&Probe::object>("object"), InstanceMethod<&Probe::close>("close"),
    });
  }

  explicit Probe(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Probe>(info) {
    const Napi::Env env = info.Env();
    const Napi::Object options = info[0].IsObject() ? info[0].As<Napi::Object>() : Napi::Object::New(env);
    const char* btf = std::getenv("PORTHOLE_BTF_PATH");
    if (btf == nullptr || *btf == 0) btf = "/sys/kernel/btf/vmlinux";
    if (access(btf, R_OK) != 0) throw failure(env, "ENOBTF", std::string("This kernel offers no type information: ") + btf + " is not there. The probe needs a kernel built with CONFIG_DEBUG_INFO_BTF=y (5.8 or newer).");

    probe_options wanted{};
    wanted.ring_bytes = ringSize(number(options, "ringBytes", 8 << 20));
    wanted.wake_bytes = static_cast<uint32_t>(wanted.ring_bytes / 16);
    wanted.epoch_offset_ns = offsetOfClocks();
    if (options.Get("epochOffsetNs").IsBigInt()) {
      bool lossless = true;
      wanted.epoch_offset_ns = options.Get("epochOffsetNs").As<Napi::BigInt>().Uint64Value(&lossless);
    }
    size_t owns = 0;
    wanted.own[owns++] = number(options, "ownPid", static_cast<uint32_t>(getpid()));
    if (options.Get("otherPids").IsArray()) {
      const Napi::Array others = options.Get("otherPids").As<Napi::Array>();
      for (uint32_t i = 0; i < others.Length() && owns < PROBE_OWN_MAX; i++) wanted.own[owns++] = others.Get(i).ToNumber().Uint32Value();
    }

    auto error = std::make_unique<probe_error>();
    probe_ = probe_open(&wanted, error.get());
    if (probe_ == nullptr) {
      const std::string what = std::string("The probe could not ") + error->step + ": " + std::strerror(error->code) + ".";
      if (error->code == EPERM) throw failure(env, "EPERM", what + " It needs root, or CAP_BPF and CAP_PERFMON.");
      if (error->code == ENOSYS) throw failure(env, "ENOSYS", what + " This kernel has no eBPF.");
      if (error->code == EACCES && geteuid() != 0) throw failure(env, "EPERM", what + " It needs root, or CAP_BPF and CAP_PERFMON.");
      throw failure(env, "EKERNEL", what + (error->log[0] != 0 ? std::string("\n") + error->log : std::string()));
    }
    try {
      for (size_t i = 0; i < kSlots; i++) {
        Napi::ArrayBuffer buffer = Napi::ArrayBuffer::New(env, kSlotBytes);
        slots_.push_back({static_cast<uint8_t*>(buffer.Data()), kSlotBytes, 0, false});
        buffers_.push_back(Napi::Persistent(buffer.As<Napi::Object>()));
      }
      reader_ = std::make_unique<Reader>(probe_ring(probe_), slots_, [this](size_t slot) { return deliver(slot); });
      reader_->setMerge([this](uint8_t* batch, size_t used, size_t capacity, uint64_t until, uint64_t* records) { return merge(batch, used, capacity, until, records); });
    } catch (const std::runtime_error& problem) {
      shut();
      throw failure(env, "EKERNEL", std::string("The probe could not ") + problem.what() + ".");
    }
    ringBytes_ = reader_->capacity();
    std::copy(std::begin(wanted.own), std::end(wanted.own), hostOptions_.own);
    hostOptions_.ring_bytes = std::max<uint64_t>(kLeastHostRing, wanted.ring_bytes / 8);
    profile_.setSnaplen(number(options, "snaplen", 80));
    profile_.apply(probe_, nullptr);
  }

  ~Probe() override { shut(); }

 private:
  void start(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    open(env);
    if (started_) throw failure(env, "ESTATE", "The probe has been started already.");
    if (!info[0].IsFunction()) throw Napi::TypeError::New(env, "start(onBatch): a function is needed");
    onBatch_ = Napi::Persistent(info[0].As<Napi::Function>());
    Napi::Function pump = Napi::Function::New(env, [this](const Napi::CallbackInfo& call) { this->pump(call.Env()); }, "pump");
    pump.Set("probe", Value());  // alive as long as its function may be called
    pump_ = Napi::Persistent(pump);
    toJs_ = Napi::ThreadSafeFunction::New(env, pump, "porthole.probe", 0, 1);
    started_ = true;
    Ref();
    reader_->start();
    enable(env, 1);
  }

  // On the reader's thread. The number of slots bounds the queue.
  bool deliver(size_t slot) {
    std::lock_guard<std::mutex> lock(filledMutex_);
    filled_.push_back(slot);
    if (pumping_) return true;
    pumping_ = true;
    return toJs_.NonBlockingCall([this](Napi::Env env, Napi::Function) { pump(env); }) == napi_ok;
  }

  // On the reader's thread: events that are no calls, in their places.
  size_t merge(uint8_t* batch, size_t used, size_t capacity, uint64_t until, uint64_t* records) {
    std::lock_guard<std::mutex> lock(hostMutex_);
    return hostEvents_ == nullptr ? used : host_events_merge(hostEvents_, batch, used, capacity, until > 0 ? until + epochOffset() : lastTime(batch, used), records);
  }

  // Time of a batch's last record, ns since the epoch.
  static uint64_t lastTime(const uint8_t* batch, size_t used) {
    uint64_t time = 0;
    for (size_t at = 0; at < used;) {
      uint32_t head = 0;
      std::memcpy(&head, batch + at, sizeof head);
      std::memcpy(&time, batch + at + BPF_RINGBUF_HDR_SZ + RECORD_EVENT + EVENT_TS, sizeof time);
      at += ((head & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT)) + BPF_RINGBUF_HDR_SZ + 7) & ~size_t{7};
    }
    return time;
  }

  // On JavaScript's thread: hands over what is filled, for a while; then timers and input have their turn before it goes on.
  void pump(Napi::Env env) {
    const uint64_t until = now(CLOCK_MONOTONIC) + kPumpNs;
    while (reader_ != nullptr) {
      size_t slot = 0;
      {
        std::lock_guard<std::mutex> lock(filledMutex_);
        if (filled_.empty()) { pumping_ = false; return; }
        if (now(CLOCK_MONOTONIC) > until) break;
        slot = filled_.front();
        filled_.pop_front();
      }
      hand(env, slot);
    }
    if (reader_ == nullptr) return;
    const Napi::HandleScope scope(env);
    env.Global().Get("setImmediate").As<Napi::Function>().Call({pump_.Value()});
  }

  void hand(Napi::Env env, size_t slot) {
    const Napi::HandleScope scope(env);
    const Napi::ArrayBuffer buffer = buffers_[slot].Value().As<Napi::ArrayBuffer>();
    const Napi::Uint8Array batch = Napi::Uint8Array::New(env, slots_[slot].used, buffer, 0);
    try {
      onBatch_.Call({batch});
    } catch (const Napi::Error& error) {
      napi_fatal_exception(env, error.Value());  // as an exception thrown in any other callback: 'uncaughtException'
    }
    if (reader_ != nullptr) reader_->release(slot);
  }

  Napi::Value stats(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    open(env);
    uint64_t counts[LOSS_CAUSES] = {};
    probe_losses(probe_, counts, LOSS_CAUSES);
    if (hostEvents_ != nullptr) counts[LOSS_RING_FULL] += host_events_lost(hostEvents_);
    Napi::Object result = Napi::Object::New(env);
    Napi::Array losses = Napi::Array::New(env, LOSS_CAUSES);
    for (uint32_t i = 0; i < LOSS_CAUSES; i++) losses.Set(i, Napi::Number::New(env, static_cast<double>(counts[i])));
    const auto set = [&](const char* name, uint64_t value) { result.Set(name, Napi::Number::New(env, static_cast<double>(value))); };
    result.Set("losses", losses);
    set("records", reader_->records());
    set("bytes", reader_->bytes());
    set("batches", reader_->batches());
    // In this order: what has left the ring by then is in the queue, or through it. Nothing waiting and nothing queued is nothing on its way.
    set("waitingBytes", reader_->waiting() + (hostEvents_ != nullptr ? host_events_waiting(hostEvents_) : 0));
    set("queued", reader_->queued());
    set("ringBytes", ringBytes_);
    if (measuring_) {
      uint64_t ns = 0, runs = 0;
      probe_run_time(probe_, &ns, &runs);
      if (hostEvents_ != nullptr) host_events_run_time(hostEvents_, &ns, &runs);
      set("kernelNs", ns);
      set("kernelRuns", runs);
    }
    return result;
  }

  Napi::Value inflight(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    open(env);
    struct Listing { Napi::Env env; Napi::Array calls; uint64_t offset; } listing{env, Napi::Array::New(env), epochOffset()};
    const int result = probe_calls(probe_, [](void* context, uint32_t tid, const probe_call* call) {
      Listing& l = *static_cast<Listing*>(context);
      Napi::Object one = Napi::Object::New(l.env);
      Napi::Array args = Napi::Array::New(l.env, 6);
      for (uint32_t i = 0; i < 6; i++) args.Set(i, Napi::BigInt::New(l.env, call->args[i]));
      one.Set("tid", Napi::Number::New(l.env, tid));
      one.Set("nr", Napi::Number::New(l.env, static_cast<double>(call->nr)));
      one.Set("startNs", Napi::BigInt::New(l.env, call->start + l.offset));
      one.Set("args", args);
      l.calls.Set(l.calls.Length(), one);
    }, &listing);
    if (result < 0) throw failure(env, "EKERNEL", std::string("Calls under way could not be listed: ") + std::strerror(-result) + ".");
    return listing.calls;
  }

  uint64_t epochOffset() const { return probe_epoch_offset(probe_); }

  void pause(const Napi::CallbackInfo& info) { open(info.Env()); enable(info.Env(), 0); }
  void resume(const Napi::CallbackInfo& info) { open(info.Env()); enable(info.Env(), 1); }
  void enable(Napi::Env env, int on) {
    const int result = probe_enable(probe_, on);
    if (result < 0) throw failure(env, "EKERNEL", std::string("The probe could not attach its programs: ") + std::strerror(-result) + ".");
    enabled_ = on != 0;
    applyEvents(env);
  }
  // Loads what makes events that are no calls as soon as somebody asks for one.
  void applyEvents(Napi::Env env) {
    int result = 0;
    if (hostEvents_ == nullptr && enabled_ && profile_.hostEvents() != 0 && !hostRefused_) {
      hostOptions_.epoch_offset_ns = epochOffset();
      host_events* opened = host_events_open(&hostOptions_, &result);
      if (opened == nullptr) { hostRefused_ = true; return; }  // the rest goes on: missingEvents tells
      std::lock_guard<std::mutex> lock(hostMutex_);
      hostEvents_ = opened;
    }
    if (hostEvents_ != nullptr) result = profile_.applyEvents(hostEvents_, enabled_);
    if (result < 0) throw failure(env, "EKERNEL", std::string("The probe could not attach its programs for the scheduler, page faults and OOM kills: ") + std::strerror(-result) + ".");
  }
  Napi::Value missingEvents(const Napi::CallbackInfo& info) {
    open(info.Env());
    const unsigned missing = hostEvents_ != nullptr ? host_events_missing(hostEvents_) : hostRefused_ ? profile_.hostEvents() : 0;
    Napi::Array names = Napi::Array::New(info.Env());
    const auto add = [&](unsigned bit, const char* name) { if (missing & bit) names.Set(names.Length(), Napi::String::New(info.Env(), name)); };
    add(HOST_EVENT_SWITCHES, "switches");
    add(HOST_EVENT_PAGE_FAULTS, "pageFaults");
    add(HOST_EVENT_OOM_KILLS, "oomKills");
    return names;
  }
  void holdReader(const Napi::CallbackInfo& info) { open(info.Env()); reader_->hold(info[0].ToBoolean()); }
  void setSnaplen(const Napi::CallbackInfo& info) {
    Profile next = profile_;
    next.setSnaplen(info[0].ToNumber().Uint32Value());
    change(info.Env(), std::move(next));
  }
  void setEpochOffset(const Napi::CallbackInfo& info) {
    open(info.Env());
    bool lossless = true;
    probe_set_epoch_offset(probe_, info[0].As<Napi::BigInt>().Uint64Value(&lossless));
    if (hostEvents_ != nullptr) host_events_set_epoch_offset(hostEvents_, epochOffset());
  }
  void setUnwantedCalls(const Napi::CallbackInfo& info) {
    Profile next = profile_;
    next.setUnwanted(info[0].As<Napi::Array>());
    change(info.Env(), std::move(next));
  }
  void setCgroups(const Napi::CallbackInfo& info) {
    Profile next = profile_;
    next.setGroups(info[0]);
    change(info.Env(), std::move(next));
  }
  void setProfile(const Napi::CallbackInfo& info) {
    if (!info[0].IsObject()) throw Napi::TypeError::New(info.Env(), "setProfile(profile): an object is needed");
    change(info.Env(), Profile::of(info.Env(), info[0].As<Napi::Object>()));
  }
  void change(Napi::Env env, Profile next) {
    open(env);
    const int result = next.apply(probe_, &profile_);
    profile_ = std::move(next);
    if (result < 0) throw failure(env, "EKERNEL", std::string("The probe could not take the whole profile: ") + std::strerror(-result) + (result == -E2BIG || result == -ENOSPC ? " (it has too many control groups or processes)." : "."));
    applyEvents(env);
  }

  Napi::Value counters(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    open(env);
    struct Listing { Napi::Env env; Napi::Array list; } listing{env, Napi::Array::New(env)};
    const int result = probe_counters(probe_, [](void* context, uint64_t group, uint32_t call, const uint64_t* numbers) {
      Listing& l = *static_cast<Listing*>(context);
      const Napi::HandleScope scope(l.env);
      const auto value = [&](uint64_t n) { return Napi::Number::New(l.env, static_cast<double>(n)); };
      Napi::Object one = Napi::Object::New(l.env);
      Napi::Array lengths = Napi::Array::New(l.env, COUNTER_BUCKETS);
      uint64_t calls = numbers[4];
      for (uint32_t i = 0; i < COUNTER_BUCKETS; i++) { lengths.Set(i, value(numbers[5 + i])); calls += numbers[5 + i]; }
      one.Set("cgroup", Napi::BigInt::New(l.env, group));
      one.Set("nr", value(call & 0x7fff));
      one.Set("narrow", Napi::Boolean::New(l.env, (call & 0x8000) != 0));
      one.Set("calls", value(calls));
      one.Set("leftOut", value(numbers[0]));
      one.Set("errors", value(numbers[1]));
      one.Set("bytes", value(numbers[2]));
      one.Set("ns", value(numbers[3]));
      one.Set("untimed", value(numbers[4]));
      one.Set("lengths", lengths);
      l.list.Set(l.list.Length(), one);
    }, &listing);
    if (result < 0) throw failure(env, "EKERNEL", std::string("The counters could not be read: ") + std::strerror(-result) + ".");
    return listing.list;
  }
  Napi::Value forgetCounters(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    open(env);
    std::vector<uint64_t> groups;
    bool lossless = true;
    if (info[0].IsArray()) for (uint32_t i = 0; i < info[0].As<Napi::Array>().Length(); i++) groups.push_back(info[0].As<Napi::Array>().Get(i).As<Napi::BigInt>().Uint64Value(&lossless));
    return Napi::Number::New(env, probe_forget_counters(probe_, info[0].IsArray() ? groups.data() : nullptr, groups.size()));
  }
  Napi::Value cgroupPath(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    open(env);
    char path[PROBE_CGROUP_PATH] = {};
    if (!probe_cgroup_path(probe_, static_cast<uint64_t>(info[0].ToNumber().Int64Value()), path)) return env.Undefined();
    return Napi::String::New(env, path, strnlen(path, sizeof path));
  }
  void measure(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    open(env);
    const int result = probe_measure(probe_);
    if (result < 0) throw failure(env, "EKERNEL", std::string("The kernel keeps no run times: ") + std::strerror(-result));
    measuring_ = true;
  }
  Napi::Value object(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    open(env);
    Napi::Object result = Napi::Object::New(env);
    result.Set("since", Napi::String::New(env, probe_object(probe_) == PROBE_SINCE_5_8 ? "5.8" : "5.17"));
    result.Set("why", Napi::String::New(env, probe_object_why(probe_)));
    return result;
  }
  void close(const Napi::CallbackInfo&) { shut(); }

  void open(Napi::Env env) const { if (probe_ == nullptr) throw failure(env, "ESTATE", "The probe has been closed."); }

  void shut() {
    if (probe_ != nullptr) probe_enable(probe_, 0);
    if (reader_ != nullptr) {
      reader_->stop();
      reader_.reset();
    }
    host_events_close(hostEvents_);
    hostEvents_ = nullptr;
    if (probe_ != nullptr) probe_close(probe_);
    probe_ = nullptr;
    if (started_) {
      started_ = false;
      toJs_.Abort();
      onBatch_.Reset();
      pump_.Reset();
      Unref();
    }
  }

  probe* probe_ = nullptr;
  Profile profile_;
  host_events* hostEvents_ = nullptr;
  host_events_options hostOptions_{};
  std::mutex hostMutex_;
  bool enabled_ = false;
  bool hostRefused_ = false;
  std::vector<Reader::Slot> slots_;
  std::vector<Napi::ObjectReference> buffers_;
  std::unique_ptr<Reader> reader_;
  Napi::ThreadSafeFunction toJs_;
  Napi::FunctionReference onBatch_, pump_;
  std::mutex filledMutex_;
  std::deque<size_t> filled_;
  bool pumping_ = false;
  uint64_t ringBytes_ = 0;
  bool started_ = false;
  bool measuring_ = false;
};

static Napi::Object init(Napi::Env env, Napi::Object exports) {
  auto constructor = std::make_shared<Napi::FunctionReference>(Napi::Persistent(Probe::define(env)));
  exports.Set("openProbe", Napi::Function::New(env, [constructor](const Napi::CallbackInfo& info) { return constructor->New({info[0]}); }, "openProbe"));
  defineRings(env, exports);
  defineHost(env, exports);
  defineSnapshot(env, exports);
  return exports;
}

NODE_API_MODULE(porthole, init)

}  // namespace porthole
