// Asks web servers for pages as fast as they answer: http SECONDS THREADS HOSTNAME ADDRESS PORT PATH..., one connection a page. Prints "answers failures wallNs"; an answer whose status is not 2xx
// or 3xx, or which breaks off, is a failure.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static char **paths;
static int path_count;
static const char *hostname;
static struct sockaddr_in address;
static long long end, answers, failures;

static long long now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int get(const char *path)
{
	char text[16384];
	struct timeval patience = { 20, 0 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), ok = 0;
	ssize_t n, all = 0;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0) {
		int length = snprintf(text, sizeof text, "GET %s HTTP/1.0\r\nHost: %s\r\nConnection: close\r\n\r\n", path, hostname);
		if (write(fd, text, length) == length) {
			while ((n = read(fd, text, sizeof text)) > 0) {
				if (all == 0)
					ok = n > 12 && (text[9] == '2' || text[9] == '3');
				all += n;
			}
			if (n < 0)
				ok = 0;
		}
	}
	close(fd);
	return ok;
}

static void *ask(void *argument)
{
	for (long i = (long)argument; now() < end; i++) {
		int ok = get(paths[i % path_count]);
		__sync_fetch_and_add(ok ? &answers : &failures, 1);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	if (argc < 7)
		return 2;
	long threads = atol(argv[2]), began = 0;
	pthread_t ids[threads];
	hostname = argv[3];
	address = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(atoi(argv[5])) };
	if (inet_pton(AF_INET, argv[4], &address.sin_addr) != 1)
		return 2;
	paths = argv + 6;
	path_count = argc - 6;
	long long start = now();
	end = start + atoll(argv[1]) * 1000000000LL;
	for (; began < threads; began++)
		if (pthread_create(&ids[began], NULL, ask, (void *)began) != 0)
			return 1;
	for (long i = 0; i < threads; i++)
		pthread_join(ids[i], NULL);
	printf("%lld %lld %lld\n", answers, failures, now() - start);
	return 0;
}
