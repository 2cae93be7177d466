/* Loads the probe from its light skeleton: relocation against the running kernel's BTF is done in the kernel, no library is needed. */
#include "loader.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/mman.h>
#include "porthole.lskel.h"
#include "event_table.gen.h"

#define LOG_BYTES (1 << 20)

/* What can be attached, in this order: enter before exit, so that what ends has been seen to begin. */
enum attachment { ON_CGROUP, ON_FORK, ON_THREAD_END, ON_SIGNAL, ON_ENTER, ON_EXIT, ATTACHED };

struct probe {
  struct porthole *skel;
  int cpus;
  int links[ATTACHED];
  int programs[ATTACHED];
  unsigned wanted; /* bits by attachment: what the profile needs */
  int measuring;
  int lister; /* of calls under way; made when somebody asks */
};

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

static void fail(struct probe_error *error, int code, const char *step) {
  error->code = code < 0 ? -code : code;
  snprintf(error->step, sizeof error->step, "%s", step);
}

/* One more than the largest CPU number that this machine can ever have. */
static int possible_cpus(void) {
  char text[256] = "";
  int fd = open("/sys/devices/system/cpu/possible", O_RDONLY | O_CLOEXEC);
  if (fd >= 0) {
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    if (n > 0) text[n] = 0;
  }
  const char *last = text + strlen(text);
  while (last > text && (last[-1] == '\n')) last--;
  while (last > text && last[-1] >= '0' && last[-1] <= '9') last--;
  int cpu = atoi(last);
  if (text[0] != 0) return cpu + 1;
  long n = sysconf(_SC_NPROCESSORS_CONF);
  return n > 0 ? (int)n : 1;
}

static struct porthole *load(const struct probe_options *options, int cpus, char *log, int *result) {
  struct porthole *skel = porthole__open();
  if (!skel) { *result = -ENOMEM; return NULL; }
  skel->maps.scratch.max_entries = cpus;
  skel->maps.events.max_entries = options->ring_bytes;
  if (log) {
    skel->ctx.log_level = 4; /* what is wrong, without every step to it */
    skel->ctx.log_size = LOG_BYTES;
    skel->ctx.log_buf = (uintptr_t)log;
  }
  skel->bss->config.epoch_offset = options->epoch_offset_ns;
  skel->bss->config.wake_bytes = options->wake_bytes;
  memcpy(skel->bss->config.own, options->own, sizeof options->own);
  *result = porthole__load(skel);
  if (*result < 0) { porthole__destroy(skel); return NULL; }
  return skel;
}

/* The end of the log, which says what the verifier refused. */
static void keep_log_tail(struct probe_error *error, const char *log) {
  size_t n = strnlen(log, LOG_BYTES), keep = sizeof error->log - 1;
  snprintf(error->log, sizeof error->log, "%s", n > keep ? log + n - keep : log);
}

/* Has these programs attached, and no others. */
static int attach(struct probe *probe, unsigned wanted) {
  for (int i = ATTACHED - 1; i >= 0; i--) {
    if ((wanted & 1u << i) || probe->links[i] < 0) continue;
    close(probe->links[i]);
    probe->links[i] = -1;
  }
  for (int i = 0; i < ATTACHED; i++) {
    if (!(wanted & 1u << i) || probe->links[i] >= 0) continue;
    probe->links[i] = skel_raw_tracepoint_open(NULL, probe->programs[i]);
    if (probe->links[i] < 0) return -errno;
  }
  return 0;
}

struct probe *probe_open(const struct probe_options *options, struct probe_error *error) {
  int result = 0, cpus = possible_cpus();
  memset(error, 0, sizeof *error);
  struct porthole *skel = load(options, cpus, NULL, &result);
  /* The verifier gives up where a signal waits for the thread (kernel: do_check in kernel/bpf/verifier.c): again, then. */
  for (int attempt = 0; attempt < 20 && !skel && result == -EAGAIN; attempt++) skel = load(options, cpus, NULL, &result);
  if (!skel) {
    if (result != -EPERM && result != -ENOSYS) {
      char *log = calloc(1, LOG_BYTES);
      int again = 0;
      if (log) {
        struct porthole *second = load(options, cpus, log, &again);
        if (second) porthole__destroy(second);
        keep_log_tail(error, log);
        free(log);
      }
    }
    fail(error, result, "load the probe");
    return NULL;
  }
  struct probe *probe = calloc(1, sizeof *probe);
  if (!probe) { porthole__destroy(skel); fail(error, ENOMEM, "load the probe"); return NULL; }
  probe->skel = skel;
  probe->cpus = cpus;
  probe->measuring = probe->lister = -1;
  for (int i = 0; i < ATTACHED; i++) probe->links[i] = -1;

#define SET_CALL_OF(family) \
  for (size_t i = 0; i < sizeof numbers_##family / sizeof *numbers_##family; i++) { \
    uint32_t nr = numbers_##family[i]; \
    if (skel_map_update_elem(skel->maps.exits.map_fd, &nr, &skel->progs.x_##family.prog_fd, 0) < 0) { fail(error, errno, "fill the table of handlers"); probe_close(probe); return NULL; } \
  }
#define NUMBER(name) NR_##name,
#define NUMBERS_OF(family) static const uint32_t numbers_##family[] = { CALLS_##family(NUMBER) };
  FAMILIES(NUMBERS_OF)
  FAMILIES(SET_CALL_OF)
  const int programs[ATTACHED] = { skel->progs.on_cgroup.prog_fd, skel->progs.on_fork.prog_fd, skel->progs.on_thread_end.prog_fd, skel->progs.on_signal.prog_fd, skel->progs.on_enter.prog_fd, skel->progs.on_exit.prog_fd };
  memcpy(probe->programs, programs, sizeof programs);
  probe->wanted = (1u << ATTACHED) - 1;
  result = attach(probe, 1u << ON_CGROUP);
  if (result < 0) { fail(error, result, "attach the probe"); probe_close(probe); return NULL; }
  return probe;
}

void probe_close(struct probe *probe) {
  if (!probe) return;
  for (int i = 0; i < ATTACHED; i++) if (probe->links[i] >= 0) close(probe->links[i]);
  if (probe->measuring >= 0) close(probe->measuring);
  if (probe->lister >= 0) close(probe->lister);
  porthole__destroy(probe->skel);
  free(probe);
}

int probe_ring_fd(const struct probe *probe) { return probe->skel->maps.events.map_fd; }
void probe_set_epoch_offset(struct probe *probe, uint64_t ns) { probe->skel->bss->config.epoch_offset = ns; }
uint64_t probe_epoch_offset(const struct probe *probe) { return probe->skel->bss->config.epoch_offset; }

static uint64_t boot_ns(void) {
  struct timespec t = { 0 };
  clock_gettime(CLOCK_BOOTTIME, &t);
  return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Whether calls are looked at when they begin. What was noted before is not believed afterwards. */
int probe_enable(struct probe *probe, int enabled) {
  if (enabled) {
    probe->skel->bss->config.since = boot_ns();
    __atomic_store_n(&probe->skel->bss->config.enabled, 1, __ATOMIC_SEQ_CST);
    return attach(probe, probe->wanted);
  }
  __atomic_store_n(&probe->skel->bss->config.enabled, 0, __ATOMIC_SEQ_CST);
  return attach(probe, 1u << ON_CGROUP);
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

static int set_groups(struct probe *probe, const struct probe_profile *profile) {
  int fd = probe->skel->maps.groups.map_fd;
  uint64_t key;
  prune(fd, &key, sizeof key, keeps_group, profile);
  for (size_t i = 0; i < profile->group_count; i++) if (skel_map_update_elem(fd, &profile->groups[i].id, &profile->groups[i].bits, 0) < 0) return -errno;
  return 0;
}

static int set_processes(struct probe *probe, const struct probe_profile *profile) {
  int fd = probe->skel->maps.processes.map_fd;
  uint64_t bits[64] = { 0 };
  uint32_t key;
  uint8_t yes = 1;
  prune(fd, &key, sizeof key, keeps_process, profile);
  for (size_t i = 0; i < profile->process_count; i++) {
    uint32_t id = profile->processes[i], hash = id * 2654435761u >> 20;
    if (skel_map_update_elem(fd, &id, &yes, 0) < 0) return -errno;
    bits[hash >> 6 & 63] |= 1ull << (hash & 63);
  }
  memcpy(probe->skel->bss->config.process_bits, bits, sizeof bits);
  return 0;
}

int probe_set_profile(struct probe *probe, const struct probe_profile *profile) {
  struct porthole__bss *bss = probe->skel->bss;
  int groups = set_groups(probe, profile), processes = set_processes(probe, profile), any = 0;
  bss->config.others_wanted = profile->others_wanted;
  bss->config.hierarchy = profile->hierarchy;
  /* Whoever judges by the old groups does so under the old generation. */
  __atomic_store_n(&bss->config.generation, (bss->config.generation + 1) & 0x7fff, __ATOMIC_SEQ_CST);
  memset(bss->verdicts, 0, sizeof bss->verdicts);
  bss->config.slow_ns = profile->slow_ns;
  bss->config.snaplen = profile->snaplen;
  memcpy(bss->config.snaplens, profile->snaplens, sizeof bss->config.snaplens);
  if (profile->widened) bss->config.since = boot_ns();
  __atomic_store_n(&bss->config.rules, profile->rules, __ATOMIC_SEQ_CST);
  memcpy(bss->config.calls, profile->calls, PROBE_LIMIT_NR);
  for (int nr = 0; nr < PROBE_LIMIT_NR; nr++) any |= profile->calls[nr];
  probe->wanted = 1u << ON_CGROUP | (any ? 1u << ON_ENTER | 1u << ON_EXIT | 1u << ON_FORK : 0) | (any || profile->ends ? 1u << ON_THREAD_END : 0) | (profile->signals ? 1u << ON_SIGNAL : 0);
  int result = bss->config.enabled ? attach(probe, probe->wanted) : 0;
  return groups < 0 ? groups : processes < 0 ? processes : result;
}

int probe_losses(struct probe *probe, uint64_t *counts, size_t causes) {
  uint64_t *values = calloc(probe->cpus, sizeof *values);
  if (!values) return -ENOMEM;
  for (uint32_t cause = 0; cause < causes; cause++) {
    counts[cause] = 0;
    if (map_lookup(probe->skel->maps.losses.map_fd, &cause, values) < 0) continue;
    for (int cpu = 0; cpu < probe->cpus; cpu++) counts[cause] += values[cpu];
  }
  free(values);
  return 0;
}

int probe_calls(struct probe *probe, void (*visit)(void *, uint32_t, const struct probe_call *), void *context) {
  struct { uint64_t tid; struct probe_call call; } rows[128];
  char *at = (char *)rows;
  ssize_t n, left = 0;
  if (probe->lister < 0) probe->lister = skel_link_create(probe->skel->progs.list_calls.prog_fd, 0, BPF_TRACE_ITER);
  if (probe->lister < 0) return -errno;
  union bpf_attr attr;
  memset(&attr, 0, sizeof attr);
  attr.iter_create.link_fd = probe->lister;
  int fd = skel_sys_bpf(BPF_ITER_CREATE, &attr, sizeof attr);
  if (fd < 0) return -errno;
  /* A read may end in the middle of a row. */
  while ((n = read(fd, at + left, sizeof rows - left)) > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN))) {
    if (n < 0) continue;
    left += n;
    size_t whole = left / sizeof *rows;
    for (size_t i = 0; i < whole; i++) visit(context, (uint32_t)rows[i].tid, &rows[i].call);
    left -= whole * sizeof *rows;
    memmove(rows, rows + whole, left);
  }
  int result = n < 0 ? -errno : 0;
  close(fd);
  return result;
}

/* A counter lies in a place of its own or in the hash table, or, where two CPUs met it first at once, in both. */
struct counter_key { uint64_t group, call; };
#define PLACES (sizeof ((struct porthole__bss *)0)->owners / sizeof *((struct porthole__bss *)0)->owners)
#define PLACE_TAKEN (1 << 16)
#define NOBODY_ANY_MORE UINT64_MAX

static void sum_up(const struct probe *probe, const uint64_t *values, uint64_t *sum) {
  memset(sum, 0, PROBE_COUNTER_NUMBERS * sizeof *sum);
  for (int cpu = 0; cpu < probe->cpus; cpu++) for (int i = 0; i < PROBE_COUNTER_NUMBERS; i++) sum[i] += values[cpu * PROBE_COUNTER_NUMBERS + i];
}

int probe_counters(struct probe *probe, void (*visit)(void *, uint64_t, uint32_t, const uint64_t *), void *context) {
  int fd = probe->skel->maps.counters.map_fd;
  struct counter_key key, last, *before = NULL;
  uint64_t *values = calloc((size_t)probe->cpus * PROBE_COUNTER_NUMBERS, sizeof *values), sum[PROBE_COUNTER_NUMBERS];
  if (!values) return -ENOMEM;
  for (uint32_t place = 0; place < PLACES; place++) {
    uint64_t owner = probe->skel->bss->owners[place];
    if (owner == 0 || owner == NOBODY_ANY_MORE || map_lookup(probe->skel->maps.places.map_fd, &place, values) < 0) continue;
    sum_up(probe, values, sum);
    visit(context, owner >> 17, owner & 0xffff, sum);
  }
  while (map_next(fd, before, &key) == 0) {
    if (map_lookup(fd, &key, values) == 0) {
      sum_up(probe, values, sum);
      visit(context, key.group, (uint32_t)key.call, sum);
    }
    last = key;
    before = &last;
  }
  free(values);
  return 0;
}

static int is_among(uint64_t group, const uint64_t *groups, size_t count) {
  for (size_t i = 0; i < count; i++) if (groups[i] == group) return 1;
  return groups == NULL;
}

int probe_forget_counters(struct probe *probe, const uint64_t *groups, size_t count) {
  int fd = probe->skel->maps.counters.map_fd, removed = 0, places = 0;
  uint64_t *owners = probe->skel->bss->owners, *nothing = calloc((size_t)probe->cpus * PROBE_COUNTER_NUMBERS, sizeof *nothing);
  struct counter_key key, last, *before = NULL;
  if (!nothing) return -ENOMEM;
  for (uint32_t place = 0; place < PLACES; place++) {
    uint64_t owner = owners[place];
    if (owner == 0 || (owner != NOBODY_ANY_MORE && !is_among(owner >> 17, groups, count))) continue;
    owners[place] = NOBODY_ANY_MORE;
    places++;
  }
  /* Whoever has found a place as it was is through with it before the next may take it. */
  if (places > 0) usleep(2000);
  for (uint32_t place = 0; place < PLACES && places > 0; place++) {
    if (owners[place] != NOBODY_ANY_MORE) continue;
    if (skel_map_update_elem(probe->skel->maps.places.map_fd, &place, nothing, 0) < 0) continue;
    __atomic_store_n(&owners[place], 0, __ATOMIC_SEQ_CST);
    skel_map_delete_elem(probe->skel->maps.claims.map_fd, &place);
    removed++;
  }
  free(nothing);
  while (map_next(fd, before, &key) == 0) {
    if (is_among(key.group, groups, count) && skel_map_delete_elem(fd, &key) == 0) { removed++; before = NULL; continue; }
    last = key;
    before = &last;
  }
  return removed;
}

int probe_cgroup_path(struct probe *probe, uint64_t id, char path[PROBE_CGROUP_PATH]) {
  path[0] = 0;
  return map_lookup(probe->skel->maps.cgroup_paths.map_fd, &id, path) == 0 && path[0] != 0;
}

int probe_measure(struct probe *probe) {
  union bpf_attr attr;
  memset(&attr, 0, sizeof attr);
  attr.enable_stats.type = BPF_STATS_RUN_TIME;
  if (probe->measuring < 0) probe->measuring = skel_sys_bpf(BPF_ENABLE_STATS, &attr, sizeof attr);
  return probe->measuring < 0 ? -errno : 0;
}

void probe_run_time(struct probe *probe, uint64_t *ns, uint64_t *runs) {
  *ns = *runs = 0;
  for (int i = 0; i < ATTACHED; i++) {
    struct bpf_prog_info info;
    union bpf_attr attr;
    memset(&info, 0, sizeof info);
    memset(&attr, 0, sizeof attr);
    attr.info.bpf_fd = probe->programs[i];
    attr.info.info_len = sizeof info;
    attr.info.info = (uintptr_t)&info;
    if (skel_sys_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof attr) < 0) continue;
    *ns += info.run_time_ns;
    *runs += info.run_cnt;
  }
}
