/* The iterators over threads and descriptors (driver/bpf/snapshot.bpf.c): loaded to be read, closed afterwards. */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct snapshot;
enum snapshot_part { SNAPSHOT_TASKS, SNAPSHOT_FILES, SNAPSHOT_PARTS };

/* Loads and attaches the iterators. NULL with *error set to an errno: EINVAL or ENOENT where the kernel has none, or does not let them do what they do. */
struct snapshot *snapshot_open(int *error);
/* Begins a part, or reads on in it: how many bytes were written to `to`, 0 at its end, an errno below 0. A record may be cut at the end of `to`: the rest comes next. */
ssize_t snapshot_read(struct snapshot *snapshot, enum snapshot_part part, void *to, size_t bytes);
void snapshot_close(struct snapshot *snapshot);

#ifdef __cplusplus
}
#endif
