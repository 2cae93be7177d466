/* Loads the probe into the kernel and attaches it; what is left is descriptors and memory shared with the kernel. Plain C. */
#pragma once
#include <stdint.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PROBE_OWN_MAX = 8, PROBE_LIMIT_NR = 512, PROBE_CGROUP_PATH = 512, PROBE_COUNTER_NUMBERS = 5 + 32 };

struct probe_options {
  uint64_t ring_bytes;      /* a power of two; the least there is are a few hundred KiB */
  uint64_t epoch_offset_ns; /* added to boot time */
  uint32_t wake_bytes;      /* the kernel wakes the reader each time one CPU has put down so much */
  uint32_t own[PROBE_OWN_MAX]; /* process ids never traced; 0 ends the list */
};

/* A call under way, as the kernel side keeps it. */
struct probe_call { uint64_t start; uint64_t nr; uint64_t args[6]; };

struct probe;

/* What went wrong: which step, an errno, and the end of the verifier's log. */
struct probe_error { int code; char step[96]; char log[8192]; };

struct probe *probe_open(const struct probe_options *options, struct probe_error *error);
void probe_close(struct probe *probe);
/* Where records come from: descriptors to be mapped (driver/bpf/lane.h), how many areas and lanes there are, and what wakes the reader. */
struct probe_lanes { int areas_fd; uint32_t areas; int lanes_fd, lanes, spare_fd, wakes_fd; };
struct probe_lanes probe_ring(const struct probe *probe);
/* The reader is through with an area. 0, or an errno below 0. */
int probe_ring_return(const struct probe_lanes *ring, uint32_t area);
/* Which of the two objects it is, and why where that is not simply the one that suits the kernel ("" otherwise). */
enum probe_object { PROBE_SINCE_5_17, PROBE_SINCE_5_8 };
enum probe_object probe_object(const struct probe *probe);
const char *probe_object_why(const struct probe *probe);

/* What is asked for; the numbers are those of driver/schema/profile.ts. */
struct probe_group { uint64_t id; uint8_t bits; };
struct probe_profile {
  const uint8_t *calls; /* PROBE_LIMIT_NR */
  uint32_t rules;
  uint64_t slow_ns;
  uint32_t snaplen, snaplens[3];
  uint32_t hierarchy;
  int others_wanted;
  const struct probe_group *groups;
  size_t group_count;
  const uint32_t *processes;
  size_t process_count;
  int ends, signals; /* of threads; as events of their own */
  int widened;       /* more may be wanted than before: what is noted of calls under way does not count */
};
/* From the next event on; programs that nobody needs are detached. 0, or an errno below 0: the profile then holds in part. */
int probe_set_profile(struct probe *probe, const struct probe_profile *profile);
/* Attaches what the profile needs, or detaches it. */
int probe_enable(struct probe *probe, int enabled);
void probe_set_epoch_offset(struct probe *probe, uint64_t ns);
uint64_t probe_epoch_offset(const struct probe *probe);

/* Sums over the CPUs, by cause. */
int probe_losses(struct probe *probe, uint64_t *counts, size_t causes);
/* Calls visit for each call under way. 0, or an errno below 0. */
int probe_calls(struct probe *probe, void (*visit)(void *context, uint32_t tid, const struct probe_call *call), void *context);
/* Calls visit with the sum over the CPUs of each counter, of some twice with a part each: PROBE_COUNTER_NUMBERS numbers (COUNTER_FIELDS, then the buckets). */
int probe_counters(struct probe *probe, void (*visit)(void *context, uint64_t group, uint32_t call, const uint64_t *numbers), void *context);
/* Removes the counters of these groups; of all where groups is NULL. */
int probe_forget_counters(struct probe *probe, const uint64_t *groups, size_t count);
/* Path of a control group (v2) that was made since the probe is there; 0 where it is not known. */
int probe_cgroup_path(struct probe *probe, uint64_t id, char path[PROBE_CGROUP_PATH]);
/* Time spent in the probe and how often it ran, while the kernel keeps such statistics (probe_measure). */
int probe_measure(struct probe *probe);
void probe_run_time(struct probe *probe, uint64_t *ns, uint64_t *runs);

#ifdef __cplusplus
}
#endif
