/* JSON of any bytes: our reader and jansson understand the same, or both refuse it. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/json_both.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!json_agree((const char *)data, size)) {
		fprintf(stderr, "they do not agree\n");
		abort();
	}
	return 0;
}
