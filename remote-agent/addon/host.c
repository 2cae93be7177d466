/* Loads and reads the counters beside those of calls: from their light skeleton, or in their form for kernels from 5.8 on. */
#include "host.h"
#include "older.h"
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include "host.lskel.h"
#include "host_5_8.skel.h"
#include "event_table.gen.h"

enum { ON_SWITCH, ON_REQUEST_COMPLETE, ON_REQUEST_INSERT, ON_REQUEST_ISSUE, ON_TCP_STATE, ON_TCP_RETRANSMIT, ON_TCP_RETRANSMIT_SYNACK, ON_OOM, PROGRAMS };
/* NULL: the program knows its own tracepoint. */
static const struct { enum host_kind kind; const char *tracepoint; } programs[PROGRAMS] = {
  {HOST_CPU, NULL}, {HOST_DISK, "block_rq_complete"}, {HOST_DISK, "block_rq_insert"}, {HOST_DISK, "block_rq_issue"},
  {HOST_TCP, "inet_sock_set_state"}, {HOST_TCP, "tcp_retransmit_skb"}, {HOST_TCP, "tcp_retransmit_synack"}, {HOST_MEMORY, "mark_victim"},
};
static const size_t numbers[HOST_KINDS] = {HOST_CPU_NUMBERS, HOST_DISK_NUMBERS, HOST_TCP_NUMBERS, HOST_MEMORY_NUMBERS};
#define MOST_NUMBERS 128

/* Of the form for 5.8 alone: before 5.11 these tracepoints have an argument more, and programs that look at it cannot be attached where they do not. */
enum { QUEUED_INSERT, QUEUED_ISSUE, QUEUED };

struct host {
  struct host_bpf *skel; /* one of the two */
  struct older *older;
  int cpus, measuring;
  int maps[HOST_KINDS], look;
  volatile uint64_t *lost;
  int fds[PROGRAMS], queued[QUEUED], links[PROGRAMS];
  const char *missing[PROGRAMS + 1];
};

/* One more than the largest CPU number that this machine can ever have. */
static int possible_cpus(void) {
  char text[256] = "";
  int fd = open("/sys/devices/system/cpu/possible", O_RDONLY | O_CLOEXEC);
  if (fd >= 0) {
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    if (n > 0) text[n] = 0;
  }
  size_t n = strlen(text);
  while (n > 0 && (text[n - 1] < '0' || text[n - 1] > '9')) n--;
  while (n > 0 && text[n - 1] >= '0' && text[n - 1] <= '9') n--;
  if (text[0] != 0) return atoi(text + n) + 1;
  long online = sysconf(_SC_NPROCESSORS_CONF);
  return online > 0 ? (int)online : 1;
}

/* How many groups the scheduler's counters have room for: some 300 bytes each, and that for every CPU. */
static unsigned groups_for(int cpus) {
  unsigned groups = 65536u / (unsigned)cpus;
  return groups > 4096 ? 4096 : groups < 512 ? 512 : groups;
}

static int load_newer(struct host *host, unsigned kinds, uint32_t hierarchy) {
  host->skel = host_bpf__open();
  if (!host->skel) return -ENOMEM;
  host->skel->maps.cpu_counts.max_entries = kinds & 1u << HOST_CPU ? groups_for(host->cpus) : 1;
  if (!(kinds & 1u << HOST_CPU)) host->skel->maps.charged.max_entries = 1;
  host->skel->bss->hierarchy = hierarchy;
  int result = host_bpf__load(host->skel);
  if (result < 0) { host_bpf__destroy(host->skel); host->skel = NULL; return result; }
#define MAP(name) host->skel->maps.name.map_fd
#define FD(name) host->skel->progs.name.prog_fd
  const int maps[HOST_KINDS] = {MAP(cpu_counts), MAP(disk_counts), MAP(tcp_counts), MAP(memory_counts)};
  const int fds[PROGRAMS] = {FD(on_switch), FD(on_request_complete), FD(on_request_insert), FD(on_request_issue), FD(on_tcp_state), FD(on_tcp_retransmit), FD(on_tcp_retransmit_synack), FD(on_oom)};
  memcpy(host->maps, maps, sizeof maps);
  memcpy(host->fds, fds, sizeof fds);
  host->look = FD(on_look);
  host->lost = (volatile uint64_t *)host->skel->bss->groups_lost;
  return 0;
}

static int load_older(struct host *host, unsigned kinds, uint32_t hierarchy) {
  const struct helper_setting settings[] = {{"cpu_counts", kinds & 1u << HOST_CPU ? groups_for(host->cpus) : 1}, {"charged", kinds & 1u << HOST_CPU ? 32768 : 1}};
  static const char *const maps[HOST_KINDS] = {"cpu_counts", "disk_counts", "tcp_counts", "memory_counts"};
  static const char *const names[PROGRAMS] = {"on_switch", "on_request_complete", "on_request_insert", "on_request_issue", "on_tcp_state", "on_tcp_retransmit", "on_tcp_retransmit_synack", "on_oom"};
  size_t size = 0;
  int result = 0, absent = 0;
  const void *object = host_5_8__elf_bytes(&size);
  host->older = older_open(object, size, settings, sizeof settings / sizeof *settings, sizeof(struct host_5_8__bss), &result);
  if (!host->older) return result;
  for (int i = 0; i < HOST_KINDS; i++) absent += (host->maps[i] = older_map(host->older, maps[i])) < 0;
  for (int i = 0; i < PROGRAMS; i++) absent += (host->fds[i] = older_program(host->older, names[i])) < 0;
  absent += (host->queued[QUEUED_INSERT] = older_program(host->older, "on_request_insert_queued")) < 0;
  absent += (host->queued[QUEUED_ISSUE] = older_program(host->older, "on_request_issue_queued")) < 0;
  absent += (host->look = older_program(host->older, "on_look")) < 0;
  if (absent > 0) return -EBADMSG;
  struct host_5_8__bss *bss = older_bss(host->older);
  bss->hierarchy = hierarchy;
  host->lost = (volatile uint64_t *)bss->groups_lost;
  return 0;
}

/* Its link, or -1 with errno set. */
static int attach(const struct host *host, int program) {
  if (host->older && (program == ON_REQUEST_INSERT || program == ON_REQUEST_ISSUE)) {
    int link = skel_raw_tracepoint_open(programs[program].tracepoint, host->queued[program == ON_REQUEST_INSERT ? QUEUED_INSERT : QUEUED_ISSUE]);
    if (link >= 0) return link;
  }
  return skel_raw_tracepoint_open(programs[program].tracepoint, host->fds[program]);
}

struct host *host_open(unsigned kinds, uint32_t hierarchy, int *error) {
  struct host *host = calloc(1, sizeof *host);
  if (!host) { *error = ENOMEM; return NULL; }
  host->cpus = possible_cpus();
  host->measuring = -1;
  for (int i = 0; i < PROGRAMS; i++) host->links[i] = -1;
  const enum object_asked asked = object_asked();
  int result = -EAGAIN;
  /* The verifier gives up where a signal waits for the thread (kernel: do_check in kernel/bpf/verifier.c): again, then. */
  for (int attempt = 0; attempt < 20 && result == -EAGAIN && asked != OBJECT_SINCE_5_8; attempt++) result = load_newer(host, kinds, hierarchy);
  if (asked != OBJECT_SINCE_5_17 && older_may_do(result)) result = load_older(host, kinds, hierarchy);
  if (result < 0) { *error = -result; host_close(host); return NULL; }
  size_t missing = 0;
  for (int i = 0; i < PROGRAMS; i++) {
    if (!(kinds & 1u << programs[i].kind)) continue;
    host->links[i] = attach(host, i);
    if (host->links[i] >= 0) continue;
    if (errno == ENOENT && programs[i].tracepoint) { host->missing[missing++] = programs[i].tracepoint; continue; }
    *error = errno;
    host_close(host);
    return NULL;
  }
  return host;
}

const char *const *host_missing(const struct host *host) { return host->missing; }

void host_look(struct host *host) {
  if (host->links[ON_SWITCH] < 0) return;
  for (int cpu = 0; cpu < host->cpus; cpu++) {
    union bpf_attr attr;
    memset(&attr, 0, sizeof attr);
    attr.test.prog_fd = host->look;
    attr.test.flags = BPF_F_TEST_RUN_ON_CPU;
    attr.test.cpu = cpu;
    skel_sys_bpf(BPF_PROG_TEST_RUN, &attr, sizeof attr);  /* one that is not running has nothing to tell */
  }
}

int host_visit(struct host *host, enum host_kind kind, void (*visit)(void *, uint64_t, const uint64_t *, size_t), void *context) {
  size_t count = numbers[kind], copies = kind == HOST_CPU ? (size_t)host->cpus : 1;
  uint64_t key, last, *before = NULL, sum[MOST_NUMBERS], *values = calloc(count * copies, sizeof *values);
  union bpf_attr attr;
  if (!values) return -ENOMEM;
  for (int i = 0; i < 65536; i++) {
    memset(&attr, 0, sizeof attr);
    attr.map_fd = host->maps[kind];
    attr.key = (uintptr_t)before;
    attr.next_key = (uintptr_t)&key;
    if (skel_sys_bpf(BPF_MAP_GET_NEXT_KEY, &attr, sizeof attr) < 0) break;
    attr.key = (uintptr_t)&key;
    attr.value = (uintptr_t)values;
    if (skel_sys_bpf(BPF_MAP_LOOKUP_ELEM, &attr, sizeof attr) == 0) {
      memset(sum, 0, sizeof sum);
      for (size_t copy = 0; copy < copies; copy++) for (size_t n = 0; n < count; n++) sum[n] += values[copy * count + n];
      visit(context, key, sum, count);
    }
    last = key;
    before = &last;
  }
  free(values);
  return 0;
}

uint64_t host_lost(const struct host *host, enum host_kind kind) { return host->lost[kind]; }

int host_measure(struct host *host) {
  union bpf_attr attr;
  memset(&attr, 0, sizeof attr);
  attr.enable_stats.type = BPF_STATS_RUN_TIME;
  if (host->measuring < 0) host->measuring = skel_sys_bpf(BPF_ENABLE_STATS, &attr, sizeof attr);
  return host->measuring < 0 ? -errno : 0;
}

void host_run_time(const struct host *host, uint64_t *ns, uint64_t *runs) {
  *ns = *runs = 0;
  for (int i = 0; i < PROGRAMS; i++) {
    struct bpf_prog_info info;
    union bpf_attr attr;
    memset(&info, 0, sizeof info);
    memset(&attr, 0, sizeof attr);
    attr.info.bpf_fd = host->fds[i];
    attr.info.info_len = sizeof info;
    attr.info.info = (uintptr_t)&info;
    if (skel_sys_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof attr) < 0) continue;
    *ns += info.run_time_ns;
    *runs += info.run_cnt;
  }
}

void host_close(struct host *host) {
  for (int i = 0; i < PROGRAMS; i++) if (host->links[i] >= 0) close(host->links[i]);
  if (host->measuring >= 0) close(host->measuring);
  if (host->skel) host_bpf__destroy(host->skel);
  older_close(host->older);
  free(host);
}
