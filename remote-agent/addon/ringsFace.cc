// The counters of io_uring to JavaScript: openRings() and what it gives. See porthole.d.ts.
#include "ringsFace.h"

#include <cstring>
#include <memory>
#include <string>

#include "rings.h"

namespace porthole {

namespace {

class Rings : public Napi::ObjectWrap<Rings> {
 public:
  static Napi::Function define(Napi::Env env) { return DefineClass(env, "Rings", {InstanceMethod<&Rings::counts>("counts"), InstanceMethod<&Rings::close>("close")}); }

  explicit Rings(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Rings>(info) {
    int error = 0;
    rings_ = rings_open(&error);
    if (rings_ != nullptr) return;
    const std::string why = error == ENOENT ? "This kernel does not tell of requests to io_uring (tracepoint io_uring_submit_req, since Linux 6.3)."
        : error == EPERM ? "The counters of io_uring need root, or CAP_BPF and CAP_PERFMON."
        : std::string("The kernel refuses the counters of io_uring: ") + std::strerror(error) + ".";
    Napi::Error failure = Napi::Error::New(info.Env(), why);
    failure.Set("code", Napi::String::New(info.Env(), error == ENOENT ? "ENOENT" : error == EPERM ? "EPERM" : "EKERNEL"));
    throw failure;
  }
  ~Rings() override { shut(); }

 private:
  Napi::Value counts(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    if (rings_ == nullptr) throw Napi::Error::New(env, "The counters of io_uring are closed.");
    struct Listing { Napi::Env env; Napi::Array list; } listing{env, Napi::Array::New(env)};
    rings_visit(rings_, [](void* context, const ring_key* key, const ring_count* count) {
      Listing& l = *static_cast<Listing*>(context);
      const Napi::HandleScope scope(l.env);
      const auto value = [&](double n) { return Napi::Number::New(l.env, n); };
      Napi::Object one = Napi::Object::New(l.env);
      one.Set("pid", value(key->tgid));
      one.Set("fd", value(count->fd));
      one.Set("entries", value(count->entries));
      one.Set("submitted", value(static_cast<double>(count->submitted)));
      one.Set("byKernel", value(static_cast<double>(count->by_kernel)));
      one.Set("cgroup", Napi::BigInt::New(l.env, static_cast<uint64_t>(count->cgroup)));
      one.Set("comm", Napi::Buffer<char>::Copy(l.env, count->comm, strnlen(count->comm, sizeof count->comm)));
      Napi::Array operations = Napi::Array::New(l.env, RING_OPERATIONS);
      for (uint32_t i = 0; i < RING_OPERATIONS; i++) operations.Set(i, value(static_cast<double>(count->operations[i])));
      one.Set("operations", operations);
      l.list.Set(l.list.Length(), one);
    }, &listing);
    Napi::Object result = Napi::Object::New(env);
    result.Set("rings", listing.list);
    result.Set("lost", Napi::Number::New(env, static_cast<double>(rings_lost(rings_))));
    return result;
  }

  void close(const Napi::CallbackInfo&) { shut(); }
  void shut() {
    if (rings_ != nullptr) rings_close(rings_);
    rings_ = nullptr;
  }

  rings* rings_ = nullptr;
};

}  // namespace

void defineRings(Napi::Env env, Napi::Object exports) {
  auto constructor = std::make_shared<Napi::FunctionReference>(Napi::Persistent(Rings::define(env)));
  exports.Set("openRings", Napi::Function::New(env, [constructor](const Napi::CallbackInfo&) { return constructor->New({}); }, "openRings"));
}

}  // namespace porthole
