/*
 * Loads one of the probe's two objects. The one for kernels from 5.17 on comes as a light skeleton: relocation against the running kernel's types is done
 * in the kernel. The other, for kernels from 5.8 on, is relocated by libbpf in a process of its own (helper.h).
 */
#include "loaderParts.h"
#include <stdio.h>
#include "helper.h"
#include "porthole_5_8.skel.h"

#define LOG_BYTES (1 << 20)
enum { ATTEMPTS = 20 };

_Static_assert(sizeof(((struct porthole_5_8__bss *)0)->config) == sizeof(probe_config), "both objects take one configuration");
_Static_assert(sizeof(((struct porthole_5_8__bss *)0)->verdicts) == sizeof(probe_verdicts), "and as many verdicts");
_Static_assert(sizeof(((struct porthole_5_8__bss *)0)->owners) == sizeof(probe_owners), "and places");

/* As much of the end of a text as there is room for: what was refused stands there. */
static void keep_end(char *to, size_t bytes, const char *text, size_t length) {
  size_t keep = length < bytes ? length : bytes - 1;
  memcpy(to, text + length - keep, keep);
  to[keep] = 0;
}

static struct porthole *load_skeleton(const struct parts_sizes *sizes, char *log, int *result) {
  struct porthole *skel = porthole__open();
  if (!skel) { *result = -ENOMEM; return NULL; }
  skel->maps.scratch.max_entries = sizes->cpus;
  skel->maps.areas.max_entries = skel->maps.spare.max_entries = sizes->areas;
  if (log) {
    skel->ctx.log_level = 4; /* what is wrong, without every step to it */
    skel->ctx.log_size = LOG_BYTES;
    skel->ctx.log_buf = (uintptr_t)log;
  }
  *result = porthole__load(skel);
  if (*result < 0) { porthole__destroy(skel); return NULL; }
  return skel;
}

static int open_since_5_17(struct parts *parts, const struct parts_sizes *sizes) {
  int result = -EAGAIN;
  /* The verifier gives up where a signal waits for the thread (kernel: do_check in kernel/bpf/verifier.c): again, then. */
  for (int attempt = 0; attempt < ATTEMPTS && !parts->skel && result == -EAGAIN; attempt++) parts->skel = load_skeleton(sizes, NULL, &result);
  if (!parts->skel) return result;
  parts->object = PROBE_SINCE_5_17;
#define TAKE_MAP(name) parts->maps.name = parts->skel->maps.name.map_fd;
#define TAKE_PROGRAM(name) parts->programs.name = parts->skel->progs.name.prog_fd;
#define TAKE_FAMILY(name) TAKE_PROGRAM(x_##name)
  PROBE_MAPS(TAKE_MAP) PROBE_PROGRAMS(TAKE_PROGRAM) FAMILIES(TAKE_FAMILY)
  parts->slots = parts->skel->maps.slots.map_fd;
  parts->config = &parts->skel->bss->config;
  parts->verdicts = &parts->skel->bss->verdicts;
  parts->owners = &parts->skel->bss->owners;
  return 0;
}

static size_t bss_bytes(void) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  return (sizeof(struct porthole_5_8__bss) + page - 1) & ~(page - 1);
}

static int open_since_5_8(struct parts *parts, const struct parts_sizes *sizes, char *log, size_t log_bytes) {
  const struct helper_setting settings[] = { { "scratch", sizes->cpus }, { "areas", sizes->areas }, { "spare", sizes->areas } };
  size_t size = 0;
  const void *object = porthole_5_8__elf_bytes(&size);
  parts->answer = calloc(1, sizeof *parts->answer);
  if (!parts->answer) return -ENOMEM;
  int result = helper_load(object, size, settings, sizeof settings / sizeof *settings, parts->answer), missing = 0;
  if (result < 0) {
    keep_end(log, log_bytes, parts->answer->text, strlen(parts->answer->text));
    parts_close(parts);
    return result;
  }
#define FIND_MAP(name) if ((parts->maps.name = helper_find(parts->answer, "map", #name)) < 0) missing++;
#define FIND_PROGRAM(name) if ((parts->programs.name = helper_find(parts->answer, "program", #name)) < 0) missing++;
#define FIND_FAMILY(name) FIND_PROGRAM(x_##name)
  PROBE_MAPS(FIND_MAP) PROBE_PROGRAMS(FIND_PROGRAM) FAMILIES(FIND_FAMILY)
  int fd = helper_find(parts->answer, "map", "*.bss");
  void *bss = fd < 0 || missing > 0 ? MAP_FAILED : mmap(NULL, bss_bytes(), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (bss == MAP_FAILED) {
    result = fd < 0 || missing > 0 ? -EBADMSG : -errno;
    snprintf(log, log_bytes, "what was loaded is not whole, or its variables cannot be mapped");
    parts_close(parts);
    return result;
  }
  parts->object = PROBE_SINCE_5_8;
  parts->bss = bss;
  parts->config = (void *)&((struct porthole_5_8__bss *)bss)->config;
  parts->verdicts = (void *)&((struct porthole_5_8__bss *)bss)->verdicts;
  parts->owners = (void *)&((struct porthole_5_8__bss *)bss)->owners;
  return 0;
}

/* Loads the light skeleton once more, with a log: its end says what the verifier refused. */
static void keep_log(const struct parts_sizes *sizes, char *to, size_t bytes) {
  char *log = calloc(1, LOG_BYTES);
  int result = 0;
  if (!log) return;
  struct porthole *skel = load_skeleton(sizes, log, &result);
  if (skel) porthole__destroy(skel);
  keep_end(to, bytes, log, strnlen(log, LOG_BYTES));
  free(log);
}

static int failed(struct probe_error *error, int code, const char *step) {
  error->code = code < 0 ? -code : code;
  snprintf(error->step, sizeof error->step, "%s", step);
  return -error->code;
}

int parts_open(struct parts *parts, const struct parts_sizes *sizes, struct probe_error *error) {
  const char *asked = getenv("PORTHOLE_PROBE_OBJECT");
  const int older = asked && strcmp(asked, "5.8") == 0, newer = asked && strcmp(asked, "5.17") == 0;
  memset(parts, 0, sizeof *parts);
  if (asked && *asked && !older && !newer) return failed(error, EINVAL, "choose its object (PORTHOLE_PROBE_OBJECT is 5.8, 5.17 or empty)");
  if (older || newer) snprintf(parts->why, sizeof parts->why, "asked for by PORTHOLE_PROBE_OBJECT");
  int result = 0;
  if (!older) {
    result = open_since_5_17(parts, sizes);
    if (result == 0) return 0;
    if (newer || result == -ENOSYS || result == -ENOMEM) {
      if (newer && result != -EPERM) keep_log(sizes, error->log, sizeof error->log);
      return failed(error, result, "load the probe");
    }
    snprintf(parts->why, sizeof parts->why, "this kernel does not take the object for 5.17 and later: %s", strerror(-result));
  }
  int fallback = open_since_5_8(parts, sizes, error->log, sizeof error->log);
  if (fallback == 0) { error->log[0] = 0; return 0; }
  if (older || (result == -EPERM && fallback != -EPERM)) return failed(error, fallback, "load the object for kernels from 5.8 on");
  if (result == -EPERM) { error->log[0] = 0; return failed(error, EPERM, "load the probe"); }
  /* What the newer object was refused for says more, where the kernel could take it at all. */
  char *older_log = strdup(error->log);
  size_t half = sizeof error->log / 2;
  keep_log(sizes, error->log, half);
  size_t used = strlen(error->log);
  snprintf(error->log + used, sizeof error->log - used, "%sThe object for kernels from 5.8 on: %s. %s", used > 0 ? "\n" : "", strerror(-fallback), older_log ? older_log : "");
  free(older_log);
  return failed(error, result, "load the probe");
}

void parts_clear_slots(const struct parts *parts) {
  struct bpf_map_info info;
  union bpf_attr attr;
  memset(&info, 0, sizeof info);
  memset(&attr, 0, sizeof attr);
  attr.info.bpf_fd = parts->slots;
  attr.info.info_len = sizeof info;
  attr.info.info = (uintptr_t)&info;
  if (skel_sys_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof attr) < 0) return;
  const size_t bytes = (size_t)info.max_entries * info.value_size;
  void *slots = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, parts->slots, 0);
  if (slots == MAP_FAILED) return;
  memset(slots, 0, bytes);
  munmap(slots, bytes);
}

void parts_close(struct parts *parts) {
  if (parts->skel) porthole__destroy(parts->skel);
  if (parts->bss) munmap(parts->bss, bss_bytes());
  if (parts->answer) { helper_close(parts->answer); free(parts->answer); }
  parts->skel = NULL;
  parts->bss = NULL;
  parts->answer = NULL;
}
