/* Destinations: what is read is printed so that it reads the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "policy/destination.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void round_trip(const char *text, size_t len, enum destination_use use)
{
	struct sbuf first = SBUF_INIT, second = SBUF_INIT;
	struct destination d, again;
	struct err *err = NULL;
	struct arena arena;

	arena_init(&arena, 1 << 20);
	if (destination_parse(text, len, use, &arena, &d, &err) < 0) {
		if (!*err_text(err))
			abort();
		err_free(&err);
	} else {
		destination_print(&d, &first);
		if (destination_parse(sbuf_text(&first), first.len, use, &arena, &again, NULL) < 0)
			abort();
		destination_print(&again, &second);
		if (first.len != second.len ||
			memcmp(sbuf_text(&first), sbuf_text(&second), first.len) ||
			!destination_covers(&d, &again))
			abort();
	}
	sbuf_free(&first);
	sbuf_free(&second);
	arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	round_trip((const char *)data, size, DESTINATION_CONNECT);
	round_trip((const char *)data, size, DESTINATION_BIND);
	return 0;
}
