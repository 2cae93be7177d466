// Many threads at once: threads COUNT CALLS. Each makes CALLS calls of getpriority, then all read from a pipe that stays empty. Says "made" when all have made theirs, and ends when its input ends.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static int calls, empty[2];
static pthread_barrier_t started, made;

static void *work(void *unused)
{
	char byte;

	pthread_barrier_wait(&started);
	for (int i = 0; i < calls; i++)
		syscall(SYS_getpriority, PRIO_PROCESS, 0);
	pthread_barrier_wait(&made);
	while (syscall(SYS_read, empty[0], &byte, 1) < 0)
		;
	return unused;
}

int main(int argc, char **argv)
{
	pthread_attr_t attributes;
	int count = argc == 3 ? atoi(argv[1]) : 0;
	char byte;

	if (count < 1 || pipe(empty) != 0)
		return 2;
	calls = atoi(argv[2]);
	pthread_barrier_init(&started, NULL, count + 1);
	pthread_barrier_init(&made, NULL, count + 1);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 16384);
	for (int i = 0; i < count; i++) {
		pthread_t thread;
		if (pthread_create(&thread, &attributes, work, NULL) != 0)
			return 1;
	}
	pthread_barrier_wait(&started);
	pthread_barrier_wait(&made);
	puts("made");
	fflush(stdout);
	while (read(0, &byte, 1) > 0)
		;
	return 0;
}
