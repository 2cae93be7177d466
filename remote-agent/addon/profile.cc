// From the profile's JavaScript shape to the kernel side's.
#include "profile.h"

#include <string>
#include <vector>

#include "event_table.gen.h"

namespace porthole {

namespace {

uint64_t idOf(const Napi::Value& value) {
  bool lossless = true;
  return value.IsBigInt() ? value.As<Napi::BigInt>().Uint64Value(&lossless) : static_cast<uint64_t>(value.ToNumber().Int64Value());
}

[[noreturn]] void wrong(Napi::Env env, const char* what) { throw Napi::TypeError::New(env, std::string("setProfile: ") + what); }

}  // namespace

Profile::Profile() { calls_.fill(CALL_EVENT); }

Profile Profile::of(Napi::Env env, const Napi::Object& asked) {
  Profile profile;
  const auto given = [&](const char* name) { const Napi::Value value = asked.Get(name); return !value.IsUndefined() && !value.IsNull(); };
  const auto flag = [&](const char* name, uint32_t rule) { if (given(name) && asked.Get(name).ToBoolean()) profile.rules_ |= rule; };
  if (given("calls")) {
    if (!asked.Get("calls").IsTypedArray() || asked.Get("calls").As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array || asked.Get("calls").As<Napi::Uint8Array>().ElementLength() != PROBE_LIMIT_NR) wrong(env, "`calls` takes a Uint8Array of 512 entries");
    const Napi::Uint8Array calls = asked.Get("calls").As<Napi::Uint8Array>();
    std::copy(calls.Data(), calls.Data() + PROBE_LIMIT_NR, profile.calls_.begin());
  }
  if (given("groups")) {
    if (!asked.Get("groups").IsArray()) wrong(env, "`groups` takes an array");
    const Napi::Array list = asked.Get("groups").As<Napi::Array>();
    for (uint32_t i = 0; i < list.Length(); i++) {
      const Napi::Object group = list.Get(i).ToObject();
      profile.groups_[idOf(group.Get("id"))] = static_cast<uint8_t>((group.Get("wanted").ToBoolean() ? GROUP_WANTED : 0) | (group.Get("below").ToBoolean() ? GROUP_BELOW : 0));
    }
    profile.rules_ |= RULE_GROUPS;
    profile.othersWanted_ = given("otherGroups") && asked.Get("otherGroups").ToBoolean();
  }
  if (given("processes")) {
    if (!asked.Get("processes").IsArray()) wrong(env, "`processes` takes an array");
    const Napi::Array list = asked.Get("processes").As<Napi::Array>();
    for (uint32_t i = 0; i < list.Length(); i++) profile.processes_.insert(list.Get(i).ToNumber().Uint32Value());
    profile.rules_ |= RULE_PROCESSES;
  }
  flag("failedOnly", RULE_FAILED);
  flag("countAll", RULE_COUNT_ALL);
  flag("endsOfAll", RULE_ENDS_OF_ALL);
  if (given("slowerThanNs") && asked.Get("slowerThanNs").ToNumber().DoubleValue() > 0) {
    profile.slowNs_ = static_cast<uint64_t>(asked.Get("slowerThanNs").ToNumber().DoubleValue());
    profile.rules_ |= RULE_SLOW;
  }
  if (given("snaplen")) {
    const Napi::Value snaplen = asked.Get("snaplen");
    if (snaplen.IsNumber()) profile.snaplen_ = snaplen.As<Napi::Number>().Uint32Value();
    else {
      const Napi::Object kinds = snaplen.ToObject();
      profile.snaplens_[SNAP_FILES] = kinds.Get("files").ToNumber().Uint32Value();
      profile.snaplens_[SNAP_SOCKETS] = kinds.Get("sockets").ToNumber().Uint32Value();
      profile.snaplens_[SNAP_OTHERS] = kinds.Get("others").ToNumber().Uint32Value();
      profile.rules_ |= RULE_KINDS;
    }
  }
  if (given("hierarchy")) {
    const std::string name = asked.Get("hierarchy").ToString().Utf8Value();
    if (name != "unified" && name != "memory" && name != "cpuset") wrong(env, "`hierarchy` is one of unified, memory, cpuset");
    profile.hierarchy_ = name == "memory" ? HIERARCHY_MEMORY : name == "cpuset" ? HIERARCHY_CPUSET : HIERARCHY_UNIFIED;
  }
  if (given("threadEnds")) profile.ends_ = asked.Get("threadEnds").ToBoolean();
  const auto event = [&](const char* name, uint32_t bit) { if (given(name)) profile.hostEvents_ = asked.Get(name).ToBoolean() ? profile.hostEvents_ | bit : profile.hostEvents_ & ~bit; };
  event("switches", HOST_EVENT_SWITCHES);
  event("pageFaults", HOST_EVENT_PAGE_FAULTS);
  event("oomKills", HOST_EVENT_OOM_KILLS);
  if (given("signals")) profile.signals_ = asked.Get("signals").ToBoolean();
  return profile;
}

void Profile::setUnwanted(const Napi::Array& numbers) {
  unwanted_.fill(false);
  for (uint32_t i = 0; i < numbers.Length(); i++) {
    const uint32_t nr = numbers.Get(i).ToNumber().Uint32Value();
    if (nr < PROBE_LIMIT_NR) unwanted_[nr] = true;
  }
}

void Profile::setGroups(const Napi::Value& asked) {
  groups_.clear();
  rules_ &= ~static_cast<uint32_t>(RULE_GROUPS);
  if (!asked.IsArray()) return;
  const Napi::Array list = asked.As<Napi::Array>();
  for (uint32_t i = 0; i < list.Length(); i++) groups_[idOf(list.Get(i))] = GROUP_WANTED | GROUP_BELOW;
  rules_ |= RULE_GROUPS;
  othersWanted_ = false;
}

std::array<uint8_t, PROBE_LIMIT_NR> Profile::calls() const {
  std::array<uint8_t, PROBE_LIMIT_NR> calls = calls_;
  for (size_t nr = 0; nr < calls.size(); nr++) if (unwanted_[nr]) calls[nr] = 0;
  return calls;
}

bool Profile::wants(uint64_t group) const {
  const auto found = groups_.find(group);
  return found == groups_.end() ? othersWanted_ : (found->second & GROUP_WANTED) != 0;
}

// Whether the beginnings of all calls that this one wants have been looked at under `before`, as far as that can be said without the kernel.
bool Profile::isWithin(const Profile& before) const {
  const auto now = calls(), then = before.calls();
  for (size_t nr = 0; nr < now.size(); nr++) if (now[nr] != 0 && (then[nr] == 0 || (now[nr] & ~then[nr] & (CALL_COUNT | CALL_ALWAYS)) != 0)) return false;
  const uint32_t scope = RULE_GROUPS | RULE_PROCESSES;
  if ((before.rules_ & scope) == 0) return true;
  if ((before.rules_ & scope & ~rules_) != 0 || (rules_ & ~before.rules_ & RULE_COUNT_ALL) != 0 || hierarchy_ != before.hierarchy_) return false;
  if (before.rules_ & RULE_PROCESSES) for (const uint32_t id : processes_) if (before.processes_.count(id) == 0) return false;
  if (!(before.rules_ & RULE_GROUPS)) return true;
  if (othersWanted_ && !before.othersWanted_) return false;
  for (const auto& [id, bits] : groups_) if ((bits & GROUP_WANTED) && !before.wants(id)) return false;
  for (const auto& [id, bits] : before.groups_) if (wants(id) && !(bits & GROUP_WANTED)) return false;
  return true;
}

template <typename Use> int Profile::shaped(const Profile* before, Use use) const {
  const auto bits = calls();
  std::vector<probe_group> groups;
  for (const auto& [id, group] : groups_) groups.push_back({id, group});  // in the order of their ids, as is searched
  const std::vector<uint32_t> processes(processes_.begin(), processes_.end());
  probe_profile profile{};
  profile.calls = bits.data();
  profile.rules = rules_ | (ends_ ? RULE_ENDS : 0);
  profile.slow_ns = slowNs_;
  profile.snaplen = snaplen_;
  std::copy(snaplens_.begin(), snaplens_.end(), profile.snaplens);
  profile.hierarchy = hierarchy_;
  profile.others_wanted = othersWanted_;
  profile.groups = groups.data();
  profile.group_count = groups.size();
  profile.processes = processes.data();
  profile.process_count = processes.size();
  profile.ends = ends_;
  profile.signals = signals_;
  profile.widened = before == nullptr || !isWithin(*before);
  return use(profile);
}

int Profile::apply(probe* probe, const Profile* before) const { return shaped(before, [&](const probe_profile& profile) { return probe_set_profile(probe, &profile); }); }
int Profile::applyEvents(host_events* events, bool enabled) const { return shaped(nullptr, [&](const probe_profile& profile) { return host_events_set(events, &profile, enabled ? hostEvents_ : 0); }); }

}  // namespace porthole
