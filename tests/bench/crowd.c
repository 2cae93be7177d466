// Many sleeping processes in control groups of their own: crowd FOLDER PROCESSES THREADS. Process n makes FOLDER/n (its name: 64 hexadecimal digits, of which the first twelve are its own, as those are what containers are called by), moves there
// and starts THREADS threads that sleep. Says "ready", and ends everything when its input ends.
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void *sleeper(void *unused) { for (;;) pause(); return unused; }

static void fail(const char *what) { perror(what); exit(1); }

// In the group: its threads, then a byte for the parent.
static void live(const char *group, int threads, int out) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  char path[4096];
  snprintf(path, sizeof path, "%s/cgroup.procs", group);
  FILE *file = fopen(path, "w");
  if (!file || fprintf(file, "%d", getpid()) < 0 || fclose(file) != 0) fail(path);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 16384);
  for (int i = 1; i < threads; i++) {
    pthread_t thread;
    if (pthread_create(&thread, &attributes, sleeper, NULL) != 0) fail("pthread_create");
  }
  if (write(out, "x", 1) != 1) exit(1);
  sleeper(NULL);
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  int processes = atoi(argv[2]), threads = atoi(argv[3]), pipes[2];
  pid_t *pids = calloc(processes, sizeof *pids);
  if (pipe(pipes) != 0) fail("pipe");
  for (int i = 0; i < processes; i++) {
    char group[4096];
    snprintf(group, sizeof group, "%s/%012x%052x", argv[1], i + 1, 0);
    if (mkdir(group, 0755) != 0) fail(group);
    pids[i] = fork();
    if (pids[i] < 0) fail("fork");
    if (pids[i] == 0) { close(pipes[0]); close(0); live(group, threads, pipes[1]); }
  }
  close(pipes[1]);
  char byte;
  for (int i = 0; i < processes; i++) if (read(pipes[0], &byte, 1) != 1) { fprintf(stderr, "a process broke down\n"); break; }
  puts("ready");
  fflush(stdout);
  while (read(0, &byte, 1) > 0) { }
  for (int i = 0; i < processes; i++) kill(pids[i], SIGKILL);
  while (wait(NULL) > 0) { }
  return 0;
}
