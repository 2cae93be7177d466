/* Attaches the probe and takes part in what it shares with the kernel: profile, counters, calls under way. How it is loaded: loaderParts.c. */
#include "loaderParts.h"
#include "profileMaps.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/mman.h>
#include "lane.h"

/* What can be attached, in this order: enter before exit, so that what ends has been seen to begin. */
enum attachment { ON_CGROUP, ON_FORK, ON_THREAD_END, ON_SIGNAL, ON_ENTER, ON_EXIT, ATTACHED };

struct probe {
  struct parts parts;
  int cpus;
  uint32_t areas;
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

/* What is noted of threads whose end nobody saw goes, where it does not go with the thread: before it is looked for again. */
static void drop_calls(const struct probe *probe) {
  uint64_t key;
  if (probe->parts.object == PROBE_SINCE_5_8) while (map_next(probe->parts.maps.calls, NULL, &key) == 0 && skel_map_delete_elem(probe->parts.maps.calls, &key) == 0) { }
  else parts_clear_slots(&probe->parts);
}

/* What was found out when calls began holds no more when they end. */
static void next_edition(struct probe *probe) {
  uint32_t next = probe->parts.config->edition + 1;
  __atomic_store_n(&probe->parts.config->edition, next == 0 ? 1 : next, __ATOMIC_SEQ_CST);
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
    if (i == ON_THREAD_END) drop_calls(probe);
    probe->links[i] = skel_raw_tracepoint_open(NULL, probe->programs[i]);
    if (probe->links[i] < 0) return -errno;
  }
  return 0;
}

/* How many areas the ring has: as many as it shall hold bytes, but one for each CPU and one to change to. */
static uint32_t areas_of(const struct probe_options *options) {
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  uint64_t least = (online > 0 ? (uint64_t)online : 1) + 1, wanted = options->ring_bytes / AREA_BYTES;
  return (uint32_t)(wanted > least ? wanted : least);
}

struct probe *probe_open(const struct probe_options *options, struct probe_error *error) {
  memset(error, 0, sizeof *error);
  struct probe *probe = calloc(1, sizeof *probe);
  if (!probe) { fail(error, ENOMEM, "load the probe"); return NULL; }
  const struct parts_sizes sizes = { .cpus = (uint32_t)possible_cpus(), .areas = areas_of(options) };
  if (parts_open(&probe->parts, &sizes, error) < 0) { free(probe); return NULL; }
  struct parts *parts = &probe->parts;
  parts->config->epoch_offset = options->epoch_offset_ns;
  parts->config->wake_bytes = options->wake_bytes;
  memcpy(parts->config->own, options->own, sizeof options->own);
  parts->config->own_bits = bits_of_own(options->own);
  probe->cpus = (int)sizes.cpus;
  probe->areas = sizes.areas;
  probe->measuring = probe->lister = -1;
  for (int i = 0; i < ATTACHED; i++) probe->links[i] = -1;

#define SET_CALL_OF(family) \
  for (size_t i = 0; i < sizeof numbers_##family / sizeof *numbers_##family; i++) { \
    uint32_t nr = numbers_##family[i]; \
    if (skel_map_update_elem(parts->maps.exits, &nr, &parts->programs.x_##family, 0) < 0) { fail(error, errno, "fill the table of handlers"); probe_close(probe); return NULL; } \
  }
#define NUMBER(name) NR_##name,
#define NUMBERS_OF(family) static const uint32_t numbers_##family[] = { CALLS_##family(NUMBER) };
  FAMILIES(NUMBERS_OF)
  FAMILIES(SET_CALL_OF)
  for (uint32_t id = 0; id < probe->areas; id++) if (skel_map_update_elem(parts->maps.spare, NULL, &id, 0) < 0) { fail(error, errno, "lay out the ring"); probe_close(probe); return NULL; }
  const int programs[ATTACHED] = { parts->programs.on_cgroup, parts->programs.on_fork, parts->programs.on_thread_end, parts->programs.on_signal, parts->programs.on_enter, parts->programs.on_exit };
  memcpy(probe->programs, programs, sizeof programs);
  probe->wanted = (1u << ATTACHED) - 1;
  int result = attach(probe, 1u << ON_CGROUP);
  if (result < 0) { fail(error, result, "attach the probe"); probe_close(probe); return NULL; }
  return probe;
}

void probe_close(struct probe *probe) {
  if (!probe) return;
  for (int i = 0; i < ATTACHED; i++) if (probe->links[i] >= 0) close(probe->links[i]);
  if (probe->measuring >= 0) close(probe->measuring);
  if (probe->lister >= 0) close(probe->lister);
  parts_close(&probe->parts);
  free(probe);
}

struct probe_lanes probe_ring(const struct probe *probe) {
  return (struct probe_lanes){ .areas_fd = probe->parts.maps.areas, .areas = probe->areas, .lanes_fd = probe->parts.maps.scratch, .lanes = probe->cpus, .spare_fd = probe->parts.maps.spare, .wakes_fd = probe->parts.maps.wakes };
}
int probe_ring_return(const struct probe_lanes *ring, uint32_t area) { return skel_map_update_elem(ring->spare_fd, NULL, &area, 0) < 0 ? -errno : 0; }
void probe_set_epoch_offset(struct probe *probe, uint64_t ns) { probe->parts.config->epoch_offset = ns; }
uint64_t probe_epoch_offset(const struct probe *probe) { return probe->parts.config->epoch_offset; }

enum probe_object probe_object(const struct probe *probe) { return probe->parts.object; }
const char *probe_object_why(const struct probe *probe) { return probe->parts.why; }

static uint64_t boot_ns(void) {
  struct timespec t = { 0 };
  clock_gettime(CLOCK_BOOTTIME, &t);
  return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Whether calls are looked at when they begin. What was noted before is not believed afterwards. */
int probe_enable(struct probe *probe, int enabled) {
  if (enabled) {
    probe->parts.config->since = boot_ns();
    next_edition(probe);
    __atomic_store_n(&probe->parts.config->enabled, 1, __ATOMIC_SEQ_CST);
    return attach(probe, probe->wanted);
  }
  __atomic_store_n(&probe->parts.config->enabled, 0, __ATOMIC_SEQ_CST);
  return attach(probe, 1u << ON_CGROUP);
}

/* Calls at whose beginning more is to be done than to note their arguments. */
static const uint32_t begins[] = { NR_execve, NR_execveat, NR_clone3, NR_ppoll };

static struct scope scope_of(struct probe *probe) {
  probe_config *config = probe->parts.config;
  return (struct scope){
    .groups = probe->parts.maps.groups, .processes = probe->parts.maps.processes, .rules = &config->rules, .others_wanted = &config->others_wanted, .hierarchy = &config->hierarchy, .generation = &config->generation,
    .process_bits = (uint64_t *)config->process_bits, .verdicts = *probe->parts.verdicts, .verdicts_bytes = sizeof *probe->parts.verdicts,
  };
}

int probe_set_profile(struct probe *probe, const struct probe_profile *profile) {
  probe_config *config = probe->parts.config;
  const struct scope scope = scope_of(probe);
  int any = 0;
  next_edition(probe); /* and once more at the end: what calls find out meanwhile is of neither profile */
  int raised = scope_raise(&scope, profile);
  config->slow_ns = profile->slow_ns;
  config->snaplen = profile->snaplen;
  memcpy(config->snaplens, profile->snaplens, sizeof config->snaplens);
  if (profile->widened) config->since = boot_ns();
  __atomic_store_n(&config->rules, profile->rules, __ATOMIC_SEQ_CST);
  uint8_t calls[PROBE_LIMIT_NR];
  memcpy(calls, profile->calls, PROBE_LIMIT_NR);
  for (size_t i = 0; i < sizeof begins / sizeof *begins; i++) if (calls[begins[i]] != 0) calls[begins[i]] |= CALL_BEGINS;
  memcpy(config->calls, calls, PROBE_LIMIT_NR);
  int settled = scope_settle(&scope, profile);
  next_edition(probe);
  for (int nr = 0; nr < PROBE_LIMIT_NR; nr++) any |= profile->calls[nr];
  probe->wanted = 1u << ON_CGROUP | (any ? 1u << ON_ENTER | 1u << ON_EXIT | 1u << ON_FORK : 0) | (any || profile->ends ? 1u << ON_THREAD_END : 0) | (profile->signals ? 1u << ON_SIGNAL : 0);
  int result = config->enabled ? attach(probe, probe->wanted) : 0;
  return raised < 0 ? raised : settled < 0 ? settled : result;
}

int probe_losses(struct probe *probe, uint64_t *counts, size_t causes) {
  uint64_t *values = calloc(probe->cpus, sizeof *values);
  if (!values) return -ENOMEM;
  for (uint32_t cause = 0; cause < causes; cause++) {
    counts[cause] = 0;
    if (map_lookup(probe->parts.maps.losses, &cause, values) < 0) continue;
    for (int cpu = 0; cpu < probe->cpus; cpu++) counts[cause] += values[cpu];
  }
  free(values);
  return 0;
}

int probe_calls(struct probe *probe, void (*visit)(void *, uint32_t, const struct probe_call *), void *context) {
  struct { uint64_t tid; struct probe_call call; } rows[128];
  char *at = (char *)rows;
  ssize_t n, left = 0;
  if (probe->lister < 0) probe->lister = skel_link_create(probe->parts.programs.list_calls, 0, BPF_TRACE_ITER);
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
#define PLACES (sizeof(probe_owners) / sizeof(uint64_t))
#define PLACE_TAKEN (1 << 16)
#define NOBODY_ANY_MORE UINT64_MAX

static void sum_up(const struct probe *probe, const uint64_t *values, uint64_t *sum) {
  memset(sum, 0, PROBE_COUNTER_NUMBERS * sizeof *sum);
  for (int cpu = 0; cpu < probe->cpus; cpu++) for (int i = 0; i < PROBE_COUNTER_NUMBERS; i++) sum[i] += values[cpu * PROBE_COUNTER_NUMBERS + i];
}

/* A place is taken when the first call begins: none may have ended yet. */
static int is_counted(const uint64_t *sum) {
  for (int i = 0; i < PROBE_COUNTER_NUMBERS; i++) if (sum[i] != 0) return 1;
  return 0;
}

int probe_counters(struct probe *probe, void (*visit)(void *, uint64_t, uint32_t, const uint64_t *), void *context) {
  int fd = probe->parts.maps.counters;
  struct counter_key key, last, *before = NULL;
  uint64_t *values = calloc((size_t)probe->cpus * PROBE_COUNTER_NUMBERS, sizeof *values), sum[PROBE_COUNTER_NUMBERS];
  if (!values) return -ENOMEM;
  for (uint32_t place = 0; place < PLACES; place++) {
    uint64_t owner = (*probe->parts.owners)[place];
    if (owner == 0 || owner == NOBODY_ANY_MORE || map_lookup(probe->parts.maps.places, &place, values) < 0) continue;
    sum_up(probe, values, sum);
    if (is_counted(sum)) visit(context, owner >> 17, owner & 0xffff, sum);
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
  int fd = probe->parts.maps.counters, removed = 0, places = 0;
  uint64_t *owners = (uint64_t *)*probe->parts.owners, *nothing = calloc((size_t)probe->cpus * PROBE_COUNTER_NUMBERS, sizeof *nothing);
  struct counter_key key, last, *before = NULL;
  if (!nothing) return -ENOMEM;
  for (uint32_t place = 0; place < PLACES; place++) {
    uint64_t owner = owners[place];
    if (owner == 0 || (owner != NOBODY_ANY_MORE && !is_among(owner >> 17, groups, count))) continue;
    owners[place] = NOBODY_ANY_MORE;
    places++;
  }
  /* Whoever has found a place as it was is through with it before the next may take it: the first time those who find it as a call begins, the second those who found it noted. */
  for (int turn = 0; places > 0 && turn < 2; turn++) {
    usleep(2000);
    next_edition(probe);
  }
  if (places > 0) usleep(2000);
  for (uint32_t place = 0; place < PLACES && places > 0; place++) {
    if (owners[place] != NOBODY_ANY_MORE) continue;
    if (skel_map_update_elem(probe->parts.maps.places, &place, nothing, 0) < 0) continue;
    __atomic_store_n(&owners[place], 0, __ATOMIC_SEQ_CST);
    skel_map_delete_elem(probe->parts.maps.claims, &place);
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
  return map_lookup(probe->parts.maps.cgroup_paths, &id, path) == 0 && path[0] != 0;
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
