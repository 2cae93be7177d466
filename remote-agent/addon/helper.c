/* Runs the helper out of memory: it is part of the addon, and no file of it lies anywhere. */
#define _GNU_SOURCE
#include "helper.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include "helper.gen.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010u /* since 6.3 */
#endif

enum { ANSWER = 3, OBJECT = 4, ABOVE = 10, MOST_SETTINGS = 16, SETTING = 96 };

__asm__(".pushsection .rodata\n.balign 16\nporthole_helper_begin:\n.incbin \"" HELPER_PATH "\"\nporthole_helper_end:\n.byte 0\n.popsection\n");
extern const char porthole_helper_begin[] __attribute__((visibility("hidden"))), porthole_helper_end[] __attribute__((visibility("hidden")));

/* A file in memory with these bytes, its descriptor above those that the helper looks for. */
static int file_of(const char *name, const void *bytes, size_t size, int program) {
  int fd = program ? memfd_create(name, MFD_CLOEXEC | MFD_EXEC) : -1;
  if (fd < 0) fd = memfd_create(name, MFD_CLOEXEC);
  if (fd < 0) return -errno;
  for (size_t done = 0; done < size;) {
    ssize_t n = write(fd, (const char *)bytes + done, size - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) { int code = errno; close(fd); return -code; }
    done += (size_t)n;
  }
  int high = fcntl(fd, F_DUPFD_CLOEXEC, ABOVE), code = errno;
  close(fd);
  return high < 0 ? -code : high;
}

static int start(int program, int object, int socket, char *const argv[], pid_t *pid) {
  char path[32];
  char *const environment[] = { NULL };
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t none, usual;
  snprintf(path, sizeof path, "/proc/self/fd/%d", program);
  sigemptyset(&none);
  sigfillset(&usual);
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, socket, ANSWER);
  posix_spawn_file_actions_adddup2(&actions, object, OBJECT);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &usual);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  int result = posix_spawn(pid, path, &actions, &attributes, argv, environment);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return -result;
}

/* The helper's one message; what it says of a failure becomes the text. */
static int receive(int socket, struct helper_answer *answer) {
  union { struct cmsghdr align; char bytes[CMSG_SPACE(HELPER_DESCRIPTORS * sizeof(int))]; } control;
  struct iovec io = { .iov_base = answer->text, .iov_len = sizeof answer->text - 1 };
  struct msghdr message = { .msg_iov = &io, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes };
  ssize_t n;
  do n = recvmsg(socket, &message, MSG_CMSG_CLOEXEC); while (n < 0 && errno == EINTR);
  if (n < 0) return -errno;
  answer->text[n] = 0;
  for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    answer->count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    memcpy(answer->fds, CMSG_DATA(header), answer->count * sizeof(int));
  }
  if (n == 0) { snprintf(answer->text, sizeof answer->text, "the process that loads it has ended without a word"); return -EPIPE; }
  if (strncmp(answer->text, "error ", 6) != 0) return 0;
  int code = atoi(answer->text + 6);
  char *rest = strchr(answer->text, '\n');
  if (rest) memmove(answer->text, rest + 1, strlen(rest + 1) + 1);
  return code > 0 ? -code : -EIO;
}

int helper_load(const void *object, size_t size, const struct helper_setting *settings, size_t setting_count, struct helper_answer *answer) {
  char texts[MOST_SETTINGS][SETTING], *argv[MOST_SETTINGS + 2] = { "porthole-loader" };
  int sockets[2] = { -1, -1 }, program = -1, file = -1, high = -1, result = 0;
  pid_t pid = -1;
  memset(answer, 0, sizeof *answer);
  if (setting_count > MOST_SETTINGS) return -E2BIG;
  for (size_t i = 0; i < setting_count; i++) {
    snprintf(texts[i], SETTING, "%s=%u", settings[i].map, settings[i].entries);
    argv[i + 1] = texts[i];
  }
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0) result = -errno;
  if (result == 0 && (program = file_of("porthole-loader", porthole_helper_begin, (size_t)(porthole_helper_end - porthole_helper_begin), 1)) < 0) result = program;
  if (result == 0 && (file = file_of("porthole-object", object, size, 0)) < 0) result = file;
  if (result == 0 && (high = fcntl(sockets[1], F_DUPFD_CLOEXEC, ABOVE)) < 0) result = -errno;
  if (result == 0) result = start(program, file, high, argv, &pid);
  if (result < 0) snprintf(answer->text, sizeof answer->text, "the process that loads it could not be started");
  if (sockets[1] >= 0) close(sockets[1]);
  if (high >= 0) close(high);
  if (program >= 0) close(program);
  if (file >= 0) close(file);
  if (result == 0) result = receive(sockets[0], answer);
  if (sockets[0] >= 0) close(sockets[0]);
  while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR) { }
  if (result < 0) { int code = result; for (size_t i = 0; i < answer->count; i++) close(answer->fds[i]); answer->count = 0; return code; }
  return 0;
}

int helper_find(const struct helper_answer *answer, const char *kind, const char *name) {
  size_t index = 0, kind_bytes = strlen(kind), name_bytes = strlen(name);
  for (const char *line = answer->text; *line && index < answer->count; index++) {
    const char *end = strchr(line, '\n');
    size_t length = end ? (size_t)(end - line) : strlen(line);
    if (length > kind_bytes + 1 && strncmp(line, kind, kind_bytes) == 0 && line[kind_bytes] == ' ') {
      const char *found = line + kind_bytes + 1;
      size_t found_bytes = length - kind_bytes - 1;
      if (name[0] == '*' ? found_bytes >= name_bytes - 1 && strncmp(found + found_bytes - (name_bytes - 1), name + 1, name_bytes - 1) == 0 : found_bytes == name_bytes && strncmp(found, name, name_bytes) == 0) return answer->fds[index];
    }
    line += length + (end ? 1 : 0);
  }
  return -1;
}

void helper_close(struct helper_answer *answer) {
  for (size_t i = 0; i < answer->count; i++) close(answer->fds[i]);
  answer->count = 0;
}
