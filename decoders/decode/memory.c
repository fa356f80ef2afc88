#include "decoders/decode/memory.h"

#include <errno.h>
#include <string.h>

void memory_init(struct memory *m, const struct mem_reader *reader, const struct abi *abi,
	struct arena *arena, int *read_errno)
{
	m->reader = reader;
	m->word_size = abi->word_size;
	m->arena = arena;
	m->read_errno = read_errno;
	m->windows[0].len = m->windows[1].len = 0;
	m->used = 0;
}

size_t memory_read_some(struct memory *m, uint64_t addr, void *buf, size_t len)
{
	size_t done = 0;

	if (len > UINT64_MAX - addr)
		len = (size_t)(UINT64_MAX - addr);
	while (done < len) {
		ssize_t n = m->reader->read(
			m->reader->ctx, addr + done, (uint8_t *)buf + done, len - done);

		if (n < 0 && n != -EFAULT)
			*m->read_errno = (int)-n;
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	return done;
}

bool memory_read(struct memory *m, uint64_t addr, void *buf, size_t len)
{
	return memory_read_some(m, addr, buf, len) == len;
}

uint64_t memory_word_at(const struct memory *m, const void *buf, size_t i)
{
	const uint8_t *p = (const uint8_t *)buf + i * m->word_size;
	uint32_t narrow;
	uint64_t wide;

	if (m->word_size == sizeof(narrow)) {
		memcpy(&narrow, p, sizeof(narrow));
		return narrow;
	}
	memcpy(&wide, p, sizeof(wide));
	return wide;
}

/* Where `addr` is within a window. */
static bool window_holds(const struct memory_window *window, uint64_t addr)
{
	return addr >= window->addr && addr - window->addr < window->len;
}

/* A whole page costs no more than a part of it; but a reader may not have all of it. */
static void window_fill(struct memory *m, struct memory_window *window, uint64_t addr)
{
	size_t before = (size_t)(addr % MEMORY_PAGE);

	window->addr = addr - before;
	window->len = memory_read_some(m, window->addr, window->bytes, MEMORY_PAGE);
	if (window->len > before || before == 0)
		return;
	window->addr = addr;
	window->len = memory_read_some(m, addr, window->bytes, MEMORY_PAGE - before);
}

/* The readable bytes from addr to the end of its page at most; 0 when there are none. */
static size_t window_at(struct memory *m, uint64_t addr, const uint8_t **bytes)
{
	struct memory_window *window = &m->windows[m->used];

	if (!window_holds(window, addr)) {
		m->used = !m->used;
		window = &m->windows[m->used];
	}
	if (!window_holds(window, addr))
		window_fill(m, window, addr);
	if (!window_holds(window, addr))
		return 0;
	*bytes = window->bytes + (addr - window->addr);
	return window->len - (size_t)(addr - window->addr);
}

bool memory_word(struct memory *m, uint64_t addr, uint64_t *word)
{
	const uint8_t *bytes = NULL;
	uint8_t across[sizeof(*word)]; /* one that lies in two pages */

	if (window_at(m, addr, &bytes) < m->word_size) {
		if (!memory_read(m, addr, across, m->word_size))
			return false;
		bytes = across;
	}
	*word = memory_word_at(m, bytes, 0);
	return true;
}

/* The string's length, at most `count`; *status says whether its end was found. */
static size_t string_length(
	struct memory *m, uint64_t addr, size_t count, enum value_status *status)
{
	size_t len = 0;

	*status = VALUE_OK;
	while (len < count) {
		const uint8_t *bytes = NULL, *end;
		size_t n = addr > UINT64_MAX - len ? 0 : window_at(m, addr + len, &bytes);

		if (n == 0) {
			*status = VALUE_UNREADABLE;
			return len;
		}
		end = memchr(bytes, 0, n);
		if (end)
			return len + (size_t)(end - bytes) < count ? len + (size_t)(end - bytes)
								   : count;
		len += n;
	}
	*status = VALUE_CUT;
	return count;
}

/* Copies what string_length() found, from the window where it holds all of it. */
static bool copy_bytes(struct memory *m, uint64_t addr, uint8_t *to, size_t len)
{
	const uint8_t *bytes = NULL;

	if (window_at(m, addr, &bytes) < len)
		return memory_read(m, addr, to, len);
	memcpy(to, bytes, len);
	return true;
}

static size_t bounded_by_arena(const struct arena *arena, size_t len)
{
	/* Some is left for what comes after, and for the arena's own rounding. */
	size_t left = arena_left(arena);

	return len <= left / 2 ? len : left / 2;
}

struct bytes_value memory_string(struct memory *m, uint64_t addr, size_t keep, size_t count)
{
	struct bytes_value v = { .addr = addr };
	const uint8_t *end;
	uint8_t *data;
	size_t len;

	if (!addr) {
		v.status = VALUE_NULL;
		return v;
	}
	v.full_len = string_length(m, addr, count, &v.status);
	if (v.status == VALUE_UNREADABLE)
		return v;
	len = bounded_by_arena(m->arena, v.full_len < keep ? v.full_len : keep);
	data = arena_alloc(m->arena, len + 1);
	if (!data)
		len = 0;
	if (len < v.full_len)
		v.status = VALUE_CUT;
	if (len && !copy_bytes(m, addr, data, len)) {
		v.status = VALUE_UNREADABLE;
		return v;
	}
	/* Another thread may have shortened it since it was measured. */
	end = len ? memchr(data, 0, len) : NULL;
	if (end) {
		len = (size_t)(end - data);
		v.full_len = len;
		v.status = VALUE_OK;
	}
	v.data = data;
	v.len = len;
	return v;
}

struct bytes_value memory_bytes(struct memory *m, uint64_t addr, uint64_t len, size_t keep)
{
	struct bytes_value v = { .addr = addr, .full_len = len };
	size_t kept = bounded_by_arena(m->arena, len < keep ? (size_t)len : keep);
	uint8_t *data;

	if (!addr && len) {
		v.status = VALUE_NULL;
		return v;
	}
	data = kept ? arena_alloc(m->arena, kept) : NULL;
	if (!data)
		kept = 0;
	if (kept && !memory_read(m, addr, data, kept)) {
		v.status = VALUE_UNREADABLE;
		return v;
	}
	v.status = kept < len ? VALUE_CUT : VALUE_OK;
	v.data = data;
	v.len = kept;
	return v;
}
