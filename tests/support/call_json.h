/* A call's arguments as the log has them, as a tree of jansson's. */
#ifndef CALLGATE_TESTS_SUPPORT_CALL_JSON_H
#define CALLGATE_TESTS_SUPPORT_CALL_JSON_H

#include <jansson.h>

#include "base/sbuf.h"
#include "decoders/json.h"
#include "decoders/record.h"

/* NULL when there is no memory. */
static inline json_t *json_call_args(const struct call *call, const struct socket_facts *facts)
{
	cleanup_sbuf struct sbuf text = SBUF_INIT;
	struct record record = { .out = &text };

	json_record_args(&record, NULL, call, facts);
	if (record.failed || text.failed)
		return NULL;
	return json_loadb(text.data, text.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
}

#endif
