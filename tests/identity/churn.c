// Load for churn.test.ts: processes that open, duplicate, close, connect, fork and run programs until there is a file "stop", and then hold still.
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define FIRST 20
#define SPAN 12
#define FILES 8

static unsigned seed;
static unsigned any(unsigned below) { return (seed = seed * 1103515245 + 12345) / 65536 % below; }

static void step(void) {
  char name[16];
  int fd = FIRST + (int)any(SPAN), other = FIRST + (int)any(SPAN), pair[2];
  switch (any(6)) {
    case 0: case 1:
      snprintf(name, sizeof name, "f%u", any(FILES));
      pair[0] = open(name, O_RDONLY);
      dup2(pair[0], fd);
      close(pair[0]);
      break;
    case 2: dup2(fd, other); break;
    case 3: close(fd); break;
    case 4: if (pipe(pair) == 0) { dup2(pair[0], fd); close(pair[0]); close(pair[1]); } break;
    case 5: if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0) { dup2(pair[1], fd); close(pair[0]); close(pair[1]); } break;
  }
}

// Each generation ends in a child that goes on in its place; every other one runs the program anew.
int main(int argc, char **argv) {
  if (argc > 2) {
    for (int i = atoi(argv[2]); i > 0; i--) if (fork() == 0) { seed = (unsigned)getpid(); goto work; }
    for (;;) pause();
  }
  seed = (unsigned)getpid();
work:
  alarm(90);
  for (;;) {
    for (int i = 0; i < 40; i++) { step(); if (i % 8 == 0) usleep(10000); }
    if (access("stop", F_OK) == 0) for (;;) pause();
    pid_t child = fork();
    if (child == 0) { prctl(PR_SET_PDEATHSIG, 0); if (any(2)) execl(argv[0], argv[0], "again", NULL); seed = (unsigned)getpid(); }
    else if (child > 0) _exit(0);
  }
}
