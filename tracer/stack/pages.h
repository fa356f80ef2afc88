/* Memory of a stopped task during one walk: read page by page, not word by word. */
#ifndef CALLGATE_TRACER_STACK_PAGES_H
#define CALLGATE_TRACER_STACK_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tracer/stack/host.h"

enum { STACK_PAGES = 16 };

struct stack_page {
	uint64_t base;
	bool read, there;
	uint8_t bytes[STACK_PAGE];
};

/* All zero but for these two, which are borrowed. */
struct stack_pages {
	const struct stack_host *host;
	const struct stack_request *request;
	struct stack_page pages[STACK_PAGES];
};

/* False: not all of it can be read. */
bool stack_pages_read(struct stack_pages *pages, uint64_t address, void *bytes, size_t len);

/* One page of the request's task from the host, kept by nobody. */
bool stack_page_ask(const struct stack_host *host, uint64_t address, uint8_t *page);

#endif
