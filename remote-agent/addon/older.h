/* The form for kernels from 5.8 on of an object that is beside the probe's own: loaded by libbpf in a process of its own (helper.h), asked for by name. */
#pragma once
#include <stddef.h>
#include "helper.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Which form PORTHOLE_PROBE_OBJECT asks for. */
enum object_asked { OBJECT_ANY, OBJECT_SINCE_5_8, OBJECT_SINCE_5_17 };
enum object_asked object_asked(void);
/* Whether what a newer form was refused with (an errno below 0) leaves hope for the older one. */
int older_may_do(int result);

struct older;
/* `bss_bytes`: of the object's variables. NULL with *error set to an errno below 0. */
struct older *older_open(const void *object, size_t size, const struct helper_setting *settings, size_t setting_count, size_t bss_bytes, int *error);
/* Descriptors; they stay the object's. -1 where there is none. */
int older_map(const struct older *older, const char *name);
int older_program(const struct older *older, const char *name);
/* Its variables, shared with the kernel. */
void *older_bss(const struct older *older);
void older_close(struct older *older);

#ifdef __cplusplus
}
#endif
