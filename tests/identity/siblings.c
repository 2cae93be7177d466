// Makes children with CLONE_PARENT, as a container's runtime does, for siblings.test.ts: number 10 is one file in the parent, and another in who makes them.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define FD 10

static void put(const char *path, int fd) {
  int opened = open(path, O_RDONLY);
  if (opened < 0 || dup2(opened, fd) != fd) _exit(2);
  close(opened);
}

static void look(off_t at) {
  char c;
  if (pread(FD, &c, 1, at) != 1) _exit(3);
}

// The second read comes after the maker's call has ended.
static void child(int go) {
  char c;
  look(0);
  if (read(go, &c, 1) != 1) _exit(4);
  look(1);
  _exit(0);
}

static void make(int inside) {
  put("b", FD);
  if (inside && unshare(CLONE_NEWPID) < 0) _exit(5);
  int go[2];
  if (pipe(go) < 0) _exit(6);
  long pid = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
  if (pid == 0) child(go[0]);
  if (pid < 0 || write(go[1], "x", 1) != 1) _exit(7);
  _exit(0);
}

// siblings ROUNDS [inside]; in a folder with the files a ("aa") and b ("bb").
int main(int argc, char **argv) {
  alarm(60);
  put("a", FD);
  for (int i = atoi(argv[1]); i > 0; i--) {
    pid_t maker = fork();
    if (maker == 0) make(argc > 2);
    int status, bad = 0;
    while (wait(&status) > 0) bad |= status;
    if (bad) return 1;
  }
  return 0;
}
