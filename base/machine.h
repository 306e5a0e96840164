/*
 * How much of the machine this process may use: processors by its affinity and
 * the quota of its control groups, memory by their limits.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdint.h>

/* Processors, at least one. */
unsigned machine_processors(void);

/* Bytes of memory; 0: not known. */
uint64_t machine_memory(void);

/*
 * The same, for tests: the file system of control groups is at 'mount', and
 * 'groups' has the lines of /proc/self/cgroup.  UINT64_MAX and UINT_MAX: no
 * limit.
 */
uint64_t machine_memory_limit(const char *groups, const char *mount);
unsigned machine_processor_limit(const char *groups, const char *mount);

#endif
