// Makes a ring of io_uring, submits so many requests that do nothing, and waits for their ends. Usage: rings REQUESTS [sqpoll|late]
// With sqpoll a thread of the kernel takes them from the ring; with late they are submitted once a byte has come in. Ends when its input does, so that the ring is still there to be looked at.
#define _GNU_SOURCE
#include <linux/io_uring.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static void must(int ok, const char *what) { if (!ok) { perror(what); exit(what[0] == 's' ? 77 : 99); } }

int main(int argc, char **argv) {
  unsigned requests = argc > 1 ? atoi(argv[1]) : 1, polled = argc > 2 && strcmp(argv[2], "sqpoll") == 0, late = argc > 2 && !polled;
  char c;
  struct io_uring_params p = { .flags = polled ? IORING_SETUP_SQPOLL : 0, .sq_thread_idle = 100 };
  int fd = syscall(SYS_io_uring_setup, 8, &p);
  must(fd >= 0, "setup of a ring");
  char *sq = mmap(NULL, p.sq_off.array + p.sq_entries * 4, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, IORING_OFF_SQ_RING);
  char *cq = mmap(NULL, p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, IORING_OFF_CQ_RING);
  struct io_uring_sqe *sqes = mmap(NULL, p.sq_entries * sizeof *sqes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, IORING_OFF_SQES);
  must(sq != MAP_FAILED && cq != MAP_FAILED && (void *)sqes != MAP_FAILED, "map the ring");
  unsigned *tail = (unsigned *)(sq + p.sq_off.tail), *array = (unsigned *)(sq + p.sq_off.array), *flags = (unsigned *)(sq + p.sq_off.flags), mask = *(unsigned *)(sq + p.sq_off.ring_mask);
  unsigned *head = (unsigned *)(cq + p.cq_off.head), *ends = (unsigned *)(cq + p.cq_off.tail);
  if (late) {
    printf("%d %d\n", (int)getpid(), fd);
    fflush(stdout);
    must(read(0, &c, 1) == 1, "wait");
  }
  for (unsigned i = 0; i < requests; i++) {
    unsigned at = *tail & mask;
    memset(&sqes[at], 0, sizeof *sqes);
    sqes[at].opcode = IORING_OP_NOP;
    array[at] = at;
    __atomic_store_n(tail, *tail + 1, __ATOMIC_SEQ_CST);
    if (!polled) must(syscall(SYS_io_uring_enter, fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) == 1, "enter the ring");
    else if (__atomic_load_n(flags, __ATOMIC_SEQ_CST) & IORING_SQ_NEED_WAKEUP) must(syscall(SYS_io_uring_enter, fd, 1, 0, IORING_ENTER_SQ_WAKEUP, NULL, 0) >= 0, "enter the ring");
    while (__atomic_load_n(ends, __ATOMIC_SEQ_CST) == *head) usleep(100);
    __atomic_store_n(head, *head + 1, __ATOMIC_SEQ_CST);
  }
  printf("%d %d\n", (int)getpid(), fd);
  fflush(stdout);
  while (read(0, &c, 1) > 0) {}
  return 0;
}
