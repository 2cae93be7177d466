/* Loads the probe from its light skeleton: relocation against the running kernel's BTF is done in the kernel, no library is needed. */
#include "loader.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include "porthole.lskel.h"
#include "event_table.gen.h"

#define ATTACHED 7
#define LOG_BYTES (1 << 20)

struct probe {
  struct porthole *skel;
  int cpus;
  int links[ATTACHED];
  int programs[ATTACHED];
  int measuring;
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
  skel->bss->config.snaplen = options->snaplen;
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

struct probe *probe_open(const struct probe_options *options, struct probe_error *error) {
  int result = 0, cpus = possible_cpus();
  memset(error, 0, sizeof *error);
  struct porthole *skel = load(options, cpus, NULL, &result);
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
  probe->measuring = -1;
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
  uint32_t zero = 0, one = 1;
  if (skel_map_update_elem(skel->maps.enters.map_fd, &zero, &skel->progs.n_execve.prog_fd, 0) < 0 || skel_map_update_elem(skel->maps.enters.map_fd, &one, &skel->progs.n_execveat.prog_fd, 0) < 0) {
    fail(error, errno, "fill the table of handlers");
    probe_close(probe);
    return NULL;
  }

  const int programs[ATTACHED] = { skel->progs.on_cgroup.prog_fd, skel->progs.on_fork.prog_fd, skel->progs.on_exec.prog_fd, skel->progs.on_thread_end.prog_fd, skel->progs.on_signal.prog_fd, skel->progs.on_enter.prog_fd, skel->progs.on_exit.prog_fd };
  memcpy(probe->programs, programs, sizeof programs);
  for (int i = 0; i < ATTACHED; i++) {
    probe->links[i] = skel_raw_tracepoint_open(NULL, programs[i]);
    if (probe->links[i] < 0) { fail(error, errno, "attach the probe"); probe_close(probe); return NULL; }
  }
  return probe;
}

void probe_close(struct probe *probe) {
  if (!probe) return;
  for (int i = 0; i < ATTACHED; i++) if (probe->links[i] >= 0) close(probe->links[i]);
  if (probe->measuring >= 0) close(probe->measuring);
  porthole__destroy(probe->skel);
  free(probe);
}

int probe_ring_fd(const struct probe *probe) { return probe->skel->maps.events.map_fd; }
void probe_enable(struct probe *probe, int enabled) { __atomic_store_n(&probe->skel->bss->config.enabled, enabled, __ATOMIC_SEQ_CST); }
void probe_set_snaplen(struct probe *probe, uint32_t bytes) { probe->skel->bss->config.snaplen = bytes; }
void probe_set_epoch_offset(struct probe *probe, uint64_t ns) { probe->skel->bss->config.epoch_offset = ns; }
uint64_t probe_epoch_offset(const struct probe *probe) { return probe->skel->bss->config.epoch_offset; }
void probe_set_unwanted(struct probe *probe, const uint8_t *unwanted) { memcpy(probe->skel->bss->config.unwanted, unwanted, PROBE_LIMIT_NR); }

int probe_set_cgroups(struct probe *probe, const uint64_t *ids, size_t count, int only) {
  int fd = probe->skel->maps.wanted_cgroups.map_fd;
  uint8_t yes = 1;
  for (size_t i = 0; i < count; i++) if (skel_map_update_elem(fd, &ids[i], &yes, 0) < 0) return -errno;
  probe->skel->bss->config.only_cgroups = only;
  uint64_t key;
  int stale;
  do { /* remove what is no longer wanted; each removal starts over, as removals upset the order */
    stale = 0;
    uint64_t *before = NULL, last;
    while (map_next(fd, before, &key) == 0) {
      int wanted = 0;
      for (size_t i = 0; i < count && !wanted; i++) wanted = ids[i] == key;
      if (!wanted) { stale = skel_map_delete_elem(fd, &key) == 0; break; }
      last = key;
      before = &last;
    }
  } while (stale);
  return 0;
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

void probe_calls(struct probe *probe, void (*visit)(void *, uint32_t, const struct probe_call *), void *context) {
  int fd = probe->skel->maps.calls.map_fd;
  uint32_t key, last, *before = NULL;
  struct probe_call call;
  for (int i = 0; i < 65536 && map_next(fd, before, &key) == 0; i++) {
    if (map_lookup(fd, &key, &call) == 0 && call.start != 0) visit(context, key, &call);
    last = key;
    before = &last;
  }
}

void probe_forget_calls(struct probe *probe) {
  int fd = probe->skel->maps.calls.map_fd;
  uint32_t key;
  for (int i = 0; i < 65536 && map_next(fd, NULL, &key) == 0; i++) skel_map_delete_elem(fd, &key);
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
