// Blocks in one system call, named by the first argument, for ever or until it is killed. For tests of what is told of calls under way.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void need(int ok, const char *what) { if (!ok) { perror(what); exit(1); } }

// A pipe that nobody writes to, as descriptors 40 and 41.
static void quiet_pipe(void) {
  int ends[2];
  need(pipe(ends) == 0, "pipe");
  need(dup2(ends[0], 40) == 40 && dup2(ends[1], 41) == 41, "dup2");
}
// A listening socket on 127.0.0.1:port as descriptor 42.
static void listener(int port) {
  int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  need(bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, 1) == 0 && dup2(fd, 42) == 42, "listen");
}
static void *wait_in_thread(void *unused) { (void)unused; char byte; prctl(PR_SET_NAME, "inner"); read(40, &byte, 1); return NULL; }

int main(int argc, char **argv) {
  const char *name = argc > 1 ? argv[1] : "", *path = argc > 2 ? argv[2] : "";
  int number = atoi(path);
  char byte;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  quiet_pipe();
  if (!strcmp(name, "read")) read(40, &byte, 1);
  else if (!strcmp(name, "thread")) { pthread_t thread; pthread_create(&thread, NULL, wait_in_thread, NULL); pthread_join(thread, NULL); }
  else if (!strcmp(name, "threads")) { pthread_attr_t small; pthread_attr_init(&small); pthread_attr_setstacksize(&small, 65536); for (int i = 0; i < number; i++) { pthread_t thread; pthread_create(&thread, &small, wait_in_thread, NULL); } pause(); }
  else if (!strcmp(name, "steps")) for (;;) {  // goes on by a byte on its standard input
    struct pollfd input = { 0, POLLIN, 0 };
    if (read(0, &byte, 1) <= 0 || poll(&input, 1, -1) < 0 || read(0, &byte, 1) <= 0) return 0;
  }
  else if (!strcmp(name, "accept")) { listener(number); accept(42, NULL, NULL); }
  else if (!strcmp(name, "recv")) {
    listener(number);
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(number), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    need(connect(fd, (struct sockaddr *)&address, sizeof address) == 0 && dup2(fd, 43) == 43, "connect");
    recv(43, &byte, 1, 0);
  }
  else if (!strcmp(name, "connect")) {  // a unix socket whose backlog is full
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int server = socket(AF_UNIX, SOCK_STREAM, 0);
    need(bind(server, (struct sockaddr *)&address, sizeof address) == 0 && listen(server, 0) == 0, "bind");
    for (;;) { int fd = socket(AF_UNIX, SOCK_STREAM, 0); need(connect(fd, (struct sockaddr *)&address, sizeof address) == 0, "connect"); }
  }
  else if (!strcmp(name, "poll")) { struct pollfd set[] = { { 40, POLLIN, 0 }, { -1, POLLIN, 0 }, { 41, POLLERR, 0 } }; poll(set, 3, -1); }
  else if (!strcmp(name, "ppoll")) { struct pollfd set[] = { { 40, POLLIN, 0 } }; ppoll(set, 1, NULL, NULL); }
  else if (!strcmp(name, "select")) { fd_set set; FD_ZERO(&set); FD_SET(40, &set); syscall(SYS_pselect6, 41, &set, NULL, NULL, NULL, NULL); }
  else if (!strcmp(name, "epoll")) {
    int epoll = epoll_create1(0);
    struct epoll_event event = { .events = EPOLLIN };
    need(epoll_ctl(epoll, EPOLL_CTL_ADD, 40, &event) == 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, eventfd(0, 0), &event) == 0 && dup2(epoll, 44) == 44, "epoll_ctl");
    epoll_wait(44, &event, 1, -1);
  }
  else if (!strcmp(name, "futex")) { static int word; syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0); }
  else if (!strcmp(name, "child")) { pid_t child = fork(); if (child == 0) { prctl(PR_SET_PDEATHSIG, SIGKILL); prctl(PR_SET_NAME, "offspring"); pause(); } waitpid(child, NULL, 0); }
  else if (!strcmp(name, "waitid")) { siginfo_t info; if (fork() == 0) { prctl(PR_SET_PDEATHSIG, SIGKILL); pause(); } waitid(P_ALL, 0, &info, WEXITED); }
  else if (!strcmp(name, "sleep")) { struct timespec span = { 4321, 500000000 }; clock_nanosleep(CLOCK_MONOTONIC, 0, &span, NULL); }
  else if (!strcmp(name, "open")) { need(mkfifo(path, 0600) == 0, "mkfifo"); open(path, O_RDONLY); }
  else if (!strcmp(name, "flock")) {
    int fd = open(path, O_CREAT | O_RDWR, 0600), other = open(path, O_RDWR);
    need(flock(fd, LOCK_EX) == 0 && dup2(other, 45) == 45, "flock");
    flock(45, LOCK_EX);
  }
  else if (!strcmp(name, "pause")) pause();
  else if (!strcmp(name, "queue")) { int queue = msgget(IPC_PRIVATE, 0600); struct { long type; char text[8]; } message; prctl(PR_SET_NAME, "queue"); msgrcv(queue, &message, 8, 0, 0); }
  else if (!strcmp(name, "absent")) {  // a set in memory that nobody has touched: reading it would have to fetch it
    syscall(SYS_poll, NULL, 0, -1);
  }
  else if (!strcmp(name, "run")) for (;;) ;
  else { fprintf(stderr, "no such call: %s\n", name); return 2; }
  return 0;
}
