/* A call decoded from registers and fake memory, for one test at a time. */
#ifndef CALLGATE_TESTS_DECODED_H
#define CALLGATE_TESTS_DECODED_H

#include "decoders/call.h"
#include "tests/support/fake_memory.h"

struct decoded {
	struct fake_memory mem;
	struct arena arena;
	struct call call;
	bool contents;
};

#define DECODED_ARENA (1024 * 1024)

static inline void decoded_init(struct decoded *d)
{
	memset(d, 0, sizeof(*d));
	arena_init(&d->arena, DECODED_ARENA);
}

static inline void decoded_free(struct decoded *d)
{
	arena_free(&d->arena);
}

#define cleanup_decoded __attribute__((cleanup(decoded_free)))

static inline void decode_abi(
	struct decoded *d, const struct abi *abi, int64_t nr, const uint64_t args[6])
{
	struct trap trap = { .tid = 1, .audit_arch = abi->audit_arch, .nr = nr };
	struct mem_reader reader = fake_reader(&d->mem);
	struct decode_options options = { .contents = d->contents };

	memcpy(trap.args, args, sizeof(trap.args));
	arena_reset(&d->arena);
	call_decode(&d->call, &trap, &reader, &d->arena, &options);
}

/* The call of that name on x86-64. */
#define DECODE(d, nr, ...)      decode_abi(d, &abi_x86_64, nr, (const uint64_t[6]){ __VA_ARGS__ })
#define DECODE_I386(d, nr, ...) decode_abi(d, &abi_i386, nr, (const uint64_t[6]){ __VA_ARGS__ })

static inline void decode_result(struct decoded *d, int64_t value)
{
	struct call_result result = { .known = true, .is_error = value < 0, .value = value };
	struct mem_reader reader = fake_reader(&d->mem);

	call_decode_result(&d->call, &result, &reader, &d->arena);
}

#endif
