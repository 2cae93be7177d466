// The demonstration's application: a small HTTP server of three threads that asks the cache, and reads files when the cache does not know.
// Its faults are on purpose: a missing configuration file at each request, a slow report, a host name that does not exist.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { THREADS = 3, BUFFER = 2048 };
static int listener;

/** A connection to a service of the demonstration, or -1. */
static int dial(const char *host, const char *port)
{
    struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM }, *found = NULL;
    int fd = -1;
    if (getaddrinfo(host, port, &hints, &found)) return -1;
    fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, found->ai_addr, found->ai_addrlen)) {
        close(fd);
        fd = -1;
    }
    freeaddrinfo(found);
    return fd;
}

/** Sends one command to the cache; its answer goes to `reply`. */
static ssize_t ask(int cache, char *reply, size_t size, const char *command)
{
    if (send(cache, command, strlen(command), MSG_NOSIGNAL) < 0) return -1;
    ssize_t got = recv(cache, reply, size - 1, 0);
    reply[got > 0 ? got : 0] = 0;
    return got;
}

static void product(int number, char *page, size_t size)
{
    char command[BUFFER], reply[BUFFER], path[64];
    int cache = dial("cache", "6379");
    snprintf(page, size, "Product %d", number);
    if (cache < 0) return;
    snprintf(command, sizeof command, "GET product:%d\r\n", number);
    if (ask(cache, reply, sizeof reply, command) > 0 && reply[0] == '$' && reply[1] != '-') {
        char *value = strstr(reply, "\r\n");
        snprintf(page, size, "%s (from the cache)", value ? strtok(value, "\r\n") : "");
    } else {
        snprintf(path, sizeof path, "/data/products/%d.txt", number);
        int file = open(path, O_RDONLY | O_CLOEXEC);
        if (file >= 0) {
            ssize_t got = read(file, page, size - 1);
            page[got > 0 ? got : 0] = 0;
            page[strcspn(page, "\n")] = 0;
            close(file);
            snprintf(command, sizeof command, "SET product:%d %.1000s\r\n", number, page);
            ask(cache, reply, sizeof reply, command);
        }
    }
    close(cache);
}

/** Slow on purpose: writes and syncs in a loop for about half a second. */
static void report(char *page, size_t size)
{
    int file = open("/tmp/report.csv", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    for (int row = 0; row < 25; row++) {
        dprintf(file, "%d;sold;%d\n", row, rand() % 100);
        fsync(file);
        usleep(20 * 1000);
    }
    close(file);
    snprintf(page, size, "25 rows");
}

static void checkout(char *page, size_t size)
{
    int orders = open("/data/orders.log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    dprintf(orders, "order %d\n", rand() % 100000);
    close(orders);
    int warehouse = dial("warehouse", "80");
    snprintf(page, size, warehouse < 0 ? "ordered; the warehouse does not answer" : "ordered");
    if (warehouse >= 0) close(warehouse);
}

static void serve(int client)
{
    char request[BUFFER], page[BUFFER], response[BUFFER + 256];
    const char *status = "200 OK";
    int number;
    ssize_t got = recv(client, request, sizeof request - 1, 0);
    if (got <= 0) return;
    request[got] = 0;
    int discounts = open("/etc/shop/discounts.conf", O_RDONLY | O_CLOEXEC);
    if (discounts >= 0) close(discounts);
    char *path = strchr(request, ' ');
    path = path ? path + 1 : "";
    if (sscanf(path, "/api/product/%d", &number) == 1) product(number, page, sizeof page);
    else if (!strncmp(path, "/api/report", 11)) report(page, sizeof page);
    else if (!strncmp(path, "/api/checkout", 13)) checkout(page, sizeof page);
    else {
        status = "404 Not Found";
        snprintf(page, sizeof page, "no such page");
    }
    int length = snprintf(response, sizeof response, "HTTP/1.0 %s\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
                          status, strlen(page), page);
    send(client, response, length, MSG_NOSIGNAL);
}

static void *work(void *name)
{
    prctl(PR_SET_NAME, name);
    for (;;) {
        int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (client < 0) continue;
        serve(client);
        close(client);
    }
    return NULL;
}

static void stop(int signal)
{
    (void)signal;
    _exit(0);
}

int main(void)
{
    static char *names[THREADS] = { "app-worker-1", "app-worker-2", "app-worker-3" };
    pthread_t threads[THREADS];
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(8000) };
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
    signal(SIGTERM, stop);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 64)) {
        perror("app: port 8000");
        return 1;
    }
    for (int i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, work, names[i]);
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    return 0;
}
