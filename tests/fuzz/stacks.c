/*
 * What stacks are made of and programs choose: the text of /proc/PID/maps, perf
 * maps, mangled names; and what comes from the worker that reads the rest. The first
 * byte says which. Nothing may crash; what is found
 * must be in order.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/sbuf.h"
#include "tracer/stack/demangle.h"
#include "tracer/stack/perf_map.h"
#include "tracer/stack/maps.h"
#include "tracer/stack/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_maps(const char *text, size_t len)
{
	struct stack_maps maps;

	if (!stack_maps_parse(&maps, text, len))
		abort();
	for (size_t i = 0; i < maps.len; i++) {
		const struct stack_map *map = &maps.items[i];

		if (map->start >= map->end || map->code_start >= map->code_end ||
			(i && map->start < map[-1].end) ||
			stack_maps_find(&maps, map->start) != map ||
			stack_maps_find(&maps, map->end - 1) != map)
			abort();
	}
	for (size_t i = 0; i < maps.segments.len; i++) {
		const struct stack_segment *segment = &maps.segments.items[i];

		if (segment->start >= segment->end || (i && segment->start < segment[-1].end) ||
			stack_maps_segment(&maps, segment->start) != segment ||
			stack_maps_segment(&maps, segment->end - 1) != segment)
			abort();
	}
	stack_maps_free(&maps);
}

static void fuzz_perf_map(const char *text, size_t len)
{
	struct perf_map map = { 0 };
	uint64_t start = 0;

	if (perf_map_add(&map, text, len) > len)
		abort();
	for (size_t i = 0; i < map.len && i < 100; i++) {
		const struct perf_entry entry = map.items[i];
		const char *name = perf_map_find(&map, entry.start, &start);

		/* A later one at the same address may be shorter, but none is empty. */
		if (!name || start != entry.start || strlen(name) > PERF_NAME_MAX)
			abort();
	}
	perf_map_free(&map);
}

static void fuzz_demangle(const char *text, size_t len)
{
	struct sbuf out = SBUF_INIT;
	char *name = strndup(text, len);

	if (name)
		demangle(&out, name);
	if (out.len > DEMANGLED_MAX)
		abort();
	free(name);
	sbuf_free(&out);
}

static void fuzz_decode(const char *body, size_t len)
{
	struct sbuf again = SBUF_INIT;
	struct arena arena;
	struct stack stack;

	arena_init(&arena, 1 << 20);
	if (stack_decode(body, len, STACK_FRAMES_DEFAULT, &arena, &stack)) {
		stack_encode(&again, &stack);
		if (stack.len > STACK_FRAMES_DEFAULT || again.len != len)
			abort();
	}
	arena_free(&arena);
	sbuf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const fuzz[])(const char *text, size_t len) = { fuzz_maps, fuzz_perf_map,
		fuzz_demangle, fuzz_decode };

	if (size > 0)
		fuzz[data[0] % 4]((const char *)data + 1, size - 1);
	return 0;
}
