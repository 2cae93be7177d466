/* A process that has one of each: files, sockets, threads, children. Prints `name number` for each descriptor, thread and child, then `ready`; stays until its input ends. Works in its own folder. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static void tell(const char *name, long number) {
  if (number < 0) err(1, "%s", name);
  printf("%s %ld\n", name, number);
}

static void port_of(const char *name, int fd) {
  struct sockaddr_storage a;
  socklen_t n = sizeof a;
  if (getsockname(fd, (struct sockaddr *)&a, &n) < 0) err(1, "getsockname");
  printf("%s %d\n", name, ntohs(a.ss_family == AF_INET ? ((struct sockaddr_in *)&a)->sin_port : ((struct sockaddr_in6 *)&a)->sin6_port));
}

static void files(void) {
  const char *hostile = "evil\n\x1b[31m\xff name";
  tell("read", open("plain", O_RDONLY | O_CREAT, 0600));
  tell("write", open("plain", O_RDWR | O_APPEND | O_CLOEXEC | O_NONBLOCK));
  tell("directory", open(".", O_RDONLY));
  tell("directoryAsked", open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  tell("pathOfDirectory", open(".", O_PATH));
  tell("pathOfFile", open("plain", O_PATH));
  tell("deleted", open("deleted", O_RDWR | O_CREAT, 0600));
  unlink("deleted");
  tell("hostile", open(hostile, O_RDWR | O_CREAT, 0600));
  tell("device", open("/dev/null", O_WRONLY));
  mkfifo("fifo", 0600);
  tell("fifo", open("fifo", O_RDWR));
  int pair[2];
  if (pipe2(pair, O_CLOEXEC) < 0) err(1, "pipe");
  tell("pipeOut", pair[0]);
  tell("pipeIn", pair[1]);
  tell("event", eventfd(0, 0));
  tell("memory", memfd_create("some memory", MFD_CLOEXEC));
  tell("epoll", epoll_create1(EPOLL_CLOEXEC));
  tell("timer", timerfd_create(CLOCK_MONOTONIC, 0));
  sigset_t none;
  sigemptyset(&none);
  tell("signal", signalfd(-1, &none, 0));
  tell("inotify", inotify_init1(0));
  tell("pidfd", syscall(SYS_pidfd_open, getpid(), 0));
  if (dup2(pair[0], 900) < 0) err(1, "dup2");
  tell("far", 900);
  /* A path that no buffer of the kernel's holds: folders of 255 characters, one in the other. */
  char part[256];
  memset(part, 'd', 255);
  part[255] = 0;
  int back = open(".", O_RDONLY | O_DIRECTORY);
  for (int i = 0; i < 17; i++) if ((mkdir(part, 0700) < 0 && errno != EEXIST) || chdir(part) < 0) err(1, "a deep folder");
  tell("deep", open("deep", O_RDWR | O_CREAT, 0600));
  if (fchdir(back) < 0) err(1, "fchdir");
  close(back);
}

static int tcp(int family, const char *address, const char *listening, const char *client, const char *accepted, const char *port) {
  struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
  struct sockaddr_in four = { .sin_family = AF_INET };
  struct sockaddr *a = family == AF_INET ? (struct sockaddr *)&four : (struct sockaddr *)&six;
  socklen_t n = family == AF_INET ? sizeof four : sizeof six;
  inet_pton(family, address, family == AF_INET ? (void *)&four.sin_addr : (void *)&six.sin6_addr);
  int l = socket(family, SOCK_STREAM, 0);
  if (l < 0 || bind(l, a, n) < 0 || listen(l, 5) < 0 || getsockname(l, a, &n) < 0) err(1, "listen at %s", address);
  int c = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (c < 0 || connect(c, a, n) < 0) err(1, "connect to %s", address);
  tell(listening, l);
  tell(client, c);
  tell(accepted, accept(l, NULL, NULL));
  port_of(port, l);
  return l;
}

static int udp(int family, const char *address, int to) {
  struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(to) };
  struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(to) };
  struct sockaddr *a = family == AF_INET ? (struct sockaddr *)&four : (struct sockaddr *)&six;
  inet_pton(family, address, family == AF_INET ? (void *)&four.sin_addr : (void *)&six.sin6_addr);
  int s = socket(family, SOCK_DGRAM, 0);
  if (s < 0 || (to ? connect : bind)(s, a, family == AF_INET ? sizeof four : sizeof six) < 0) err(1, "udp at %s", address);
  return s;
}

static int un(const char *name, int abstract, int server) {
  struct sockaddr_un a = { .sun_family = AF_UNIX };
  size_t n = strlen(name);
  memcpy(a.sun_path + abstract, name, n);
  if (server && !abstract) unlink(name);
  int s = socket(AF_UNIX, SOCK_STREAM, 0);
  socklen_t length = offsetof(struct sockaddr_un, sun_path) + n + 1;
  if (s < 0 || (server ? bind(s, (void *)&a, length) < 0 || listen(s, 5) < 0 : connect(s, (void *)&a, length) < 0)) err(1, "unix socket %s", name);
  return s;
}

static void sockets(void) {
  tcp(AF_INET, "127.0.0.1", "tcpListening", "tcpClient", "tcpAccepted", "tcpPort");
  tcp(AF_INET6, "::1", "tcp6Listening", "tcp6Client", "tcp6Accepted", "tcp6Port");
  int any = tcp(AF_INET6, "::", "anyListening", "anyClient", "anyAccepted", "anyPort");
  struct sockaddr_in6 mapped = { .sin6_family = AF_INET6 };
  socklen_t n = sizeof mapped;
  getsockname(any, (void *)&mapped, &n);
  inet_pton(AF_INET6, "::ffff:127.0.0.1", &mapped.sin6_addr);
  int m = socket(AF_INET6, SOCK_STREAM, 0);
  if (m < 0 || connect(m, (void *)&mapped, sizeof mapped) < 0) err(1, "a mapped address");
  tell("mappedClient", m);
  tell("unbound", socket(AF_INET, SOCK_STREAM, 0));
  tell("unboundUdp", socket(AF_INET6, SOCK_DGRAM, 0));
  int u = udp(AF_INET, "127.0.0.1", 0);
  struct sockaddr_in four;
  n = sizeof four;
  getsockname(u, (void *)&four, &n);
  tell("udpBound", u);
  port_of("udpPort", u);
  tell("udpConnected", udp(AF_INET, "127.0.0.1", ntohs(four.sin_port)));
  tell("udp6Bound", udp(AF_INET6, "::1", 0));
  tell("raw", socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
  tell("unixListening", un("socket\nof mine", 0, 1));
  tell("unixClient", un("socket\nof mine", 0, 0));
  tell("abstractListening", un("abstract", 1, 1));
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0) err(1, "socketpair");
  tell("pairOne", pair[0]);
  tell("netlink", socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
  tell("packet", socket(AF_PACKET, SOCK_RAW, 0));
}

static void lo_up(void) {
  struct ifreq r = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
  int s = socket(AF_INET, SOCK_DGRAM, 0);
  if (s < 0 || ioctl(s, SIOCSIFFLAGS, &r) < 0) err(1, "lo");
  close(s);
}

static pthread_barrier_t begun;
static long plain_thread, own_thread, own_file;

static void *plain(void *unused) {
  prctl(PR_SET_NAME, "plain\nthread");
  plain_thread = syscall(SYS_gettid);
  pthread_barrier_wait(&begun);
  pause();
  return unused;
}
static void *own(void *unused) {
  prctl(PR_SET_NAME, "own files");
  own_thread = syscall(SYS_gettid);
  if (unshare(CLONE_FILES) < 0) err(1, "unshare");
  own_file = open("own", O_RDWR | O_CREAT, 0600);
  pthread_barrier_wait(&begun);
  pause();
  return unused;
}

static char stack[2][1 << 16];
static int sharing(void *unused) { prctl(PR_SET_NAME, "sharing"); for (;;) pause(); return unused != NULL; }

/* Its first thread ends, another one goes on. */
static void *survivor(void *unused) { for (;;) pause(); return unused; }
static int headless(void *unused) {
  pthread_t t;
  (void)unused;
  prctl(PR_SET_NAME, "headless");
  if (pthread_create(&t, NULL, survivor, NULL)) _exit(1);
  syscall(SYS_exit, 0);
  return 0;
}

int main(int argc, char **argv) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (argc > 1 && strcmp(argv[1], "apart") == 0) {
    if (unshare(CLONE_NEWNET | CLONE_NEWPID) < 0) err(1, "unshare");
    lo_up();
    pid_t child = fork();
    if (child < 0) err(1, "fork");
    if (child > 0) { char c; while (read(0, &c, 1) > 0) {} kill(child, SIGKILL); waitpid(child, NULL, 0); return 0; }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setsid();
  }
  files();
  sockets();
  pid_t zombie = fork();
  if (zombie == 0) _exit(7);
  pid_t first = fork();
  if (first == 0) { prctl(PR_SET_PDEATHSIG, SIGKILL); headless(NULL); }
  pid_t user = fork();
  if (user == 0) { if (setpgid(0, 0) < 0 || setresgid(1235, 1235, 1235) < 0 || setresuid(1234, 1234, 1234) < 0) _exit(1); prctl(PR_SET_PDEATHSIG, SIGKILL); prctl(PR_SET_NAME, "a user"); for (;;) pause(); }
  pid_t share = clone(sharing, stack[0] + sizeof stack[0], CLONE_FILES | SIGCHLD, NULL);
  pthread_t t;
  pthread_barrier_init(&begun, NULL, 3);
  if (pthread_create(&t, NULL, plain, NULL) || pthread_create(&t, NULL, own, NULL)) errx(1, "no thread");
  pthread_barrier_wait(&begun);
  siginfo_t info;
  if (waitid(P_PID, zombie, &info, WEXITED | WNOWAIT) < 0) err(1, "waitid");
  tell("plainThread", plain_thread);
  tell("ownThread", own_thread);
  tell("ownFile", own_file);
  tell("zombie", zombie);
  tell("headless", first);
  tell("user", user);
  tell("sharing", share);
  puts("ready");
  char c;
  while (read(0, &c, 1) > 0) {}
  for (pid_t *p = (pid_t[]){ first, user, share, 0 }; *p; p++) kill(*p, SIGKILL);
  return 0;
}
