// Makes a known number of system calls: load RATE SECONDS (so many a second), load max CALLS, load mix CALLS CPU. Prints "calls wallNs cpuNs" at its end.
// load ask CPU: makes the mix as often as numbers of calls come on its standard input, a line each, and answers each with such a line.
// RATE and max: reads of one byte from /dev/zero: cheap in the kernel, and carries data through the probe.
// mix: the thread stays on one CPU (-1: on any) and goes round getppid, open, read, write, close; 100 bytes in each buffer.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long long now(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static long long mix(long long n, int zero, int null)
{
	char buffer[100] = "";
	long long made = 0;

	for (; made < n; made += 5) {
		int fd;
		syscall(SYS_getppid);
		fd = open("/dev/null", O_RDWR);
		if (fd < 0 || read(zero, buffer, sizeof buffer) != sizeof buffer || write(null, buffer, sizeof buffer) != sizeof buffer || close(fd) != 0)
			return -1;
	}
	return made;
}

static int stay_on(int cpu)
{
	cpu_set_t set;
	if (cpu < 0)
		return 0;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof set, &set);
}

// A tenth before each is not counted: what is touched for the first time is no part of a call's cost.
static int answer(int zero, int null)
{
	long long calls;
	while (scanf("%lld", &calls) == 1) {
		long long start, used;
		if (mix(calls / 50 * 5, zero, null) < 0)
			return 1;
		start = now(CLOCK_MONOTONIC);
		used = now(CLOCK_THREAD_CPUTIME_ID);
		if (mix(calls, zero, null) != calls)
			return 1;
		used = now(CLOCK_THREAD_CPUTIME_ID) - used;
		printf("%lld %lld %lld\n", calls, now(CLOCK_MONOTONIC) - start, used);
		fflush(stdout);
	}
	return 0;
}

int main(int argc, char **argv)
{
	char byte;
	long long made = 0, start, used, due;
	int zero = open("/dev/zero", O_RDONLY), null = open("/dev/null", O_WRONLY);

	if (argc < 3 || zero < 0 || null < 0)
		return 2;
	if (strcmp(argv[1], "ask") == 0)
		return stay_on(atoi(argv[2])) < 0 ? 3 : answer(zero, null);
	if (strcmp(argv[1], "mix") == 0) {
		if (stay_on(argc > 3 ? atoi(argv[3]) : -1) < 0)
			return 3;
		if (mix(5000, zero, null) < 0)
			return 1;
	}
	start = now(CLOCK_MONOTONIC);
	used = now(CLOCK_THREAD_CPUTIME_ID);
	if (strcmp(argv[1], "mix") == 0) {
		made = mix(atoll(argv[2]), zero, null);
		if (made < 0)
			return 1;
	} else if (strcmp(argv[1], "max") == 0) {
		for (long long n = atoll(argv[2]); made < n; made++)
			if (read(zero, &byte, 1) != 1)
				return 1;
	} else {
		long rate = atol(argv[1]), seconds = atol(argv[2]);
		// in slices of 10 ms (one call each 100 ms at ten a second), so that sleeping does not cost a call of its own for each
		long slices = rate < 100 ? rate : 100, each = rate / slices;
		for (long s = 0; s < slices * seconds; s++) {
			for (long i = 0; i < each; i++, made++)
				if (read(zero, &byte, 1) != 1)
					return 1;
			due = start + (s + 1) * 1000000000LL / slices;
			while (now(CLOCK_MONOTONIC) < due) {
				long long left = due - now(CLOCK_MONOTONIC);
				struct timespec t = { 0, left };
				if (left > 0)
					nanosleep(&t, 0);
			}
		}
	}
	used = now(CLOCK_THREAD_CPUTIME_ID) - used;
	printf("%lld %lld %lld\n", made, now(CLOCK_MONOTONIC) - start, used);
	return 0;
}
