#include "tracer/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/cleanup.h"

enum {
	PAGE = 4096,  /* the smallest page of any ABI we know */
	SEGMENTS = 17 /* one read of up to 64 KiB, unaligned */
};

/*
 * Splits a range at page ends. process_vm_readv(2) promises partial transfers
 * only between segments, so a segment must not cross into a page that may be
 * unmapped.
 */
static size_t split_pages(uint64_t addr, size_t len, struct iovec *remote, size_t *covered)
{
	size_t n = 0;

	*covered = 0;
	while (len && n < SEGMENTS) {
		size_t part = PAGE - addr % PAGE;

		if (part > len)
			part = len;
		remote[n].iov_base = (void *)(uintptr_t)addr;
		remote[n].iov_len = part;
		*covered += part;
		addr += part;
		len -= part;
		n++;
	}
	return n;
}

static ssize_t read_proc_mem(pid_t tid, uint64_t addr, void *buf, size_t len)
{
	char path[64];
	cleanup_close int fd = -1;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/mem", tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	n = pread(fd, buf, len, (off_t)addr);
	/* EIO is how /proc/PID/mem says that nothing is mapped there. */
	if (n < 0)
		return errno == EIO ? -EFAULT : -errno;
	return n ? n : -EFAULT;
}

/* Reads up to `want` bytes, as many as the segments cover. */
static ssize_t read_segments(pid_t tid, uint64_t addr, void *buf, size_t want, size_t *covered)
{
	struct iovec remote[SEGMENTS];
	struct iovec local = { .iov_base = buf, .iov_len = want };
	size_t n = split_pages(addr, want, remote, covered);
	ssize_t got = process_vm_readv(tid, &local, 1, remote, n, 0);

	if (got > 0)
		return got;
	if (got == 0)
		return -EFAULT;
	/* Not built in (CONFIG_CROSS_MEMORY_ATTACH), or denied by a container's filter. */
	if (errno == ENOSYS || errno == EPERM)
		return read_proc_mem(tid, addr, buf, want);
	return -errno;
}

ssize_t task_memory_read(pid_t tid, uint64_t addr, void *buf, size_t len)
{
	size_t done = 0;

	if (addr > UINT64_MAX - len)
		return -EFAULT;
	while (done < len) {
		size_t covered;
		ssize_t n =
			read_segments(tid, addr + done, (char *)buf + done, len - done, &covered);

		if (n < 0)
			return done ? (ssize_t)done : n;
		done += (size_t)n;
		if ((size_t)n < covered)
			break; /* readable memory ends here */
	}
	return (ssize_t)done;
}

static ssize_t read_task(void *ctx, uint64_t addr, void *buf, size_t len)
{
	return task_memory_read(*(pid_t *)ctx, addr, buf, len);
}

struct mem_reader task_memory_reader(pid_t *tid)
{
	return (struct mem_reader){ .read = read_task, .ctx = tid };
}
