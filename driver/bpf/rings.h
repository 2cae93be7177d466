// What is counted of each ring of io_uring; shared by the eBPF program and the addon.
#pragma once

#define RING_OPERATIONS 72  // opcodes of requests; the last stands for all beyond

struct ring_key { unsigned long long ring; unsigned int tgid, zero; };

struct ring_count {
  unsigned long long submitted, by_kernel, cgroup;
  int fd;                // -1: not found
  unsigned int entries;  // 0: the ring was there before
  char comm[16];         // of the process
  unsigned long long operations[RING_OPERATIONS];
};
