/* The parts of a profile that lie in maps: control groups and processes. Each object that judges by them has its own. */
#pragma once
#include "loader.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Makes the map hold the profile's groups and nothing else. 0, or an errno below 0. */
int fill_groups(int fd, const struct probe_profile *profile);
/* The same for processes; `bits`: of their hashes, as the kernel side asks first. */
int fill_processes(int fd, const struct probe_profile *profile, uint64_t bits[64]);
/* The bits by which the kernel side asks first whether a thread group is one of those that are never traced. */
uint64_t bits_of_own(const uint32_t own[PROBE_OWN_MAX]);

#ifdef __cplusplus
}
#endif
