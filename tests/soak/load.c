// Full load that keeps count of itself: load FILE CGROUP THREADS SEED makes calls of a few kinds by chance, from so many threads, within a control group;
// load churn CGROUP SEED makes processes and threads that begin and end. FILE is shared memory: u32 gate, u32 stop, from byte 128 on for each thread 256 bytes of its own:
// u32 parked, u32 -, u64 made[2 * KINDS] (those that went well, then those that failed). While the gate is closed the threads park (they make no call but nanosleep). A call is counted when it has returned.
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { GETPPID, READ, WRITE, OPENAT, CLOSE, FSTAT, LSEEK, GETPRIORITY, KINDS };
struct own { volatile uint32_t parked, pad; volatile uint64_t made[2 * KINDS]; } __attribute__((aligned(128)));
struct control { volatile uint32_t gate, stop; char pad[120]; struct own own[]; };

static struct control *control;
static uint32_t seed;

static uint32_t chance(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static void *work(void *argument)
{
	struct own *own = &control->own[(intptr_t)argument];
	uint32_t state = seed * 2654435761u + (uint32_t)(intptr_t)argument * 40503u + 1;
	int zero = open("/dev/zero", O_RDWR), file = -1;
	char data[4096], meta[512];
	struct timespec moment = { 0, 1000000 };
	while (!control->stop) {
		if (control->gate) {
			own->parked = 1;
			nanosleep(&moment, 0);
			continue;
		}
		own->parked = 0;
		__sync_synchronize();
		if (control->gate)
			continue;
		for (int i = 0; i < 64; i++) {
			int kind = chance(&state) % KINDS;
			long result = 0;
			uint32_t size = state >> 24 > 250 ? 4096 : state >> 26;
			switch (kind) {
			case GETPPID: result = syscall(SYS_getppid); break;
			case READ: result = syscall(SYS_read, zero, data, size); break;
			case WRITE: result = syscall(SYS_write, zero, data, size); break;
			case OPENAT:
				if (file >= 0) {  // one at a time; this close counts too
					own->made[CLOSE + (syscall(SYS_close, file) < 0 ? KINDS : 0)]++;
				}
				result = file = syscall(SYS_openat, AT_FDCWD, size & 1 ? "/etc/passwd" : "/nonexistent", O_RDONLY);
				break;
			case CLOSE: result = syscall(SYS_close, file); file = -1; break;
			case FSTAT: result = syscall(SYS_fstat, zero, meta); break;
			case LSEEK: result = syscall(SYS_lseek, zero, 0L, SEEK_CUR); break;
			case GETPRIORITY: result = syscall(SYS_getpriority, 0, 0); break;
			}
			own->made[kind + (result < 0 ? KINDS : 0)]++;
		}
	}
	return 0;
}

static void *nothing(void *argument) { return argument; }

// Processes that end well, by a signal within a call, or run another program; threads that end.
static void churn(void)
{
	char stack[16384];
	(void)stack;
	for (;;) {
		int how = chance(&seed) % 5, status;
		pid_t child = 0;
		pthread_t thread;
		switch (how) {
		case 0: case 1:
			child = fork();
			if (child == 0)
				_exit(0);
			break;
		case 2:
			child = fork();
			if (child == 0) {
				pause();
				_exit(0);
			}
			sched_yield();
			kill(child, SIGKILL);
			break;
		case 3:
			child = vfork();
			if (child == 0) {
				execl("/bin/true", "true", (char *)0);
				_exit(1);
			}
			break;
		case 4:
			if (pthread_create(&thread, 0, nothing, 0) == 0)
				pthread_join(thread, 0);
			break;
		}
		if (child > 0)
			waitpid(child, &status, 0);
	}
}

static int enter(const char *cgroup)
{
	char path[512], text[32];
	snprintf(path, sizeof path, "%s/cgroup.procs", cgroup);
	int fd = open(path, O_WRONLY), n = snprintf(text, sizeof text, "%d", getpid());
	if (fd < 0 || write(fd, text, n) != n) {
		perror(path);
		return -1;
	}
	close(fd);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "churn") == 0) {
		seed = strtoul(argv[3], 0, 0) | 1;
		if (enter(argv[2]) == 0)
			churn();
		return 1;
	}
	if (argc != 5 || enter(argv[2]) < 0)
		return 2;
	int threads = atoi(argv[3]), fd = open(argv[1], O_RDWR | O_CREAT, 0600);
	size_t size = sizeof *control + threads * sizeof(struct own);
	seed = strtoul(argv[4], 0, 0) | 1;
	if (fd < 0 || ftruncate(fd, size) < 0)
		return 2;
	control = mmap(0, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	pthread_t ids[threads];
	for (intptr_t i = 0; i < threads; i++)
		pthread_create(&ids[i], 0, work, (void *)i);
	printf("ready %zu %zu\n", sizeof *control, sizeof(struct own));
	fflush(stdout);
	for (int i = 0; i < threads; i++)
		pthread_join(ids[i], 0);
	return 0;
}
