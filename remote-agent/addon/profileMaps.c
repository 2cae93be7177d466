/* Fills the maps that a profile is judged by. */
#include "profileMaps.h"
#include "event_table.gen.h"
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <bpf/skel_internal.h>

static int map_next(int fd, const void *key, void *next) {
  union bpf_attr attr;
  memset(&attr, 0, sizeof attr);
  attr.map_fd = fd;
  attr.key = (uintptr_t)key;
  attr.next_key = (uintptr_t)next;
  return skel_sys_bpf(BPF_MAP_GET_NEXT_KEY, &attr, sizeof attr);
}

static int map_lookup(int fd, const void *key, void *value) {
  union bpf_attr attr;
  memset(&attr, 0, sizeof attr);
  attr.map_fd = fd;
  attr.key = (uintptr_t)key;
  attr.value = (uintptr_t)value;
  return skel_sys_bpf(BPF_MAP_LOOKUP_ELEM, &attr, sizeof attr);
}

static int by_id(const void *a, const void *b) { uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b; return x < y ? -1 : x > y; }
static const struct probe_group *group_in(const struct probe_profile *profile, const void *key) { return bsearch(key, profile->groups, profile->group_count, sizeof *profile->groups, by_id); }
static int has_group(const struct probe_profile *profile, const void *key) { return group_in(profile, key) != NULL; }
static int by_process(const void *a, const void *b) { uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b; return x < y ? -1 : x > y; }
static int has_process(const struct probe_profile *profile, const void *key) { return bsearch(key, profile->processes, profile->process_count, sizeof *profile->processes, by_process) != NULL; }

/* Entries that the profile does not have, or, of groups, has otherwise: counted, and removed if they are to be. `unwanted`: only those that keep others out. */
enum leftovers { COUNT_THEM, REMOVE_UNWANTED, REMOVE_ALL };
static size_t leftovers(int fd, void *key, size_t size, int (*has)(const struct probe_profile *, const void *), const struct probe_profile *profile, enum leftovers what) {
  uint64_t last;
  size_t count = 0;
  for (void *before = NULL; map_next(fd, before, key) == 0;) {
    uint8_t bits = 0;
    int stays = has(profile, key);
    if (what == COUNT_THEM) count += !stays || (has == has_group && map_lookup(fd, key, &bits) == 0 && bits != group_in(profile, key)->bits);
    else if (!stays && (what == REMOVE_ALL || (map_lookup(fd, key, &bits) == 0 && !(bits & GROUP_WANTED)))) {
      /* Removals upset the order: from the start again. */
      if (skel_map_delete_elem(fd, key) == 0) { before = NULL; continue; }
    }
    memcpy(&last, key, size);
    before = &last;
  }
  return count;
}
static size_t leftover_groups(const struct scope *scope, const struct probe_profile *profile, enum leftovers what) { uint64_t key; return leftovers(scope->groups, &key, sizeof key, has_group, profile, what); }
static size_t leftover_processes(const struct scope *scope, const struct probe_profile *profile, enum leftovers what) { uint32_t key; return leftovers(scope->processes, &key, sizeof key, has_process, profile, what); }

/* What is wanted goes last: a group that keeps others out may lie between it and who is wanted for another reason. */
static void remove_leftovers(const struct scope *scope, const struct probe_profile *profile) {
  leftover_groups(scope, profile, REMOVE_UNWANTED);
  leftover_groups(scope, profile, REMOVE_ALL);
  leftover_processes(scope, profile, REMOVE_ALL);
}

static void bits_of(const struct probe_profile *profile, uint64_t bits[64]) {
  memset(bits, 0, 64 * sizeof *bits);
  for (size_t i = 0; i < profile->process_count; i++) {
    uint32_t hash = profile->processes[i] * 2654435761u >> 20;
    bits[hash >> 6 & 63] |= 1ull << (hash & 63);
  }
}

/* Whoever judges by what the maps held before does so under the old generation. */
static void forget_verdicts(const struct scope *scope) {
  __atomic_store_n(scope->generation, (*scope->generation + 1) & 0x7fff, __ATOMIC_SEQ_CST);
  memset(scope->verdicts, 0, scope->verdicts_bytes);
}

static int put(int fd, const void *key, uint8_t value) { return skel_map_update_elem(fd, key, &value, 0) < 0 ? -errno : 0; }

static int raise_all(const struct scope *scope, const struct probe_profile *profile) {
  for (size_t i = 0; i < profile->group_count; i++) {
    const struct probe_group *group = &profile->groups[i];
    uint8_t bits = 0;
    if (!(group->bits & GROUP_WANTED)) continue;
    if (map_lookup(scope->groups, &group->id, &bits) < 0) bits = 0;
    int result = put(scope->groups, &group->id, bits | group->bits);
    if (result < 0) return result;
  }
  for (size_t i = 0; i < profile->process_count; i++) {
    int result = put(scope->processes, &profile->processes[i], 1);
    if (result < 0) return result;
  }
  return 0;
}

int scope_raise(const struct scope *scope, const struct probe_profile *profile) {
  int result = raise_all(scope, profile);
  /* Both together are more than the maps hold: what the old one wanted goes first. */
  if (result == -E2BIG) {
    remove_leftovers(scope, profile);
    result = raise_all(scope, profile);
  }
  uint64_t bits[64];
  bits_of(profile, bits);
  for (int i = 0; i < 64; i++) scope->process_bits[i] |= bits[i];
  if (profile->rules & RULE_GROUPS) {
    *scope->hierarchy = profile->hierarchy;
    /* Nobody asks for it now where groups did not count so far. */
    if (profile->others_wanted || !(*scope->rules & RULE_GROUPS)) *scope->others_wanted = (uint32_t)profile->others_wanted;
  }
  forget_verdicts(scope);
  return result;
}

/* Returns when every program that runs now has ended. */
static void wait_for_programs(void) {
  /* MEMBARRIER_CMD_GLOBAL waits for a grace period of RCU, in which programs of tracepoints run (linux/membarrier.h; kernel/sched/membarrier.c). Not on kernels with nohz_full: there a
     moment has to do. */
  if (syscall(__NR_membarrier, 1, 0, 0) < 0) usleep(20000);
}

int scope_settle(const struct scope *scope, const struct probe_profile *profile) {
  uint64_t bits[64];
  bits_of(profile, bits);
  int result = 0, lower = *scope->others_wanted != (uint32_t)profile->others_wanted || *scope->hierarchy != profile->hierarchy || memcmp(scope->process_bits, bits, sizeof bits) != 0;
  if (lower || leftover_groups(scope, profile, COUNT_THEM) != 0 || leftover_processes(scope, profile, COUNT_THEM) != 0) wait_for_programs();
  for (size_t i = 0; i < profile->group_count; i++) {
    int put_one = put(scope->groups, &profile->groups[i].id, profile->groups[i].bits);
    if (put_one < 0) result = put_one;
  }
  remove_leftovers(scope, profile);
  memcpy(scope->process_bits, bits, sizeof bits);
  *scope->others_wanted = (uint32_t)profile->others_wanted;
  *scope->hierarchy = profile->hierarchy;
  forget_verdicts(scope);
  return result;
}

uint64_t bits_of_own(const uint32_t own[PROBE_OWN_MAX]) {
  uint64_t bits = 0;
  for (int i = 0; i < PROBE_OWN_MAX; i++) if (own[i] != 0) bits |= 1ull << (own[i] & 63);
  return bits;
}
