/*
 * The memory of a task that never ran: stretches of bytes at addresses of the
 * test's choice, with nothing readable between them.
 */
#ifndef CALLGATE_TESTS_FAKE_MEMORY_H
#define CALLGATE_TESTS_FAKE_MEMORY_H

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "decoders/reader.h"

enum { FAKE_STRETCHES = 32 };

struct fake_memory {
	struct fake_stretch {
		uint64_t addr;
		const void *bytes;
		size_t len;
	} stretches[FAKE_STRETCHES];
	size_t len;
	int task_errno; /* when set, the task itself cannot be read */
	size_t at_most; /* when set, a read gives no more bytes than this */
	unsigned reads;
};

static inline ssize_t fake_read(void *ctx, uint64_t addr, void *buf, size_t len)
{
	struct fake_memory *m = ctx;

	m->reads++;
	if (m->task_errno)
		return -m->task_errno;
	for (size_t i = 0; i < m->len; i++) {
		const struct fake_stretch *s = &m->stretches[i];

		if (addr < s->addr || addr - s->addr >= s->len)
			continue;
		if (len > s->len - (addr - s->addr))
			len = s->len - (size_t)(addr - s->addr);
		if (m->at_most && len > m->at_most)
			len = m->at_most;
		memcpy(buf, (const uint8_t *)s->bytes + (addr - s->addr), len);
		return (ssize_t)len;
	}
	return -EFAULT;
}

static inline void fake_put(struct fake_memory *m, uint64_t addr, const void *bytes, size_t len)
{
	m->stretches[m->len++] = (struct fake_stretch){ addr, bytes, len };
}

static inline void fake_string(struct fake_memory *m, uint64_t addr, const char *text)
{
	fake_put(m, addr, text, strlen(text) + 1);
}

static inline struct mem_reader fake_reader(struct fake_memory *m)
{
	return (struct mem_reader){ .read = fake_read, .ctx = m };
}

#endif
