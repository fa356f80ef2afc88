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

/* A page that was read, or the end of one. */
struct memory_window {
	uint64_t addr;
	size_t len;
	uint8_t bytes[MEMORY_PAGE];
};

struct memory {
	const struct mem_reader *reader;
	unsigned word_size; /* bytes in a pointer of the task's */
	struct arena *arena;
	int *read_errno; /* set when the task itself cannot be read */
	/*
	 * What lies close together is read once: strings, and with the other window the
	 * vector that points to them.
	 */
	struct memory_window windows[2];
	size_t used; /* the one that was used last */
};

void memory_init(struct memory *m, const struct mem_reader *reader, const struct abi *abi,
	struct arena *arena, int *read_errno);

/* The bytes read, fewer than len where readable memory ends. */
size_t memory_read_some(struct memory *m, uint64_t addr, void *buf, size_t len);

/* True when all len bytes were read. */
bool memory_read(struct memory *m, uint64_t addr, void *buf, size_t len);

/* The pointer or long at index `i` of those read into buf, in the task's size. */
uint64_t memory_word_at(const struct memory *m, const void *buf, size_t i);

/* The pointer or long at this address; through the windows. False when it cannot be read. */
bool memory_word(struct memory *m, uint64_t addr, uint64_t *word);

/*
 * A NUL-terminated string: at most `keep` bytes are kept in the arena, at
 * most `count` are looked at for full_len.
 */
struct bytes_value memory_string(struct memory *m, uint64_t addr, size_t keep, size_t count);

/* A buffer of a known length: at most `keep` bytes of it are kept. */
struct bytes_value memory_bytes(struct memory *m, uint64_t addr, uint64_t len, size_t keep);

#endif
