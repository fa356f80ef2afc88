#include "decoders/wait_call.h"

#include <string.h>

static const struct wait_call calls[] = {
	{ "wait4", 0, 2, 0x80000000, 0 },
	{ "waitpid", 0, 2, 0x80000000, 0 },
	{ "waitid", 1, 3, 1, 1 },
};

const struct wait_call *wait_call_at(size_t i)
{
	return i < sizeof(calls) / sizeof(calls[0]) ? &calls[i] : NULL;
}

const struct wait_call *wait_call_by_name(const char *name)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (strcmp(name, calls[i].name) == 0)
			return &calls[i];
	}
	return NULL;
}
