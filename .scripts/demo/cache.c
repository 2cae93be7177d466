// The demonstration's cache: a key-value store that speaks the inline form of Redis' protocol. One thread, poll(2), a snapshot every ten seconds.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_CLIENTS = 64, MAX_ENTRIES = 256, LINE = 512, VALUE = 1024, SNAPSHOT_SECONDS = 10 };

struct entry { char key[64]; char value[VALUE]; time_t expires; };
static struct entry entries[MAX_ENTRIES];
static int entry_count;

static struct entry *find(const char *key)
{
    for (int i = 0; i < entry_count; i++)
        if (!strcmp(entries[i].key, key) && entries[i].expires > time(NULL)) return &entries[i];
    return NULL;
}

static void set(const char *key, const char *value)
{
    struct entry *entry = NULL;
    for (int i = 0; i < entry_count && !entry; i++)
        if (!strcmp(entries[i].key, key)) entry = &entries[i];
    if (!entry) entry = &entries[entry_count < MAX_ENTRIES ? entry_count++ : rand() % MAX_ENTRIES];
    snprintf(entry->key, sizeof entry->key, "%s", key);
    snprintf(entry->value, sizeof entry->value, "%s", value);
    entry->expires = time(NULL) + 5;
}

// Written beside and renamed, so that a reader never sees half a snapshot.
static void snapshot(void)
{
    int fd = open("/data/dump.tmp", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0) return;
    for (int i = 0; i < entry_count; i++) dprintf(fd, "%s %s\n", entries[i].key, entries[i].value);
    fsync(fd);
    close(fd);
    rename("/data/dump.tmp", "/data/dump");
}

static void answer(int fd, char *line)
{
    char reply[VALUE + 32];
    char *command = strtok(line, " \r\n"), *key = strtok(NULL, " \r\n"), *value = strtok(NULL, "\r\n");
    struct entry *entry;
    if (command && key && !strcmp(command, "GET")) {
        if ((entry = find(key))) snprintf(reply, sizeof reply, "$%zu\r\n%s\r\n", strlen(entry->value), entry->value);
        else strcpy(reply, "$-1\r\n");
    } else if (command && key && value && !strcmp(command, "SET")) {
        set(key, value);
        strcpy(reply, "+OK\r\n");
    } else {
        strcpy(reply, "-ERR unknown command\r\n");
    }
    send(fd, reply, strlen(reply), MSG_NOSIGNAL);
}

static void stop(int signal)
{
    (void)signal;
    _exit(0);
}

int main(void)
{
    struct pollfd fds[MAX_CLIENTS + 1];
    int count = 1;
    time_t next = time(NULL) + SNAPSHOT_SECONDS;
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(6379) };
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
    signal(SIGTERM, stop);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 64)) {
        perror("cache: port 6379");
        return 1;
    }
    fds[0] = (struct pollfd){ .fd = listener, .events = POLLIN };
    for (;;) {
        poll(fds, count, 1000);
        if (time(NULL) >= next) {
            snapshot();
            next = time(NULL) + SNAPSHOT_SECONDS;
        }
        for (int i = count - 1; i > 0; i--) {
            if (!fds[i].revents) continue;
            char line[LINE + VALUE];
            ssize_t got = recv(fds[i].fd, line, sizeof line - 1, 0);
            if (got > 0) {
                line[got] = 0;
                answer(fds[i].fd, line);
            } else {
                close(fds[i].fd);
                fds[i] = fds[--count];
            }
        }
        if (fds[0].revents & POLLIN) {
            int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
            if (client >= 0 && count <= MAX_CLIENTS) fds[count++] = (struct pollfd){ .fd = client, .events = POLLIN };
            else if (client >= 0) close(client);
        }
    }
}
