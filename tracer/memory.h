/*
 * Reads the memory of a stopped task: process_vm_readv(2), and /proc/PID/mem
 * where that is not to be had.
 */
#ifndef CALLGATE_TRACER_MEMORY_H
#define CALLGATE_TRACER_MEMORY_H

#include "decoders/reader.h"

/*
 * Copies up to len bytes from addr of the task. Returns the bytes copied,
 * fewer than len where readable memory ends, or -errno: -EFAULT when nothing
 * there is readable, -ESRCH when the task is gone, -EPERM when it may not be
 * read (a program whose file is not readable, see proc(5), /proc/PID/mem).
 */
ssize_t task_memory_read(pid_t tid, uint64_t addr, void *buf, size_t len);

/* A reader over a task. `tid` is borrowed: it must outlive the reader. */
struct mem_reader task_memory_reader(pid_t *tid);

#endif
