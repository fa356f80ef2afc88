/*
 * What one address of a process belongs to now, without reading all of
 * /proc/PID/maps: PROCMAP_QUERY, Linux 6.11 (Documentation/filesystems/proc.rst).
 */
#ifndef CALLGATE_TRACER_STACK_MAP_QUERY_H
#define CALLGATE_TRACER_STACK_MAP_QUERY_H

#include "tracer/stack/maps.h"

/*
 * Asks by the descriptor of a process's maps. Returns 1 with the executable mapping
 * of the address, 0 when it is in none, -errno when the kernel cannot say
 * (-ENOTTY before 6.11; -ESRCH: the process is gone).
 */
int stack_map_query(int maps_fd, uint64_t address, struct stack_segment *out);

/* The request's number, for who filters ioctl(2). */
extern const unsigned stack_map_query_request;

#endif
