#include "tracer/stack/pages.h"

#include <string.h>

bool stack_page_ask(const struct stack_host *host, uint64_t address, uint8_t *page)
{
	struct stack_question question = { .what = STACK_ASK_PAGE, .address = address };
	struct stack_answer answer;

	host->ask(host->ctx, &question, &answer);
	if (answer.fd < 0)
		return false;
	memcpy(page, answer.page, STACK_PAGE);
	return true;
}

/* Of the stack's pages the first came with the request. */
static bool fill(const struct stack_pages *pages, uint64_t base, uint8_t *bytes)
{
	const struct stack_request *request = pages->request;
	uint64_t i = (base - request->ahead) / STACK_PAGE;

	if (i >= STACK_PAGES_AHEAD)
		return stack_page_ask(pages->host, base, bytes);
	memcpy(bytes, request->pages[i], STACK_PAGE);
	return request->has_ahead[i];
}

static const uint8_t *find(struct stack_pages *pages, uint64_t base)
{
	struct stack_page *page = &pages->pages[base / STACK_PAGE % STACK_PAGES];

	if (!page->read || page->base != base) {
		page->base = base;
		page->read = true;
		page->there = fill(pages, base, page->bytes);
	}
	return page->there ? page->bytes : NULL;
}

bool stack_pages_read(struct stack_pages *pages, uint64_t address, void *bytes, size_t len)
{
	uint8_t *to = bytes;

	while (len) {
		uint64_t within = address % STACK_PAGE;
		size_t part = STACK_PAGE - within < len ? STACK_PAGE - within : len;
		const uint8_t *page = find(pages, address - within);

		if (!page)
			return false;
		memcpy(to, page + within, part);
		to += part;
		address += part;
		len -= part;
	}
	return true;
}
