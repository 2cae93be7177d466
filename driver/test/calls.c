// Makes one system call, named by the first argument, with known arguments, in the directory given as the second.
// Prints what only it can know (times, descriptors, ids) as key=value lines.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char facts[65536];
static size_t used;
static char path_a[8192], path_b[8192];
static const char *dir;

static void fact(const char *key, long long value) { used += snprintf(facts + used, sizeof facts - used, "%s=%lld\n", key, value); }
static long long now(void) { struct timespec t; clock_gettime(CLOCK_REALTIME, &t); return t.tv_sec * 1000000000ll + t.tv_nsec; }
static const char *in_dir(char *to, const char *name) { snprintf(to, 8192, "%s/%s", dir, name); return to; }
static void must(int ok, const char *what) { if (!ok) { fprintf(stderr, "%s: %s\n", what, strerror(errno)); exit(99); } }
static int file_with(const char *name, const char *text) {
  int fd = open(in_dir(path_b, name), O_RDWR | O_CREAT | O_TRUNC, 0644);
  must(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && lseek(fd, 0, SEEK_SET) == 0, name);
  return fd;
}
static void inode_of(int fd) {
  struct stat s;
  if (fstat(fd, &s) != 0) return;
  fact("ino", s.st_ino);
  fact("dev", (minor(s.st_dev) & 0xff) | (major(s.st_dev) << 8) | ((minor(s.st_dev) & ~0xffu) << 12));
}

static long call(long nr, long a, long b, long c, long d, long e, long f) {
  long long t0 = now();
  long r = syscall(nr, a, b, c, d, e, f);
  long result = r < 0 ? -errno : r;
  fact("t0", t0);
  fact("t1", now());
  fact("ret", result);
  return result;
}
#define CALL(nr, ...) CALL_(nr, ##__VA_ARGS__, 0, 0, 0, 0, 0, 0)
#define CALL_(nr, a, b, c, d, e, f, ...) call(nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

static int tcp_server(int port_of_family, struct sockaddr_storage *at) {
  int s = socket(port_of_family, SOCK_STREAM, 0);
  socklen_t n = sizeof *at;
  memset(at, 0, sizeof *at);
  at->ss_family = port_of_family;
  if (port_of_family == AF_INET) ((struct sockaddr_in *)at)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  else ((struct sockaddr_in6 *)at)->sin6_addr = in6addr_loopback;
  must(s >= 0 && bind(s, (void *)at, n) == 0 && listen(s, 7) == 0 && getsockname(s, (void *)at, &n) == 0, "server");
  return s;
}
static int port_of(const struct sockaddr_storage *at) { return ntohs(((const struct sockaddr_in *)at)->sin_port); }
static socklen_t size_of(const struct sockaddr_storage *at) { return at->ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6); }
static void local_port(int s, const char *key) {
  struct sockaddr_storage at;
  socklen_t n = sizeof at;
  must(getsockname(s, (void *)&at, &n) == 0, "getsockname");
  fact(key, port_of(&at));
}
static int connected(int family, int *server) {
  struct sockaddr_storage at;
  int s = tcp_server(family, &at), c = socket(family, SOCK_STREAM, 0);
  must(connect(c, (void *)&at, size_of(&at)) == 0, "connect");
  int a = accept(s, NULL, NULL);
  fact("server_port", port_of(&at));
  local_port(c, "client_port");
  fact("fd", c);
  *server = a;
  return c;
}
static int udp(struct sockaddr_in *at) {
  int s = socket(AF_INET, SOCK_DGRAM, 0);
  socklen_t n = sizeof *at;
  memset(at, 0, sizeof *at);
  at->sin_family = AF_INET;
  at->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  must(bind(s, (void *)at, n) == 0 && getsockname(s, (void *)at, &n) == 0, "udp");
  return s;
}
static volatile int handled;
static void on_signal(int n) { handled = n; }

#define IS(text) (strcmp(name, text) == 0)

static int files(const char *name) {
  int fd;
  if (IS("open")) { fd = CALL(SYS_open, in_dir(path_a, "new"), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640); inode_of(fd); }
  else if (IS("openat")) { fd = CALL(SYS_openat, AT_FDCWD, in_dir(path_a, "new"), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600); inode_of(fd); }
  else if (IS("openat-relative")) { int d = open(dir, O_RDONLY | O_DIRECTORY); close(file_with("there", "x")); fact("dirfd", d); fd = CALL(SYS_openat, d, "there", O_RDONLY); inode_of(fd); }
  else if (IS("openat-missing")) CALL(SYS_openat, AT_FDCWD, in_dir(path_a, "missing"), O_RDONLY);
  else if (IS("openat-unreadable")) CALL(SYS_openat, AT_FDCWD, 0x1000, O_RDONLY);
  else if (IS("openat-long")) {
    size_t n = strlen(dir);
    memcpy(path_a, dir, n);
    while (n < 4095) path_a[n] = n % 2 ? '/' : '.', n++;
    path_a[4094] = 'z';
    path_a[4095] = 0;
    CALL(SYS_openat, AT_FDCWD, path_a, O_RDONLY);
  }
  else if (IS("openat2")) { struct open_how how = { .flags = O_RDWR | O_CREAT, .mode = 0604, .resolve = RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV }; fd = CALL(SYS_openat2, AT_FDCWD, in_dir(path_a, "new"), &how, sizeof how); inode_of(fd); }
  else if (IS("creat")) { fd = CALL(SYS_creat, in_dir(path_a, "new"), 0611); inode_of(fd); }
  else if (IS("close")) { fd = file_with("f", "x"); fact("fd", fd); CALL(SYS_close, fd); }
  else if (IS("close-bad")) CALL(SYS_close, 777);
  else if (IS("stat")) { close(file_with("f", "x")); struct stat s; CALL(SYS_stat, path_b, &s); }
  else if (IS("lstat")) { close(file_with("f", "x")); struct stat s; CALL(SYS_lstat, path_b, &s); }
  else if (IS("fstat")) { struct stat s; fd = file_with("f", "x"); fact("fd", fd); CALL(SYS_fstat, fd, &s); }
  else if (IS("newfstatat")) { close(file_with("f", "x")); struct stat s; CALL(SYS_newfstatat, AT_FDCWD, path_b, &s, AT_SYMLINK_NOFOLLOW); }
  else if (IS("access")) { close(file_with("f", "x")); CALL(SYS_access, path_b, R_OK | X_OK); }
  else if (IS("faccessat")) { close(file_with("f", "x")); CALL(SYS_faccessat, AT_FDCWD, path_b, R_OK); }
  else if (IS("unlink")) { close(file_with("f", "x")); CALL(SYS_unlink, path_b); }
  else if (IS("unlinkat")) { mkdir(in_dir(path_b, "d"), 0700); CALL(SYS_unlinkat, AT_FDCWD, path_b, AT_REMOVEDIR); }
  else if (IS("rename")) { close(file_with("f", "x")); CALL(SYS_rename, path_b, in_dir(path_a, "g")); }
  else if (IS("renameat")) { close(file_with("f", "x")); CALL(SYS_renameat, AT_FDCWD, path_b, AT_FDCWD, in_dir(path_a, "g")); }
  else if (IS("renameat2")) { close(file_with("f", "x")); CALL(SYS_renameat2, AT_FDCWD, path_b, AT_FDCWD, in_dir(path_a, "g"), 1); }
  else if (IS("mkdir")) CALL(SYS_mkdir, in_dir(path_a, "new"), 0750);
  else if (IS("mkdirat")) CALL(SYS_mkdirat, AT_FDCWD, in_dir(path_a, "new"), 0705);
  else if (IS("rmdir")) { mkdir(in_dir(path_b, "d"), 0700); CALL(SYS_rmdir, path_b); }
  else if (IS("link")) { close(file_with("f", "x")); CALL(SYS_link, path_b, in_dir(path_a, "g")); }
  else if (IS("linkat")) { close(file_with("f", "x")); CALL(SYS_linkat, AT_FDCWD, path_b, AT_FDCWD, in_dir(path_a, "g"), AT_SYMLINK_FOLLOW); }
  else if (IS("symlink")) CALL(SYS_symlink, "to nowhere", in_dir(path_a, "new"));
  else if (IS("symlinkat")) CALL(SYS_symlinkat, "to nowhere", AT_FDCWD, in_dir(path_a, "new"));
  else if (IS("chmod")) { close(file_with("f", "x")); CALL(SYS_chmod, path_b, 04755); }
  else if (IS("fchmod")) { fd = file_with("f", "x"); fact("fd", fd); CALL(SYS_fchmod, fd, 0600); }
  else if (IS("fchmodat")) { close(file_with("f", "x")); CALL(SYS_fchmodat, AT_FDCWD, path_b, 0622); }
  else if (IS("chown")) { close(file_with("f", "x")); CALL(SYS_chown, path_b, 12, 34); }
  else if (IS("mknod")) CALL(SYS_mknod, in_dir(path_a, "new"), S_IFIFO | 0620, 0);
  else if (IS("mknodat")) CALL(SYS_mknodat, AT_FDCWD, in_dir(path_a, "new"), S_IFIFO | 0602, 0);
  else if (IS("chdir")) CALL(SYS_chdir, dir);
  else if (IS("fchdir")) { fd = open(dir, O_RDONLY | O_DIRECTORY); fact("fd", fd); CALL(SYS_fchdir, fd); }
  else if (IS("getcwd")) { must(chdir(dir) == 0, "chdir"); CALL(SYS_getcwd, path_a, sizeof path_a); }
  else return 0;
  return 1;
}

static int io(const char *name) {
  char a[64] = "", b[64] = "", big[200];
  struct iovec two[2] = { { "hello ", 6 }, { "world", 5 } }, into[2] = { { a, 4 }, { b, 60 } };
  memset(big, 'B', sizeof big);
  int fd = -1;
  if (IS("read") || IS("readv") || IS("pread64") || IS("preadv")) fd = file_with("f", "hello world");
  else if (strstr(name, "write") != NULL) fd = file_with("f", "0123456789");
  if (fd >= 0) fact("fd", fd);
  if (IS("read")) CALL(SYS_read, fd, a, 60);
  else if (IS("read-bad")) CALL(SYS_read, 777, a, 60);
  else if (IS("readv")) CALL(SYS_readv, fd, into, 2);
  else if (IS("pread64")) CALL(SYS_pread64, fd, a, 5, 6);
  else if (IS("preadv")) CALL(SYS_preadv, fd, into, 2, 2, 0);
  else if (IS("write")) CALL(SYS_write, fd, "hello", 5);
  else if (IS("write-big")) CALL(SYS_write, fd, big, sizeof big);
  else if (IS("write-unreadable")) CALL(SYS_write, fd, 0x1000, 30);
  else if (IS("writev")) CALL(SYS_writev, fd, two, 2);
  else if (IS("pwrite64")) CALL(SYS_pwrite64, fd, "hello", 5, 3);
  else if (IS("pwritev")) CALL(SYS_pwritev, fd, two, 2, 4, 0);
  else if (IS("lseek")) { fd = file_with("f", "0123456789"); fact("fd", fd); CALL(SYS_lseek, fd, -3, SEEK_END); }
  else if (IS("ioctl")) { int n = 0; fd = file_with("f", "0123456789"); fact("fd", fd); fact("arg", (long)&n); CALL(SYS_ioctl, fd, FIONREAD, &n); }
  else if (IS("fcntl")) { fd = file_with("f", "x"); fact("fd", fd); CALL(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 100); }
  else if (IS("dup")) { fd = file_with("f", "x"); fact("fd", fd); CALL(SYS_dup, fd); }
  else if (IS("dup2")) { fd = file_with("f", "x"); fact("fd", fd); CALL(SYS_dup2, fd, 55); }
  else if (IS("dup3")) { fd = file_with("f", "x"); fact("fd", fd); CALL(SYS_dup3, fd, 56, O_CLOEXEC); }
  else if (IS("pipe") || IS("pipe2")) { int p[2]; if (IS("pipe")) CALL(SYS_pipe, p); else CALL(SYS_pipe2, p, O_CLOEXEC | O_NONBLOCK); fact("fd1", p[0]); fact("fd2", p[1]); inode_of(p[0]); }
  else if (IS("eventfd2")) CALL(SYS_eventfd2, 5, O_CLOEXEC);
  else if (IS("epoll_create1")) CALL(SYS_epoll_create1, EPOLL_CLOEXEC);
  else if (IS("timerfd_create")) CALL(SYS_timerfd_create, CLOCK_MONOTONIC, 0);
  else if (IS("inotify_init1")) CALL(SYS_inotify_init1, O_NONBLOCK);
  else if (IS("memfd_create")) CALL(SYS_memfd_create, "porthole", 1);
  else return 0;
  return 1;
}

static int sockets(const char *name) {
  struct sockaddr_storage at;
  struct sockaddr_in to, from;
  char data[64];
  int other, fd;
  if (IS("socket")) CALL(SYS_socket, AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
  else if (IS("socketpair")) { int p[2]; CALL(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, p); fact("fd1", p[0]); fact("fd2", p[1]); }
  else if (IS("bind")) { fd = socket(AF_INET, SOCK_STREAM, 0); fact("fd", fd); to = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(0), .sin_addr.s_addr = htonl(0x7f000005) }; CALL(SYS_bind, fd, &to, sizeof to); }
  else if (IS("bind-unix") || IS("bind-abstract")) {
    struct sockaddr_un u = { .sun_family = AF_UNIX };
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    fact("fd", fd);
    if (IS("bind-unix")) { snprintf(u.sun_path, sizeof u.sun_path, "%s/s", dir); CALL(SYS_bind, fd, &u, sizeof u); }
    else { memcpy(u.sun_path, "\0porthole", 9); CALL(SYS_bind, fd, &u, 2 + 9); }
  }
  else if (IS("listen")) { fd = socket(AF_INET, SOCK_STREAM, 0); fact("fd", fd); CALL(SYS_listen, fd, 9); }
  else if (IS("connect") || IS("connect6")) { tcp_server(IS("connect") ? AF_INET : AF_INET6, &at); fd = socket(at.ss_family, SOCK_STREAM, 0); fact("fd", fd); fact("server_port", port_of(&at)); CALL(SYS_connect, fd, &at, size_of(&at)); local_port(fd, "client_port"); }
  else if (IS("connect-refused")) { close(tcp_server(AF_INET, &at)); fd = socket(AF_INET, SOCK_STREAM, 0); fact("fd", fd); fact("server_port", port_of(&at)); CALL(SYS_connect, fd, &at, size_of(&at)); }
  else if (IS("connect-unix")) {
    struct sockaddr_un u = { .sun_family = AF_UNIX };
    snprintf(u.sun_path, sizeof u.sun_path, "%s/s", dir);
    int s = socket(AF_UNIX, SOCK_STREAM, 0);
    must(bind(s, (void *)&u, sizeof u) == 0 && listen(s, 1) == 0, "unix server");
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    fact("fd", fd);
    CALL(SYS_connect, fd, &u, sizeof u);
  }
  else if (IS("accept") || IS("accept4")) {
    int s = tcp_server(AF_INET, &at), c = socket(AF_INET, SOCK_STREAM, 0), d = socket(AF_INET, SOCK_STREAM, 0);
    must(connect(c, (void *)&at, size_of(&at)) == 0 && connect(d, (void *)&at, size_of(&at)) == 0, "connect");
    fact("server_port", port_of(&at));
    local_port(c, "client_port");
    if (IS("accept")) CALL(SYS_accept, s, 0, 0); else CALL(SYS_accept4, s, 0, 0, SOCK_CLOEXEC);
  }
  else if (IS("shutdown")) { fd = connected(AF_INET, &other); CALL(SYS_shutdown, fd, SHUT_WR); }
  else if (IS("sendto")) { fd = connected(AF_INET, &other); CALL(SYS_sendto, fd, "hello", 5, 0, 0, 0); }
  else if (IS("sendto6")) { fd = connected(AF_INET6, &other); CALL(SYS_sendto, fd, "hello", 5, 0, 0, 0); }
  else if (IS("sendto-udp")) { udp(&to); fd = udp(&from); fact("fd", fd); fact("client_port", ntohs(from.sin_port)); fact("server_port", ntohs(to.sin_port)); CALL(SYS_sendto, fd, "hello", 5, 0, &to, sizeof to); }
  else if (IS("recvfrom")) { fd = connected(AF_INET, &other); must(write(other, "answer", 6) == 6, "write"); CALL(SYS_recvfrom, fd, data, 60, 0, 0, 0); }
  else if (IS("recvfrom-udp")) {
    socklen_t n = sizeof from;
    fd = udp(&to);
    int s = udp(&from);
    fact("fd", fd); fact("client_port", ntohs(from.sin_port)); fact("server_port", ntohs(to.sin_port));
    must(sendto(s, "hello", 5, 0, (void *)&to, sizeof to) == 5, "sendto");
    CALL(SYS_recvfrom, fd, data, 60, 0, &from, &n);
  }
  else if (IS("setsockopt")) { int on = 1; fd = socket(AF_INET, SOCK_STREAM, 0); fact("fd", fd); CALL(SYS_setsockopt, fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on); }
  else if (IS("setsockopt-time")) { struct timeval t = { 2, 500000 }; fd = socket(AF_INET, SOCK_STREAM, 0); fact("fd", fd); CALL(SYS_setsockopt, fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t); }
  else if (IS("getsockopt")) { int code = 0; socklen_t n = sizeof code; close(tcp_server(AF_INET, &at)); fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0); fact("fd", fd); connect(fd, (void *)&at, size_of(&at)); usleep(2000); CALL(SYS_getsockopt, fd, SOL_SOCKET, SO_ERROR, &code, &n); fact("code", code); }
  else if (IS("sendmsg")) { struct iovec v[2] = { { "hello ", 6 }, { "world", 5 } }; struct msghdr m = { .msg_iov = v, .msg_iovlen = 2 }; fd = connected(AF_INET, &other); CALL(SYS_sendmsg, fd, &m, 0); }
  else if (IS("recvmsg")) { struct iovec v[2] = { { data, 4 }, { data + 4, 40 } }; struct msghdr m = { .msg_iov = v, .msg_iovlen = 2 }; fd = connected(AF_INET, &other); must(write(other, "answer", 6) == 6, "write"); CALL(SYS_recvmsg, fd, &m, 0); }
  else return 0;
  return 1;
}

// A child that stops and lets itself be looked into.
static void traced(int to_go_on) {
  static long word = 0x1122334455;
  pid_t child = fork();
  if (child == 0) { syscall(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0); raise(SIGSTOP); _exit(0); }
  long seen = 0;
  must(waitpid(child, NULL, 0) == child, "waitpid");
  fact("child", child);
  fact("addr", (long)&word);
  if (to_go_on) CALL(SYS_ptrace, PTRACE_CONT, child, 0, SIGKILL);
  else { CALL(SYS_ptrace, PTRACE_PEEKDATA, child, &word, &seen); kill(child, SIGKILL); }
}

static int others(const char *name) {
  struct timespec ms20 = { 0, 20000000 };
  if (IS("kill")) { signal(SIGUSR1, on_signal); CALL(SYS_kill, getpid(), SIGUSR1); fact("handled", handled); }
  else if (IS("tkill")) CALL(SYS_tkill, syscall(SYS_gettid), 0);
  else if (IS("tgkill")) CALL(SYS_tgkill, getpid(), syscall(SYS_gettid), 0);
  else if (IS("futex")) { int word = 3; fact("addr", (long)&word); CALL(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 4, 0, 0, 0); }
  else if (IS("poll")) { int p[2]; must(pipe(p) == 0 && write(p[1], "x", 1) == 1, "pipe"); struct pollfd f[2] = { { p[0], POLLIN, 0 }, { p[1], POLLIN, 0 } }; fact("fd", p[0]); CALL(SYS_poll, f, 2, 50); }
  else if (IS("ppoll")) { CALL(SYS_ppoll, 0, 0, &ms20, 0, 8); }
  else if (IS("select")) { struct timeval t = { 0, 1000 }; CALL(SYS_select, 0, 0, 0, 0, &t); }
  else if (IS("epoll_wait")) { struct epoll_event e[4]; CALL(SYS_epoll_wait, epoll_create1(0), e, 4, 10); }
  else if (IS("ptrace")) traced(0);
  else if (IS("ptrace-cont")) traced(1);
  else if (IS("nanosleep")) CALL(SYS_nanosleep, &ms20, 0);
  else if (IS("mmap")) CALL(SYS_mmap, 0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  else if (IS("munmap")) { void *p = mmap(0, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); fact("addr", (long)p); CALL(SYS_munmap, p, 8192); }
  else if (IS("mprotect")) { void *p = mmap(0, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); fact("addr", (long)p); CALL(SYS_mprotect, p, 4096, PROT_READ | PROT_EXEC); }
  else if (IS("brk")) { long at = syscall(SYS_brk, 0); fact("addr", at + 4096); CALL(SYS_brk, at + 4096); }
  else if (IS("setuid")) CALL(SYS_setuid, 0);
  else if (IS("setgid")) CALL(SYS_setgid, 0);
  else if (IS("setresuid")) CALL(SYS_setresuid, 0, -1, 0);
  else if (IS("setresgid")) CALL(SYS_setresgid, 0, 0, -1);
  else if (IS("getuid")) CALL(SYS_getuid);
  else if (IS("getresuid")) { uid_t r, e, t; CALL(SYS_getresuid, &r, &e, &t); }
  else if (IS("getrlimit")) { long l[2]; CALL(SYS_getrlimit, 7, l); fact("cur", l[0]); fact("max", l[1]); }
  else if (IS("setsid")) CALL(SYS_setsid);
  else if (IS("setpgid")) CALL(SYS_setpgid, 0, 0);
  else if (IS("prctl")) CALL(SYS_prctl, PR_SET_NAME, "renamed");
  else if (IS("getpriority")) CALL(SYS_getpriority, 0, 0);
  else if (IS("sched_getparam-bad")) CALL(SYS_sched_getparam, -1, 0);
#if defined(__x86_64__)
  else if (IS("ia32")) { long r; fact("t0", now()); __asm__ volatile("int $0x80" : "=a"(r) : "a"(96), "b"(0), "c"(0)); fact("t1", now()); fact("ret", r); }  // getpriority of a 32-bit program
#endif
  else return 0;
  return 1;
}

static void flush(void) {
  fact("pid", getpid());
  fact("ppid", getppid());
  for (size_t at = 0; at < used;) { ssize_t n = write(1, facts + at, used - at); if (n <= 0) break; at += n; }
  used = 0;
}

static void *run_from_thread(void *argument) {
  char **args = argument;
  execv(args[0], args);
  return NULL;
}

// Copies a program into memory and runs it from there.
static void run_from_memory(const char *path, char **args, char **env) {
  int from = open(path, O_RDONLY), to = syscall(SYS_memfd_create, "porthole", 1);
  while (sendfile(to, from, NULL, 1 << 20) > 0) {}
  syscall(SYS_execveat, to, "", args, env, AT_EMPTY_PATH);
}

// Births and programs: the child ends with a status of its own.
static int processes(const char *name) {
  char *args[] = { "/bin/sh", "-c", "exit 7", NULL }, *env[] = { "PORTHOLE=test", "SECOND=2", NULL };
  long child = -1;
  if (IS("fork") || IS("vfork") || IS("clone") || IS("clone3")) {
    long long t0 = now();
    if (IS("fork")) child = syscall(SYS_fork);
    else if (IS("clone")) child = syscall(SYS_clone, SIGCHLD | CLONE_FS, 0, 0, 0, 0);
    else if (IS("clone3")) { struct clone_args a = { .flags = CLONE_FILES, .exit_signal = SIGCHLD }; child = syscall(SYS_clone3, &a, sizeof a); }
    else { child = vfork(); if (child == 0) _exit(5); }
    if (child == 0) _exit(5);
    fact("t0", t0);
    fact("t1", now());
    fact("ret", child);
  } else if (IS("execve") || IS("execveat") || IS("memfd-exec") || IS("exit-signal")) {
    fact("t0", now());
    child = fork();
    if (child == 0) {
      must(chdir(dir) == 0, "chdir");
      if (IS("execve")) syscall(SYS_execve, args[0], args, env);
      else if (IS("memfd-exec")) { run_from_memory(args[0], args, env); }
      else if (IS("execveat")) syscall(SYS_execveat, AT_FDCWD, args[0], args, env, 0);
      else kill(getpid(), SIGKILL);
      _exit(98);
    }
    fact("child", child);
  } else if (IS("thread-exec")) {
    child = fork();
    if (child == 0) { pthread_t t; pthread_create(&t, NULL, run_from_thread, args); pause(); }
    fact("child", child);
  } else if (IS("execve-missing")) { CALL(SYS_execve, in_dir(path_a, "missing"), args, env); return 1; }
  else return 0;
  int status = -1;
  must(waitpid(child, &status, 0) == child, "waitpid");
  fact("status", status);
  fact("t2", now());
  return 1;
}

// Overflows a ring on purpose: so many calls, nothing else.
static int many(const char *name) {
  if (!IS("many")) return 0;
  for (int i = 0; i < 200000; i++) syscall(SYS_getpriority, 0, 0);
  return 1;
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  dir = argv[2];
  if (!files(argv[1]) && !io(argv[1]) && !sockets(argv[1]) && !others(argv[1]) && !processes(argv[1]) && !many(argv[1])) { fprintf(stderr, "no call %s\n", argv[1]); return 2; }
  flush();
  return 0;
}
