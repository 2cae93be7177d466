/* Loads the events that are no calls, from their light skeleton or in their form for kernels from 5.8 on, and reads their ring (the kernel's documentation, "BPF ring buffer"). */
#include "hostEvents.h"
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include "older.h"
#include "hostEvents.lskel.h"
#include "hostEvents_5_8.skel.h"
#include "event_table.gen.h"
#include "profileMaps.h"

enum { ON_OOM, ON_SWITCH, ON_FAULT_OF_USER, ON_FAULT_OF_KERNEL, ATTACHED };
/* NULL: the program knows its own tracepoint. */
static const struct { unsigned event; const char *tracepoint; } attachments[ATTACHED] = {
  {HOST_EVENT_OOM_KILLS, "mark_victim"}, {HOST_EVENT_SWITCHES, NULL}, {HOST_EVENT_PAGE_FAULTS, "page_fault_user"}, {HOST_EVENT_PAGE_FAULTS, "page_fault_kernel"},
};

typedef __typeof__(((struct host_events_bpf__bss *)0)->config) events_config;
typedef __typeof__(((struct host_events_bpf__bss *)0)->verdicts) events_verdicts;
_Static_assert(sizeof(((struct hostEvents_5_8__bss *)0)->config) == sizeof(events_config), "both forms take one configuration");
_Static_assert(sizeof(((struct hostEvents_5_8__bss *)0)->verdicts) == sizeof(events_verdicts), "and as many verdicts");

struct host_events {
  struct host_events_bpf *skel; /* one of the two */
  struct older *older;
  int ring, groups, processes; /* maps */
  /* Shared with the kernel. */
  events_config *config;
  events_verdicts *verdicts;
  volatile uint64_t *lost;
  int programs[ATTACHED], links[ATTACHED];
  unsigned missing;
  uint64_t ring_bytes;
  size_t page;
  uint8_t *consumer, *producer; /* pages of the ring: its data are mapped twice in a row, so that no record breaks */
};

static int load_newer(struct host_events *events, const struct host_events_options *options) {
  struct host_events_bpf *skel = host_events_bpf__open();
  if (!skel) return -ENOMEM;
  skel->maps.host_events.max_entries = options->ring_bytes;
  int result = host_events_bpf__load(skel);
  if (result < 0) { host_events_bpf__destroy(skel); return result; }
  events->skel = skel;
  const int programs[ATTACHED] = {skel->progs.on_oom.prog_fd, skel->progs.on_switch.prog_fd, skel->progs.on_page_fault.prog_fd, skel->progs.on_page_fault.prog_fd};
  memcpy(events->programs, programs, sizeof programs);
  events->ring = skel->maps.host_events.map_fd;
  events->groups = skel->maps.groups.map_fd;
  events->processes = skel->maps.processes.map_fd;
  events->config = &skel->bss->config;
  events->verdicts = &skel->bss->verdicts;
  events->lost = (volatile uint64_t *)&skel->bss->host_lost;
  return 0;
}

static int load_older(struct host_events *events, const struct host_events_options *options) {
  const struct helper_setting settings[] = {{"host_events", (uint32_t)options->ring_bytes}};
  static const char *const names[ATTACHED] = {"on_oom", "on_switch", "on_page_fault", "on_page_fault"};
  size_t size = 0;
  int result = 0, absent = 0;
  const void *object = hostEvents_5_8__elf_bytes(&size);
  events->older = older_open(object, size, settings, 1, sizeof(struct hostEvents_5_8__bss), &result);
  if (!events->older) return result;
  for (int i = 0; i < ATTACHED; i++) absent += (events->programs[i] = older_program(events->older, names[i])) < 0;
  absent += (events->ring = older_map(events->older, "host_events")) < 0;
  absent += (events->groups = older_map(events->older, "groups")) < 0;
  absent += (events->processes = older_map(events->older, "processes")) < 0;
  if (absent > 0) return -EBADMSG;
  struct hostEvents_5_8__bss *bss = older_bss(events->older);
  events->config = (void *)&bss->config;
  events->verdicts = (void *)&bss->verdicts;
  events->lost = (volatile uint64_t *)&bss->host_lost;
  return 0;
}

struct host_events *host_events_open(const struct host_events_options *options, int *error) {
  struct host_events *events = calloc(1, sizeof *events);
  int result = -EAGAIN;
  if (!events) { *error = ENOMEM; return NULL; }
  events->ring_bytes = options->ring_bytes;
  events->page = (size_t)sysconf(_SC_PAGESIZE);
  for (int i = 0; i < ATTACHED; i++) events->links[i] = -1;
  const enum object_asked asked = object_asked();
  /* The verifier gives up where a signal waits for the thread (kernel: do_check in kernel/bpf/verifier.c): again, then. */
  for (int attempt = 0; attempt < 20 && result == -EAGAIN && asked != OBJECT_SINCE_5_8; attempt++) result = load_newer(events, options);
  if (asked != OBJECT_SINCE_5_17 && older_may_do(result)) result = load_older(events, options);
  if (result < 0) { *error = -result; host_events_close(events); return NULL; }
  events->config->epoch_offset = options->epoch_offset_ns;
  events->config->others_wanted = 1;
  memcpy(events->config->own, options->own, sizeof options->own);
  events->config->own_bits = bits_of_own(options->own);
  int ring = events->ring;
  void *consumer = mmap(NULL, events->page, PROT_READ | PROT_WRITE, MAP_SHARED, ring, 0);
  if (consumer == MAP_FAILED) { *error = errno; host_events_close(events); return NULL; }
  events->consumer = consumer;
  void *producer = mmap(NULL, events->page + 2 * events->ring_bytes, PROT_READ, MAP_SHARED, ring, (off_t)events->page);
  if (producer == MAP_FAILED) { *error = errno; host_events_close(events); return NULL; }
  events->producer = producer;
  return events;
}

void host_events_close(struct host_events *events) {
  if (!events) return;
  for (int i = 0; i < ATTACHED; i++) if (events->links[i] >= 0) close(events->links[i]);
  if (events->producer) munmap(events->producer, events->page + 2 * events->ring_bytes);
  if (events->consumer) munmap(events->consumer, events->page);
  if (events->skel) host_events_bpf__destroy(events->skel);
  older_close(events->older);
  free(events);
}

static int attach(struct host_events *events, unsigned wanted) {
  events->missing = 0;
  for (int i = 0; i < ATTACHED; i++) {
    int *link = &events->links[i];
    if (!(wanted & attachments[i].event)) {
      if (*link >= 0) close(*link);
      *link = -1;
    } else if (*link < 0) {
      *link = skel_raw_tracepoint_open(attachments[i].tracepoint, events->programs[i]);
      if (*link >= 0) continue;
      if (errno != ENOENT) return -errno;
      events->missing |= attachments[i].event;
    }
  }
  return 0;
}

int host_events_set(struct host_events *events, const struct probe_profile *profile, unsigned wanted) {
  events_config *config = events->config;
  const struct scope scope = {
    .groups = events->groups, .processes = events->processes, .rules = &config->rules, .others_wanted = &config->others_wanted, .hierarchy = &config->hierarchy, .generation = &config->generation,
    .process_bits = (uint64_t *)config->process_bits, .verdicts = *events->verdicts, .verdicts_bytes = sizeof *events->verdicts,
  };
  int raised = scope_raise(&scope, profile);
  __atomic_store_n(&config->rules, profile->rules, __ATOMIC_SEQ_CST);
  __atomic_store_n(&config->enabled, wanted != 0, __ATOMIC_SEQ_CST);
  int settled = scope_settle(&scope, profile), result = attach(events, wanted);
  return raised < 0 ? raised : settled < 0 ? settled : result;
}

void host_events_set_epoch_offset(struct host_events *events, uint64_t ns) { events->config->epoch_offset = ns; }
unsigned host_events_missing(const struct host_events *events) { return events->missing; }
uint64_t host_events_lost(const struct host_events *events) { return *events->lost; }

static uint64_t load_u64(const uint8_t *at) { return __atomic_load_n((const uint64_t *)at, __ATOMIC_ACQUIRE); }

uint64_t host_events_waiting(const struct host_events *events) { return load_u64(events->producer) - load_u64(events->consumer); }

/* Size of a record with its header and padding. */
static size_t size_of(uint32_t head) { return ((head & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT)) + BPF_RINGBUF_HDR_SZ + 7) & ~(size_t)7; }

static uint64_t time_of(const uint8_t *record) {
  uint64_t ns;
  memcpy(&ns, record + BPF_RINGBUF_HDR_SZ + RECORD_EVENT + EVENT_TS, sizeof ns);
  return ns;
}

size_t host_events_merge(struct host_events *events, uint8_t *batch, size_t used, size_t capacity, uint64_t until, uint64_t *records) {
  const uint8_t *ring = events->producer + events->page;
  uint64_t from = load_u64(events->consumer), to = load_u64(events->producer), at = from;
  size_t more = 0;
  for (; at < to;) {
    const uint8_t *record = ring + (at & (events->ring_bytes - 1));
    uint32_t head = __atomic_load_n((const uint32_t *)record, __ATOMIC_ACQUIRE);
    size_t size = size_of(head);
    if (head & BPF_RINGBUF_BUSY_BIT) break;
    if (!(head & BPF_RINGBUF_DISCARD_BIT)) {
      if (time_of(record) > until || used + more + size > capacity) break;
      more += size;
      ++*records;
    }
    at += size;
  }
  if (at == from) return used;
  /* What is there moves to the end, and from there, with what comes, to its place: that never overtakes it. */
  memmove(batch + more, batch, used);
  uint8_t *out = batch;
  const uint8_t *old = batch + more, *end = batch + more + used;
  for (uint64_t next = from; next < at;) {
    const uint8_t *record = ring + (next & (events->ring_bytes - 1));
    uint32_t head;
    memcpy(&head, record, sizeof head);
    next += size_of(head);
    if (head & BPF_RINGBUF_DISCARD_BIT) continue;
    for (uint64_t time = time_of(record); old < end;) {
      uint32_t other;
      memcpy(&other, old, sizeof other);
      size_t size = size_of(other);
      if (!(other & BPF_RINGBUF_DISCARD_BIT) && time_of(old) > time) break;
      memmove(out, old, size);
      out += size;
      old += size;
    }
    memcpy(out, record, size_of(head));
    out += size_of(head);
  }
  __atomic_store_n((uint64_t *)events->consumer, at, __ATOMIC_RELEASE);
  return used + more;
}

void host_events_run_time(const struct host_events *events, uint64_t *ns, uint64_t *runs) {
  for (int i = 0; i < ATTACHED - 1; i++) { /* the last two are one program */
    struct bpf_prog_info info;
    union bpf_attr attr;
    memset(&info, 0, sizeof info);
    memset(&attr, 0, sizeof attr);
    attr.info.bpf_fd = events->programs[i];
    attr.info.info_len = sizeof info;
    attr.info.info = (uintptr_t)&info;
    if (skel_sys_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof attr) < 0) continue;
    *ns += info.run_time_ns;
    *runs += info.run_cnt;
  }
}
