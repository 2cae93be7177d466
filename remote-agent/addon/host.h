/* Counters by control group beside those of calls: loaded and attached on their own. */
#pragma once
#include <stdint.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum host_kind { HOST_CPU, HOST_DISK, HOST_TCP, HOST_MEMORY, HOST_KINDS };

struct host;
/* `kinds`: bits by host_kind; `hierarchy`: HIERARCHY_*. NULL with *error set to an errno. Tracepoints that this kernel lacks are left out. */
struct host *host_open(unsigned kinds, uint32_t hierarchy, int *error);
/* Names of tracepoints that were asked for and are not there, NULL at the end. */
const char *const *host_missing(const struct host *host);
/* Takes in what tasks on processors have done until now; without it the counters stand as of when they last left one. */
void host_look(struct host *host);
/* Calls visit for each group with its numbers (driver/schema/host.ts), summed up over CPUs. 0, or an errno below 0. */
int host_visit(struct host *host, enum host_kind kind, void (*visit)(void *context, uint64_t group, const uint64_t *numbers, size_t count), void *context);
/* What was not counted because there were too many groups. */
uint64_t host_lost(const struct host *host, enum host_kind kind);
/* Has the kernel keep run times, and tells them: ns and runs of all programs so far. */
int host_measure(struct host *host);
void host_run_time(const struct host *host, uint64_t *ns, uint64_t *runs);
void host_close(struct host *host);

#ifdef __cplusplus
}
#endif
