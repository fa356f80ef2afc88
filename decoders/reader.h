/*
 * How the memory of the calling task is read. Decoders know no kernel: the
 * tracer gives a reader over process_vm_readv(2), tests give one over bytes.
 */
#ifndef CALLGATE_DECODERS_READER_H
#define CALLGATE_DECODERS_READER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct mem_reader {
	/*
	 * Copies up to len bytes from addr of the task's memory. Returns the
	 * bytes copied, fewer than len where readable memory ends before
	 * that; -EFAULT when not even the first byte is readable; another
	 * -errno when the task itself cannot be read (-ESRCH, -EPERM).
	 */
	ssize_t (*read)(void *ctx, uint64_t addr, void *buf, size_t len);
	void *ctx;
};

#endif
