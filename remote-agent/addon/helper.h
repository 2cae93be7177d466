/* Has an eBPF object loaded by libbpf, in a process of its own that ends at once (helper/helper.c): for kernels that cannot relocate programs themselves. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { HELPER_DESCRIPTORS = 250, HELPER_TEXT = 16384 };

struct helper_setting { const char *map; uint32_t entries; };

/* What has been loaded: names in the order of the descriptors. */
struct helper_answer { int fds[HELPER_DESCRIPTORS]; size_t count; char text[HELPER_TEXT]; };

/* 0, or an errno below 0; `answer->text` is then what the loader says of it. `settings`: sizes of maps. */
int helper_load(const void *object, size_t size, const struct helper_setting *settings, size_t setting_count, struct helper_answer *answer);
/* The descriptor of `map NAME` or `program NAME`, -1 where there is none. It stays the answer's. `name` beginning with `*`: whatever ends so. */
int helper_find(const struct helper_answer *answer, const char *kind, const char *name);
void helper_close(struct helper_answer *answer);

#ifdef __cplusplus
}
#endif
