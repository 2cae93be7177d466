// What is there at the start, out of the kernel's iterators, to JavaScript: openSnapshot() and what it gives. See porthole.d.ts.
#include "snapshotFace.h"

#include <cstring>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "snapshot.h"

namespace porthole {

namespace {

constexpr size_t kChunk = 256 * 1024;

class Snapshot : public Napi::ObjectWrap<Snapshot> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "Snapshot", {InstanceMethod<&Snapshot::part<SNAPSHOT_TASKS>>("tasks"), InstanceMethod<&Snapshot::part<SNAPSHOT_FILES>>("files"), InstanceMethod<&Snapshot::bootEpoch>("bootEpoch"), InstanceMethod<&Snapshot::close>("close")});
  }

  explicit Snapshot(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Snapshot>(info), chunk_(kChunk) {
    int error = 0;
    snapshot_ = snapshot_open(&error);
    if (snapshot_ != nullptr) return;
    const std::string why = error == EPERM ? "BPF iterators need root, or CAP_BPF and CAP_PERFMON." : std::string("The kernel refuses the iterators over threads and descriptors: ") + std::strerror(error) + ".";
    Napi::Error failure = Napi::Error::New(info.Env(), why);
    failure.Set("code", Napi::String::New(info.Env(), error == EPERM ? "EPERM" : "EKERNEL"));
    throw failure;
  }
  ~Snapshot() override { shut(); }

 private:
  template <snapshot_part kPart>
  Napi::Value part(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    if (snapshot_ == nullptr) throw Napi::Error::New(env, "The iterators are closed.");
    const ssize_t n = snapshot_read(snapshot_, kPart, chunk_.data(), chunk_.size());
    if (n < 0) throw Napi::Error::New(env, std::string("The iterator over ") + (kPart == SNAPSHOT_TASKS ? "threads" : "descriptors") + " cannot be read: " + std::strerror(static_cast<int>(-n)) + ".");
    if (n == 0) return env.Undefined();
    return Napi::Buffer<uint8_t>::Copy(env, chunk_.data(), static_cast<size_t>(n));
  }

  // When the machine was started by the clock of the wall, as far as the time since then counts: what is added to a record's times to get the epoch's.
  Napi::Value bootEpoch(const Napi::CallbackInfo& info) {
    int64_t best = 0, least = INT64_MAX;
    for (int i = 0; i < 8; i++) {
      timespec before{}, wall{}, after{};
      clock_gettime(CLOCK_BOOTTIME, &before);
      clock_gettime(CLOCK_REALTIME, &wall);
      clock_gettime(CLOCK_BOOTTIME, &after);
      const auto ns = [](const timespec& t) { return static_cast<int64_t>(t.tv_sec) * 1000000000 + t.tv_nsec; };
      if (ns(after) - ns(before) >= least) continue;
      least = ns(after) - ns(before);
      best = ns(wall) - (ns(before) + least / 2);
    }
    return Napi::BigInt::New(info.Env(), best);
  }

  void close(const Napi::CallbackInfo&) { shut(); }
  void shut() {
    if (snapshot_ != nullptr) snapshot_close(snapshot_);
    snapshot_ = nullptr;
  }

  snapshot* snapshot_ = nullptr;
  std::vector<uint8_t> chunk_;
};

}  // namespace

void defineSnapshot(Napi::Env env, Napi::Object exports) {
  auto constructor = std::make_shared<Napi::FunctionReference>(Napi::Persistent(Snapshot::define(env)));
  exports.Set("openSnapshot", Napi::Function::New(env, [constructor](const Napi::CallbackInfo&) { return constructor->New({}); }, "openSnapshot"));
}

}  // namespace porthole
