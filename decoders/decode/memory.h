/*
 * Bounded reading of the calling task's memory, for the decoders only. An
 * address or a length can be anything: sums that wrap are unreadable memory,
 * as they are to the kernel.
 */
#ifndef CALLGATE_DECODERS_DECODE_MEMORY_H
#define CALLGATE_DECODERS_DECODE_MEMORY_H

#include "base/arena.h"
#include "decoders/abi.h"
#include "decoders/reader.h"
#include "decoders/value.h"

enum { MEMORY_PAGE = 4096 };

struct memory {
	const struct mem_reader *reader;
	unsigned word_size; /* bytes in a pointer of the task's */
	struct arena *arena;
	int *read_errno; /* set when the task itself cannot be read */
	/* The bytes read last, up to the end of a page: neighbouring strings are read once. */
	uint64_t window_addr;
	size_t window_len;
	uint8_t window[MEMORY_PAGE];
};

void memory_init(struct memory *m, const struct mem_reader *reader, const struct abi *abi,
	struct arena *arena, int *read_errno);

/* The bytes read, fewer than len where readable memory ends. */
size_t memory_read_some(struct memory *m, uint64_t addr, void *buf, size_t len);

/* True when all len bytes were read. */
bool memory_read(struct memory *m, uint64_t addr, void *buf, size_t len);

/* The pointer or long at index `i` of those read into buf, in the task's size. */
uint64_t memory_word_at(const struct memory *m, const void *buf, size_t i);

/*
 * A NUL-terminated string: at most `keep` bytes are kept in the arena, at
 * most `count` are looked at for full_len.
 */
struct bytes_value memory_string(struct memory *m, uint64_t addr, size_t keep, size_t count);

/* A buffer of a known length: at most `keep` bytes of it are kept. */
struct bytes_value memory_bytes(struct memory *m, uint64_t addr, uint64_t len, size_t keep);

#endif
