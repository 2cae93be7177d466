/* Fills the maps that a profile is judged by. */
#include "profileMaps.h"
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <bpf/skel_internal.h>

static int map_next(int fd, const void *key, void *next) {
  union bpf_attr attr;
  memset(&attr, 0, sizeof attr);
  attr.map_fd = fd;
  attr.key = (uintptr_t)key;
  attr.next_key = (uintptr_t)next;
  return skel_sys_bpf(BPF_MAP_GET_NEXT_KEY, &attr, sizeof attr);
}

/* Removes what `keep` does not want from a map; each removal starts over, as removals upset the order. */
static void prune(int fd, void *key, size_t size, int (*keep)(const struct probe_profile *, const void *), const struct probe_profile *profile) {
  uint64_t last;
  for (void *before = NULL; map_next(fd, before, key) == 0;) {
    if (!keep(profile, key) && skel_map_delete_elem(fd, key) == 0) { before = NULL; continue; }
    memcpy(&last, key, size);
    before = &last;
  }
}

static int by_id(const void *a, const void *b) { uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b; return x < y ? -1 : x > y; }
static int keeps_group(const struct probe_profile *profile, const void *key) { return bsearch(key, profile->groups, profile->group_count, sizeof *profile->groups, by_id) != NULL; }
static int by_process(const void *a, const void *b) { uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b; return x < y ? -1 : x > y; }
static int keeps_process(const struct probe_profile *profile, const void *key) { return bsearch(key, profile->processes, profile->process_count, sizeof *profile->processes, by_process) != NULL; }

int fill_groups(int fd, const struct probe_profile *profile) {
  uint64_t key;
  prune(fd, &key, sizeof key, keeps_group, profile);
  for (size_t i = 0; i < profile->group_count; i++) if (skel_map_update_elem(fd, &profile->groups[i].id, &profile->groups[i].bits, 0) < 0) return -errno;
  return 0;
}

int fill_processes(int fd, const struct probe_profile *profile, uint64_t result[64]) {
  uint64_t bits[64] = { 0 };
  uint32_t key;
  uint8_t yes = 1;
  prune(fd, &key, sizeof key, keeps_process, profile);
  for (size_t i = 0; i < profile->process_count; i++) {
    uint32_t id = profile->processes[i], hash = id * 2654435761u >> 20;
    if (skel_map_update_elem(fd, &id, &yes, 0) < 0) return -errno;
    bits[hash >> 6 & 63] |= 1ull << (hash & 63);
  }
  memcpy(result, bits, sizeof bits);
  return 0;
}

uint64_t bits_of_own(const uint32_t own[PROBE_OWN_MAX]) {
  uint64_t bits = 0;
  for (int i = 0; i < PROBE_OWN_MAX; i++) if (own[i] != 0) bits |= 1ull << (own[i] & 63);
  return bits;
}
