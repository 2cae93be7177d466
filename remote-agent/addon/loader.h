/* Loads the probe into the kernel and attaches it; what is left is descriptors and memory shared with the kernel. Plain C. */
#pragma once
#include <stdint.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PROBE_OWN_MAX = 8, PROBE_LIMIT_NR = 512, PROBE_CGROUP_PATH = 512 };

struct probe_options {
  uint64_t ring_bytes;      /* a power of two, at least one page */
  uint64_t epoch_offset_ns; /* added to boot time */
  uint64_t wake_bytes;      /* the kernel wakes the reader when so much waits */
  uint32_t snaplen;
  uint32_t own[PROBE_OWN_MAX]; /* process ids never traced; 0 ends the list */
};

/* A call under way, as the kernel side keeps it. */
struct probe_call { uint64_t start; uint64_t nr; uint64_t args[6]; };

struct probe;

/* What went wrong: which step, an errno, and the end of the verifier's log. */
struct probe_error { int code; char step[96]; char log[8192]; };

struct probe *probe_open(const struct probe_options *options, struct probe_error *error);
void probe_close(struct probe *probe);
int probe_ring_fd(const struct probe *probe);

void probe_enable(struct probe *probe, int enabled);
void probe_set_snaplen(struct probe *probe, uint32_t bytes);
void probe_set_epoch_offset(struct probe *probe, uint64_t ns);
uint64_t probe_epoch_offset(const struct probe *probe);
void probe_set_unwanted(struct probe *probe, const uint8_t *unwanted); /* PROBE_LIMIT_NR entries */
int probe_set_cgroups(struct probe *probe, const uint64_t *ids, size_t count, int only);

/* Sums over the CPUs, by cause. */
int probe_losses(struct probe *probe, uint64_t *counts, size_t causes);
/* Calls visit for each call under way. */
void probe_calls(struct probe *probe, void (*visit)(void *context, uint32_t tid, const struct probe_call *call), void *context);
void probe_forget_calls(struct probe *probe);
/* Path of a control group (v2) that was made since the probe is there; 0 where it is not known. */
int probe_cgroup_path(struct probe *probe, uint64_t id, char path[PROBE_CGROUP_PATH]);
/* Time spent in the probe and how often it ran, while the kernel keeps such statistics (probe_measure). */
int probe_measure(struct probe *probe);
void probe_run_time(struct probe *probe, uint64_t *ns, uint64_t *runs);

#ifdef __cplusplus
}
#endif
