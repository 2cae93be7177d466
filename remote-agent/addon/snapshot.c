/* Loads the iterators from their light skeleton, and reads them. */
#include "snapshot.h"
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include "snapshot.lskel.h"

/* How often a part is read on that gave nothing: the kernel lets go now and then where a program writes nothing for long (MAX_ITER_OBJECTS in kernel/bpf/bpf_iter.c). */
enum { ATTEMPTS = 20, MOST_PAUSES = 100000 };

struct snapshot {
  struct snapshot_bpf *skel;
  int links[SNAPSHOT_PARTS], readers[SNAPSHOT_PARTS], ended[SNAPSHOT_PARTS];
};

struct snapshot *snapshot_open(int *error) {
  struct snapshot *snapshot = calloc(1, sizeof *snapshot);
  if (!snapshot) { *error = ENOMEM; return NULL; }
  for (int i = 0; i < SNAPSHOT_PARTS; i++) snapshot->links[i] = snapshot->readers[i] = -1;
  int result = -EAGAIN;
  /* The verifier gives up where a signal waits for the thread (kernel: do_check in kernel/bpf/verifier.c): again, then. */
  for (int attempt = 0; attempt < ATTEMPTS && result == -EAGAIN; attempt++) {
    if (snapshot->skel) snapshot_bpf__destroy(snapshot->skel);
    snapshot->skel = snapshot_bpf__open();
    if (!snapshot->skel) { *error = ENOMEM; free(snapshot); return NULL; }
    result = snapshot_bpf__load(snapshot->skel);
  }
  if (result == 0) {
    const int programs[SNAPSHOT_PARTS] = { snapshot->skel->progs.list_tasks.prog_fd, snapshot->skel->progs.list_files.prog_fd };
    for (int i = 0; i < SNAPSHOT_PARTS && result == 0; i++) {
      snapshot->links[i] = skel_link_create(programs[i], 0, BPF_TRACE_ITER);
      if (snapshot->links[i] < 0) result = -errno;
    }
  }
  if (result < 0) { *error = -result; snapshot_close(snapshot); return NULL; }
  return snapshot;
}

static int begin(struct snapshot *snapshot, enum snapshot_part part) {
  union bpf_attr attr;
  memset(&attr, 0, sizeof attr);
  attr.iter_create.link_fd = snapshot->links[part];
  snapshot->readers[part] = skel_sys_bpf(BPF_ITER_CREATE, &attr, sizeof attr);
  return snapshot->readers[part] < 0 ? -errno : 0;
}

ssize_t snapshot_read(struct snapshot *snapshot, enum snapshot_part part, void *to, size_t bytes) {
  if (snapshot->ended[part]) return 0;
  if (snapshot->readers[part] < 0) { int result = begin(snapshot, part); if (result < 0) return result; }
  size_t used = 0;
  int pauses = 0;
  while (used < bytes) {
    ssize_t n = read(snapshot->readers[part], (char *)to + used, bytes - used);
    if (n < 0 && (errno == EINTR || errno == EAGAIN) && pauses++ < MOST_PAUSES) continue;
    if (n < 0) return -errno;
    if (n == 0) { snapshot->ended[part] = 1; close(snapshot->readers[part]); snapshot->readers[part] = -1; break; }
    used += (size_t)n;
  }
  return (ssize_t)used;
}

void snapshot_close(struct snapshot *snapshot) {
  for (int i = 0; i < SNAPSHOT_PARTS; i++) {
    if (snapshot->readers[i] >= 0) close(snapshot->readers[i]);
    if (snapshot->links[i] >= 0) close(snapshot->links[i]);
  }
  if (snapshot->skel) snapshot_bpf__destroy(snapshot->skel);
  free(snapshot);
}
