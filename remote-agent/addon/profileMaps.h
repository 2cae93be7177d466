/*
 * The parts of a profile that say of whom something is wanted: control groups and processes. Each object that judges by them has its own.
 *
 * One profile takes the other's place without a moment in which what both want is turned down: first all that the new one wants is wanted too
 * (scope_raise), then the caller sets the new rules, then what the old one wanted goes (scope_settle), when no call judges by the old rules any more.
 * In between, a little of what neither wants may be delivered.
 */
#pragma once
#include "loader.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where an object keeps them. */
struct scope {
  int groups, processes; /* maps */
  const volatile uint32_t *rules; /* of the profile in force: the caller sets the new one's between the two steps */
  volatile uint32_t *others_wanted, *hierarchy, *generation;
  uint64_t *process_bits; /* 64: of the hashes of processes, as the kernel side asks first */
  void *verdicts;
  size_t verdicts_bytes;
};

/* Wants what the profile wants, besides what is wanted already. 0, or an errno below 0: then some of it is not in the maps. */
int scope_raise(const struct scope *scope, const struct probe_profile *profile);
/* Wants what the profile wants and nothing else. Waits for calls that judge by what was (some milliseconds) where there is something to take away. 0, or an errno below 0. */
int scope_settle(const struct scope *scope, const struct probe_profile *profile);
/* The bits by which the kernel side asks first whether a thread group is one of those that are never traced. */
uint64_t bits_of_own(const uint32_t own[PROBE_OWN_MAX]);

#ifdef __cplusplus
}
#endif
