/*
 * Loads one eBPF object with libbpf, which relocates it against the running kernel's types in user space, and hands the descriptors of its maps and
 * programs over. A program of its own because Debian's libbpf.a and libelf.a cannot become part of a shared object; linked statically, so that it needs
 * nothing of the host. It inherits a socket (3, SOCK_SEQPACKET) and the object (4, a file); arguments: MAP=ENTRIES, the size of a map.
 *
 * It answers with one message and ends: lines `map NAME` and `program NAME` with the descriptors in this order beside them (SCM_RIGHTS), or a line
 * `error ERRNO` and behind it the end of what libbpf and the verifier say.
 */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

enum { ANSWER = 3, OBJECT = 4, MOST_DESCRIPTORS = 250, TEXT = 16384, SAID = 8000, ATTEMPTS = 20 };

static char said[2 * SAID];
static size_t said_bytes;

/* Keeps the end of what libbpf says. */
static int hear(enum libbpf_print_level level, const char *format, va_list args) {
  if (level == LIBBPF_DEBUG) return 0;
  static char line[1 << 20];
  int n = vsnprintf(line, sizeof line, format, args);
  size_t length = n < 0 ? 0 : (size_t)n < sizeof line ? (size_t)n : sizeof line - 1;
  const char *from = line;
  if (length > SAID) { from += length - SAID; length = SAID; }
  if (said_bytes + length > sizeof said) { size_t keep = SAID; memmove(said, said + said_bytes - keep, keep); said_bytes = keep; }
  memcpy(said + said_bytes, from, length);
  said_bytes += length;
  return n;
}

static int refuse(int code) {
  static char text[TEXT];
  size_t from = said_bytes > SAID ? said_bytes - SAID : 0;
  int n = snprintf(text, sizeof text, "error %d\n%.*s", code < 0 ? -code : code, (int)(said_bytes - from), said + from);
  if (send(ANSWER, text, (size_t)n, MSG_NOSIGNAL) < 0) return 2;
  return 1;
}

static int hand_over(struct bpf_object *object) {
  static char text[TEXT];
  union { struct cmsghdr align; char bytes[CMSG_SPACE(MOST_DESCRIPTORS * sizeof(int))]; } control;
  int fds[MOST_DESCRIPTORS];
  size_t count = 0, used = 0;
  struct bpf_map *map;
  struct bpf_program *program;
  bpf_object__for_each_map(map, object) {
    if (count == MOST_DESCRIPTORS || used > TEXT - 256) return refuse(E2BIG);
    fds[count++] = bpf_map__fd(map);
    used += (size_t)snprintf(text + used, 256, "map %s\n", bpf_map__name(map));
  }
  bpf_object__for_each_program(program, object) {
    if (count == MOST_DESCRIPTORS || used > TEXT - 256) return refuse(E2BIG);
    fds[count++] = bpf_program__fd(program);
    used += (size_t)snprintf(text + used, 256, "program %s\n", bpf_program__name(program));
  }
  struct iovec io = { .iov_base = text, .iov_len = used };
  struct msghdr message = { .msg_iov = &io, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = CMSG_SPACE(count * sizeof(int)) };
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(count * sizeof(int));
  memcpy(CMSG_DATA(header), fds, count * sizeof(int));
  return sendmsg(ANSWER, &message, MSG_NOSIGNAL) < 0 ? 2 : 0;
}

static struct bpf_object *opened(const void *bytes, size_t size, char **settings) {
  LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "porthole");
  struct bpf_object *object = bpf_object__open_mem(bytes, size, &options);
  if (!object) return NULL;
  for (; *settings; settings++) {
    char name[64] = "";
    unsigned entries = 0;
    struct bpf_map *map;
    if (sscanf(*settings, "%63[^=]=%u", name, &entries) != 2 || !(map = bpf_object__find_map_by_name(object, name)) || bpf_map__set_max_entries(map, entries) < 0) {
      bpf_object__close(object);
      errno = EINVAL;
      return NULL;
    }
  }
  return object;
}

int main(int argc, char **argv) {
  (void)argc;
  /* Whoever asked has ended: then nobody waits for an answer. */
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_NAME, "porthole-loader");
  libbpf_set_print(hear);
  struct stat facts;
  if (fstat(OBJECT, &facts) < 0) return refuse(errno);
  void *bytes = mmap(NULL, (size_t)facts.st_size, PROT_READ, MAP_PRIVATE, OBJECT, 0);
  if (bytes == MAP_FAILED) return refuse(errno);
  int result = -EAGAIN;
  struct bpf_object *object = NULL;
  /* The verifier gives up where a signal waits (kernel: do_check in kernel/bpf/verifier.c): again, then. */
  for (int attempt = 0; attempt < ATTEMPTS && result == -EAGAIN; attempt++) {
    if (object) bpf_object__close(object);
    said_bytes = 0;
    object = opened(bytes, (size_t)facts.st_size, argv + 1);
    if (!object) return refuse(errno);
    result = bpf_object__load(object);
  }
  return result < 0 ? refuse(result) : hand_over(object);
}
