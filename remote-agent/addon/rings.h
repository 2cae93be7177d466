/* The counters of io_uring: loaded and attached on their own. */
#pragma once
#include <stdint.h>
#include "../../driver/bpf/rings.h"

#ifdef __cplusplus
extern "C" {
#endif

struct rings;
/* NULL with *error set to an errno: ENOENT where this kernel has no such tracepoint. */
struct rings *rings_open(int *error);
void rings_visit(struct rings *rings, void (*visit)(void *, const struct ring_key *, const struct ring_count *), void *context);
uint64_t rings_lost(const struct rings *rings);
void rings_close(struct rings *rings);

#ifdef __cplusplus
}
#endif
