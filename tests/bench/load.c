// Makes a known number of system calls at a known rate: load RATE SECONDS, or load max CALLS. Prints "calls ns" at its end.
// Each call is a read of one byte from /dev/zero: cheap in the kernel, and carries data through the probe.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static long long now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

int main(int argc, char **argv)
{
	char byte;
	long long made = 0, start, due;
	int zero = open("/dev/zero", O_RDONLY);

	if (argc != 3 || zero < 0)
		return 2;
	start = now();
	if (strcmp(argv[1], "max") == 0) {
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
			while (now() < due) {
				long long left = due - now();
				struct timespec t = { 0, left };
				if (left > 0)
					nanosleep(&t, 0);
			}
		}
	}
	printf("%lld %lld\n", made, now() - start);
	return 0;
}
