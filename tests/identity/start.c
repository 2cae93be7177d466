// Load for start.test.ts: processes that open, inherit and read files whose content says which they are, and processes that begin and end. Ends by itself.
#include <fcntl.h>
#include <linux/openat2.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECONDS 60
#define MEMBERS 100

// A call that few others make, so that the test can leave out the rest of what a busy host does.
static int opened(const char *path) {
  struct open_how how = { .flags = O_RDONLY };
  int fd = (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
  return fd;
}

static void look(int fd) {
  char c;
  if (pread(fd, &c, 1, 0) != 1) _exit(1);
}

// The descriptor stands for one file and then for the other; children read what they have inherited, and what they have opened themselves.
static void shuffle(void) {
  for (;;) {
    int fd = opened("a");
    look(fd);
    close(fd);
    fd = opened("b");
    look(fd);
    pid_t child = fork();
    if (child == 0) {
      look(fd);
      close(fd);
      fd = opened("a");
      look(fd);
      _exit(0);
    }
    close(fd);
    fd = opened("a");
    look(fd);
    close(fd);
    waitpid(child, NULL, 0);
    usleep(500);
  }
}

// Processes that stay, and as many that end at once and of which nobody asks how: they are zombies as long as this one is there.
static void crowd(void) {
  prctl(PR_SET_NAME, "crowd");
  for (int i = 0; i < MEMBERS; i++) {
    pid_t child = fork();
    if (child == 0) { prctl(PR_SET_NAME, "member"); prctl(PR_SET_PDEATHSIG, SIGKILL); alarm(SECONDS); for (;;) pause(); }
    dprintf(1, "%d\n", (int)child);
    if (fork() == 0) _exit(0);
    usleep(2000);
  }
  dprintf(1, "done\n");
  for (;;) pause();
}

int main(int argc, char **argv) {
  alarm(SECONDS);
  if (argc > 1) crowd();
  shuffle();
}
