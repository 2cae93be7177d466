/* Loads and reads the counters of io_uring from their light skeleton. */
#include "rings.h"
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include "rings.lskel.h"

struct rings {
  struct rings_bpf *skel;
  int links[2];
};

struct rings *rings_open(int *error) {
  struct rings *rings = calloc(1, sizeof *rings);
  if (!rings) { *error = ENOMEM; return NULL; }
  rings->links[0] = rings->links[1] = -1;
  int result = -EAGAIN;
  /* The verifier gives up where a signal waits for the thread (kernel: do_check in kernel/bpf/verifier.c): again, then. */
  for (int attempt = 0; attempt < 20 && result == -EAGAIN; attempt++) {
    if (rings->skel) rings_bpf__destroy(rings->skel);
    rings->skel = rings_bpf__open();
    if (!rings->skel) { *error = ENOMEM; free(rings); return NULL; }
    result = rings_bpf__load(rings->skel);
  }
  if (result == 0) {
    rings->links[0] = skel_raw_tracepoint_open("io_uring_create", rings->skel->progs.on_ring_create.prog_fd);
    if (rings->links[0] >= 0) rings->links[1] = skel_raw_tracepoint_open("io_uring_submit_req", rings->skel->progs.on_ring_submit.prog_fd);
    if (rings->links[1] < 0) result = -errno;
  }
  if (result < 0) { *error = -result; rings_close(rings); return NULL; }
  return rings;
}

void rings_visit(struct rings *rings, void (*visit)(void *, const struct ring_key *, const struct ring_count *), void *context) {
  struct ring_key key, last, *before = NULL;
  struct ring_count count;
  union bpf_attr attr;
  for (int i = 0; i < 65536; i++) {
    memset(&attr, 0, sizeof attr);
    attr.map_fd = rings->skel->maps.rings.map_fd;
    attr.key = (uintptr_t)before;
    attr.next_key = (uintptr_t)&key;
    if (skel_sys_bpf(BPF_MAP_GET_NEXT_KEY, &attr, sizeof attr) < 0) return;
    attr.key = (uintptr_t)&key;
    attr.value = (uintptr_t)&count;
    if (skel_sys_bpf(BPF_MAP_LOOKUP_ELEM, &attr, sizeof attr) == 0) visit(context, &key, &count);
    last = key;
    before = &last;
  }
}

uint64_t rings_lost(const struct rings *rings) { return rings->skel->bss->rings_lost; }

void rings_close(struct rings *rings) {
  for (int i = 0; i < 2; i++) if (rings->links[i] >= 0) close(rings->links[i]);
  rings_bpf__destroy(rings->skel);
  free(rings);
}
