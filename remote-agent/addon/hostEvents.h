/* Events that are no calls: loaded and attached on their own, with a ring of their own. */
#pragma once
#include "loader.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What of it is asked for; bits. */
enum { HOST_EVENT_SWITCHES = 1, HOST_EVENT_PAGE_FAULTS = 2, HOST_EVENT_OOM_KILLS = 4 };

struct host_events;
struct host_events_options { uint64_t ring_bytes, epoch_offset_ns; uint32_t own[PROBE_OWN_MAX]; };
/* Attaches nothing. NULL with *error set to an errno. */
struct host_events *host_events_open(const struct host_events_options *options, int *error);
/* Which events (HOST_EVENT_*) of which tasks; programs that nobody needs are detached. 0, or an errno below 0. */
int host_events_set(struct host_events *events, const struct probe_profile *profile, unsigned wanted);
void host_events_set_epoch_offset(struct host_events *events, uint64_t ns);
/* Tracepoints that were asked for and are not there: HOST_EVENT_* bits. */
unsigned host_events_missing(const struct host_events *events);
/* Events for which the ring had no room. */
uint64_t host_events_lost(const struct host_events *events);
/* Puts records into a batch of records that stand in the order of their times, each where it belongs: those up to `until` (ns since the epoch), as far
 * as the batch has room. Gives the batch's new size; adds to *records how many came. */
size_t host_events_merge(struct host_events *events, uint8_t *batch, size_t used, size_t capacity, uint64_t until, uint64_t *records);
/* Bytes in the ring that have not been taken. */
uint64_t host_events_waiting(const struct host_events *events);
/* Adds to what has been spent on the programs so far. */
void host_events_run_time(const struct host_events *events, uint64_t *ns, uint64_t *runs);
void host_events_close(struct host_events *events);

#ifdef __cplusplus
}
#endif
