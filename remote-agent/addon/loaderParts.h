/* The maps, programs and variables of the probe, by name, whichever of its two objects has been loaded. */
#pragma once
#include "loader.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "porthole.lskel.h"
#include "event_table.gen.h"

#define PROBE_MAPS(X) X(areas) X(calls) X(cgroup_paths) X(claims) X(counters) X(exits) X(groups) X(losses) X(places) X(processes) X(scratch) X(spare) X(wakes)
#define PROBE_PROGRAMS(X) X(list_calls) X(on_cgroup) X(on_enter) X(on_exit) X(on_fork) X(on_signal) X(on_thread_end)

typedef __typeof__(((struct porthole__bss *)0)->config) probe_config;
typedef __typeof__(((struct porthole__bss *)0)->verdicts) probe_verdicts;
typedef __typeof__(((struct porthole__bss *)0)->owners) probe_owners;

struct parts {
#define FIELD(name) int name;
#define FIELD_OF_FAMILY(name) int x_##name;
  struct { PROBE_MAPS(FIELD) } maps;                             /* descriptors */
  struct { PROBE_PROGRAMS(FIELD) FAMILIES(FIELD_OF_FAMILY) } programs;
#undef FIELD
#undef FIELD_OF_FAMILY
  /* Shared with the kernel. */
  probe_config *config;
  probe_verdicts *verdicts;
  probe_owners *owners;
  enum probe_object object;
  char why[160];
  struct porthole *skel; /* of the one */
  int slots;             /* its map, which the other has not */
  void *bss;             /* of the other */
  struct helper_answer *answer;
};

/* How many elements maps get that the sources leave open. */
struct parts_sizes { uint32_t cpus, areas; };

/* Loads the object that suits the kernel, or the one that PORTHOLE_PROBE_OBJECT names. 0, or an errno below 0 with the error filled in. */
int parts_open(struct parts *parts, const struct parts_sizes *sizes, struct probe_error *error);
void parts_close(struct parts *parts);
/* Nothing is noted of any thread that has a slot. */
void parts_clear_slots(const struct parts *parts);
