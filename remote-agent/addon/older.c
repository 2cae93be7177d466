/* Objects in their form for kernels from 5.8 on. */
#include "older.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>

struct older {
  struct helper_answer answer;
  void *bss;
  size_t bss_bytes;
};

enum object_asked object_asked(void) {
  const char *asked = getenv("PORTHOLE_PROBE_OBJECT");
  return asked && strcmp(asked, "5.8") == 0 ? OBJECT_SINCE_5_8 : asked && strcmp(asked, "5.17") == 0 ? OBJECT_SINCE_5_17 : OBJECT_ANY;
}

int older_may_do(int result) { return result < 0 && result != -ENOMEM && result != -ENOSYS; }

struct older *older_open(const void *object, size_t size, const struct helper_setting *settings, size_t setting_count, size_t bss_bytes, int *error) {
  struct older *older = calloc(1, sizeof *older);
  if (!older) { *error = -ENOMEM; return NULL; }
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  older->bss_bytes = (bss_bytes + page - 1) & ~(page - 1);
  older->bss = MAP_FAILED;
  *error = helper_load(object, size, settings, setting_count, &older->answer);
  if (*error == 0) {
    int fd = helper_find(&older->answer, "map", "*.bss");
    older->bss = fd < 0 ? MAP_FAILED : mmap(NULL, older->bss_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (older->bss == MAP_FAILED) *error = fd < 0 ? -EBADMSG : -errno;
  }
  if (*error == 0) return older;
  older_close(older);
  return NULL;
}

int older_map(const struct older *older, const char *name) { return helper_find(&older->answer, "map", name); }
int older_program(const struct older *older, const char *name) { return helper_find(&older->answer, "program", name); }
void *older_bss(const struct older *older) { return older->bss; }

void older_close(struct older *older) {
  if (!older) return;
  if (older->bss != MAP_FAILED) munmap(older->bss, older->bss_bytes);
  helper_close(&older->answer);
  free(older);
}
