// The counters beside those of calls, to JavaScript: openHostCounters() and what it gives. See porthole.d.ts.
#include "hostFace.h"

#include <cstring>
#include <memory>
#include <string>

#include "event_table.gen.h"
#include "host.h"

namespace porthole {

namespace {

// The names of driver/schema/host.ts, in the order of host_kind.
constexpr const char* kKinds[HOST_KINDS] = {"cpu", "disk", "tcp", "memory"};

class HostCounters : public Napi::ObjectWrap<HostCounters> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "HostCounters", {
      InstanceMethod<&HostCounters::counts>("counts"), InstanceMethod<&HostCounters::missing>("missing"), InstanceMethod<&HostCounters::measure>("measure"), InstanceMethod<&HostCounters::runTime>("runTime"), InstanceMethod<&HostCounters::close>("close"),
    });
  }

  explicit HostCounters(const Napi::CallbackInfo& info) : Napi::ObjectWrap<HostCounters>(info) {
    const Napi::Env env = info.Env();
    uint32_t hierarchy = HIERARCHY_UNIFIED;
    kinds_ = (1u << HOST_KINDS) - 1;
    if (info[0].IsObject()) {
      const Napi::Object options = info[0].As<Napi::Object>();
      if (options.Get("kinds").IsArray()) kinds_ = kindsOf(env, options.Get("kinds").As<Napi::Array>());
      if (options.Get("hierarchy").IsString()) {
        const std::string name = options.Get("hierarchy").ToString().Utf8Value();
        hierarchy = name == "memory" ? HIERARCHY_MEMORY : name == "cpuset" ? HIERARCHY_CPUSET : HIERARCHY_UNIFIED;
      }
    }
    int error = 0;
    host_ = host_open(kinds_, hierarchy, &error);
    if (host_ != nullptr) return;
    const bool forbidden = error == EPERM || error == EACCES;
    Napi::Error failure = Napi::Error::New(env, forbidden ? std::string("The counters of the host need root, or CAP_BPF and CAP_PERFMON.") : std::string("The kernel refuses the counters of the host: ") + std::strerror(error) + ".");
    failure.Set("code", Napi::String::New(env, forbidden ? "EPERM" : "EKERNEL"));
    throw failure;
  }
  ~HostCounters() override { shut(); }

 private:
  static unsigned kindsOf(Napi::Env env, const Napi::Array& names) {
    unsigned kinds = 0;
    for (uint32_t i = 0; i < names.Length(); i++) {
      const std::string name = names.Get(i).ToString().Utf8Value();
      unsigned found = 0;
      for (unsigned kind = 0; kind < HOST_KINDS; kind++) if (name == kKinds[kind]) found = 1u << kind;
      if (found == 0) throw Napi::TypeError::New(env, "openHostCounters: `kinds` are of cpu, disk, tcp, memory, not " + name);
      kinds |= found;
    }
    return kinds;
  }

  Napi::Value counts(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    open(env);
    host_look(host_);
    Napi::Array list = Napi::Array::New(env);
    struct Listing { Napi::Env env; Napi::Array list; const char* kind; } listing{env, list, nullptr};
    double lost = 0;
    for (unsigned kind = 0; kind < HOST_KINDS; kind++) {
      if (!(kinds_ & 1u << kind)) continue;
      listing.kind = kKinds[kind];
      host_visit(host_, static_cast<host_kind>(kind), [](void* context, uint64_t group, const uint64_t* numbers, size_t count) {
        Listing& l = *static_cast<Listing*>(context);
        const Napi::HandleScope scope(l.env);
        Napi::Object one = Napi::Object::New(l.env);
        Napi::Array values = Napi::Array::New(l.env, count);
        for (size_t i = 0; i < count; i++) values.Set(static_cast<uint32_t>(i), Napi::Number::New(l.env, static_cast<double>(numbers[i])));
        one.Set("cgroup", Napi::BigInt::New(l.env, group));
        one.Set("kind", Napi::String::New(l.env, l.kind));
        one.Set("numbers", values);
        l.list.Set(l.list.Length(), one);
      }, &listing);
      lost += static_cast<double>(host_lost(host_, static_cast<host_kind>(kind)));
    }
    Napi::Object result = Napi::Object::New(env);
    result.Set("counts", list);
    result.Set("lost", Napi::Number::New(env, lost));
    return result;
  }

  Napi::Value missing(const Napi::CallbackInfo& info) {
    open(info.Env());
    Napi::Array names = Napi::Array::New(info.Env());
    for (const char* const* name = host_missing(host_); *name != nullptr; name++) names.Set(names.Length(), Napi::String::New(info.Env(), *name));
    return names;
  }

  void measure(const Napi::CallbackInfo& info) {
    open(info.Env());
    const int result = host_measure(host_);
    if (result < 0) throw Napi::Error::New(info.Env(), std::string("The kernel keeps no run times: ") + std::strerror(-result));
  }

  Napi::Value runTime(const Napi::CallbackInfo& info) {
    open(info.Env());
    uint64_t ns = 0, runs = 0;
    host_run_time(host_, &ns, &runs);
    Napi::Object result = Napi::Object::New(info.Env());
    result.Set("ns", Napi::Number::New(info.Env(), static_cast<double>(ns)));
    result.Set("runs", Napi::Number::New(info.Env(), static_cast<double>(runs)));
    return result;
  }

  void open(Napi::Env env) const { if (host_ == nullptr) throw Napi::Error::New(env, "The counters of the host are closed."); }
  void close(const Napi::CallbackInfo&) { shut(); }
  void shut() {
    if (host_ != nullptr) host_close(host_);
    host_ = nullptr;
  }

  host* host_ = nullptr;
  unsigned kinds_ = 0;
};

}  // namespace

void defineHost(Napi::Env env, Napi::Object exports) {
  auto constructor = std::make_shared<Napi::FunctionReference>(Napi::Persistent(HostCounters::define(env)));
  exports.Set("openHostCounters", Napi::Function::New(env, [constructor](const Napi::CallbackInfo& info) { return constructor->New({info[0]}); }, "openHostCounters"));
}

}  // namespace porthole
