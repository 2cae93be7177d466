// The demonstration's night job: copies the orders it can read, and now and then follows a null pointer, so that there is a crash to find.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int number = argc > 1 ? atoi(argv[1]) : 0;
    int queue = open("/queue/next", O_RDONLY);
    if (queue < 0) perror("job: /queue/next");
    int log = open("/var/log/job.log", O_WRONLY | O_CREAT | O_APPEND, 0600);
    dprintf(log, "run %d\n", number);
    close(log);
    if (number % 4 == 3) {
        volatile int *invoice = NULL;
        return *invoice;
    }
    return queue < 0 ? 1 : 0;
}
