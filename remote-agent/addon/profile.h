// The capture profile as JavaScript gives it (porthole.d.ts, CaptureProfile), kept so that a part of it can be changed.
#pragma once
#include <napi.h>

#include <array>
#include <cstdint>
#include <map>
#include <set>

#include "hostEvents.h"
#include "loader.h"

namespace porthole {

class Profile {
 public:
  Profile();

  /** Takes in a CaptureProfile; what it does not say is as at the beginning. Throws a TypeError. */
  static Profile of(Napi::Env env, const Napi::Object& asked);

  void setSnaplen(uint32_t bytes) { snaplen_ = bytes; }
  /** Native numbers; replaces those given before. */
  void setUnwanted(const Napi::Array& numbers);
  /** These control groups and those below them; all where `asked` is no array. */
  void setGroups(const Napi::Value& asked);

  /** Hands it to the kernel side. `before`: what was in force. 0, or an errno below 0. */
  int apply(probe* probe, const Profile* before) const;
  /** The same to what makes events that are no calls; these come while `enabled`. */
  int applyEvents(host_events* events, bool enabled) const;
  /** Events that are no calls and asked for: HOST_EVENT_* bits. */
  uint32_t hostEvents() const { return hostEvents_; }

 private:
  std::array<uint8_t, PROBE_LIMIT_NR> calls() const;
  bool wants(uint64_t group) const;
  bool isWithin(const Profile& before) const;
  /** Calls `use` with the profile as the kernel side takes it, and gives its answer. */
  template <typename Use> int shaped(const Profile* before, Use use) const;

  std::array<uint8_t, PROBE_LIMIT_NR> calls_{};
  std::array<bool, PROBE_LIMIT_NR> unwanted_{};
  std::map<uint64_t, uint8_t> groups_;
  std::set<uint32_t> processes_;
  std::array<uint32_t, 3> snaplens_{};
  uint64_t slowNs_ = 0;
  uint32_t rules_ = 0, snaplen_ = 80, hierarchy_ = 0;
  uint32_t hostEvents_ = HOST_EVENT_OOM_KILLS;
  bool othersWanted_ = true, ends_ = true, signals_ = true;
};

}  // namespace porthole
