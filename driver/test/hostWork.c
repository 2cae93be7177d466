// Does what the host's counters count, in measured portions: `hostWork KIND ARGUMENTS`. Says what it has done as NAME=NUMBER lines.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *what) { perror(what); exit(1); }

static long long now(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static void burn(long long ns) { long long end = now(CLOCK_THREAD_CPUTIME_ID) + ns; while (now(CLOCK_THREAD_CPUTIME_ID) < end) for (volatile int i = 0; i < 10000; i++) {} }

static void *burner(void *ns) { burn(*(long long *)ns); return NULL; }

// Threads that share the first processor of those allowed, each using it for so long.
static void share(int threads, long long ns) {
  cpu_set_t allowed, one;
  CPU_ZERO(&one);
  if (sched_getaffinity(0, sizeof allowed, &allowed) < 0) fail("sched_getaffinity");
  for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) if (CPU_ISSET(cpu, &allowed)) { CPU_SET(cpu, &one); break; }
  if (sched_setaffinity(0, sizeof one, &one) < 0) fail("sched_setaffinity");
  pthread_t all[16];
  long long begin = now(CLOCK_MONOTONIC);
  for (int i = 0; i < threads; i++) pthread_create(&all[i], NULL, burner, &ns);
  for (int i = 0; i < threads; i++) pthread_join(all[i], NULL);
  printf("elapsed=%lld\n", now(CLOCK_MONOTONIC) - begin);
}

static void touch(long pages, int huge) {
  long page = sysconf(_SC_PAGESIZE);
  char *memory = mmap(NULL, pages * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) fail("mmap");
  if (!huge) madvise(memory, pages * page, MADV_NOHUGEPAGE);
  printf("address=%llu\n", (unsigned long long)memory);
  fflush(stdout);
  for (long i = 0; i < pages; i++) memory[i * page] = 1;
}

static void *yielder(void *turns) { for (long i = *(long *)turns; i > 0; i--) sched_yield(); return NULL; }

// Two threads that give way to each other on one processor; tells how long a turn takes.
static void turns(long count) {
  cpu_set_t one;
  pthread_t threads[2];
  CPU_ZERO(&one);
  CPU_SET(sched_getcpu(), &one);
  if (sched_setaffinity(0, sizeof one, &one) < 0) fail("sched_setaffinity");
  long long begin = now(CLOCK_PROCESS_CPUTIME_ID);
  for (int i = 0; i < 2; i++) pthread_create(&threads[i], NULL, yielder, &count);
  for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
  printf("ns=%lld\n", (now(CLOCK_PROCESS_CPUTIME_ID) - begin) / (2 * count));
}

// Touches the same pages again and again, which are taken away each time; tells how long a page takes.
static void faults(long pages, long rounds) {
  long page = sysconf(_SC_PAGESIZE);
  char *memory = mmap(NULL, pages * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) fail("mmap");
  madvise(memory, pages * page, MADV_NOHUGEPAGE);
  long long begin = now(CLOCK_PROCESS_CPUTIME_ID);
  for (long round = 0; round < rounds; round++) {
    for (long i = 0; i < pages; i++) memory[i * page] = 1;
    madvise(memory, pages * page, MADV_DONTNEED);
  }
  printf("ns=%lld\n", (now(CLOCK_PROCESS_CPUTIME_ID) - begin) / (pages * rounds));
}

static void direct(const char *path, int blocks, int size) {
  void *block;
  int fd = open(path, O_RDWR | O_CREAT | O_DIRECT, 0600);
  if (fd < 0) { if (errno == EINVAL) { printf("refused=1\n"); return; } fail(path); }
  if (posix_memalign(&block, 4096, size)) fail("posix_memalign");
  memset(block, 'x', size);
  for (int i = 0; i < blocks; i++) if (pwrite(fd, block, size, (off_t)i * size) != size) fail("pwrite");
  for (int i = 0; i < blocks; i++) if (pread(fd, block, size, (off_t)i * size) != size) fail("pread");
  close(fd);
}

static struct sockaddr_in address(const char *host, int port) {
  struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
  inet_pton(AF_INET, host, &to.sin_addr);
  return to;
}

// So many connections over loopback, one after the other: each sends so many bytes and gets half as many back.
static void talk(int connections, int bytes) {
  struct sockaddr_in here = address("127.0.0.1", 0);
  socklen_t length = sizeof here;
  char *data = calloc(1, bytes);
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (void *)&here, sizeof here) < 0 || listen(listener, 16) < 0 || getsockname(listener, (void *)&here, &length) < 0) fail("listen");
  for (int i = 0; i < connections; i++) {
    int client = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(client, (void *)&here, sizeof here) < 0) fail("connect");
    int server = accept(listener, NULL, NULL);
    if (write(client, data, bytes) != bytes) fail("write");
    for (int got = 0, n; got < bytes; got += n) if ((n = read(server, data, bytes)) <= 0) fail("read");
    if (write(server, data, bytes / 2) != bytes / 2) fail("write");
    for (int got = 0, n; got < bytes / 2; got += n) if ((n = read(client, data, bytes)) <= 0) fail("read");
    close(client);
    if (read(server, data, 1) != 0) fail("end of connection");
    close(server);
  }
  close(listener);
  int nobody = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(nobody, (void *)&here, sizeof here) == 0) fail("a connection to nobody");
}

// Connections to a socket that has no room for them: what begins them is not answered and sent again. Until it is ended.
static void knock(int connections) {
  struct sockaddr_in here = address("127.0.0.1", 0);
  socklen_t length = sizeof here;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (void *)&here, sizeof here) < 0 || listen(listener, 0) < 0 || getsockname(listener, (void *)&here, &length) < 0) fail("listen");
  for (int i = 0; i < connections; i++) if (connect(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), (void *)&here, sizeof here) < 0 && errno != EINPROGRESS) fail("connect");
  pause();
}

int main(int argc, char **argv) {
  const long long before = now(CLOCK_PROCESS_CPUTIME_ID);
  const char *kind = argc > 1 ? argv[1] : "";
  long long a = argc > 2 ? atoll(argv[2]) : 0, b = argc > 3 ? atoll(argv[3]) : 0;
  if (!strcmp(kind, "burn")) burn(a);
  else if (!strcmp(kind, "share")) share(a, b);
  else if (!strcmp(kind, "sleep")) for (int i = 0; i < a; i++) usleep(1000);
  else if (!strcmp(kind, "touch")) touch(a, b);
  else if (!strcmp(kind, "turns")) turns(a);
  else if (!strcmp(kind, "faults")) faults(a, b);
  else if (!strcmp(kind, "direct")) direct(argv[4], a, b);
  else if (!strcmp(kind, "talk")) talk(a, b);
  else if (!strcmp(kind, "knock")) knock(a);
  else { fprintf(stderr, "hostWork: no such work: %s\n", kind); return 2; }
  printf("pid=%d\nbefore=%lld\ncpu=%lld\n", getpid(), before, now(CLOCK_PROCESS_CPUTIME_ID));
  return 0;
}
