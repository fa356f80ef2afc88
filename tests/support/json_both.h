/* JSON as our reader and as jansson understand it, held against each other. */
#ifndef CALLGATE_TESTS_SUPPORT_JSON_BOTH_H
#define CALLGATE_TESTS_SUPPORT_JSON_BOTH_H

#include <jansson.h>
#include <string.h>

#include "base/json_node.h"

static inline bool json_same(const struct json_node *ours, json_t *theirs);

static inline bool json_same_list(const struct json_node *ours, json_t *theirs)
{
	bool object = ours->type == JSON_NODE_OBJECT;

	if (!(object ? json_is_object(theirs) : json_is_array(theirs)) ||
		ours->list.len != (object ? json_object_size(theirs) : json_array_size(theirs)))
		return false;
	for (size_t i = 0; i < ours->list.len; i++) {
		const struct json_node *item = &ours->list.items[i];
		json_t *other = object ? json_object_getn(theirs, item->key, item->key_len)
				       : json_array_get(theirs, i);

		if (!other || !json_same(item, other))
			return false;
	}
	return true;
}

static inline bool json_same(const struct json_node *ours, json_t *theirs)
{
	switch (ours->type) {
	case JSON_NODE_NULL:
		return json_is_null(theirs);
	case JSON_NODE_FALSE:
		return json_is_false(theirs);
	case JSON_NODE_TRUE:
		return json_is_true(theirs);
	case JSON_NODE_INTEGER:
		return json_is_integer(theirs) && json_integer_value(theirs) == ours->integer;
	case JSON_NODE_NUMBER:
		return json_is_real(theirs);
	case JSON_NODE_STRING:
		return json_is_string(theirs) && json_string_length(theirs) == ours->string.len &&
		       !memcmp(json_string_value(theirs), ours->string.text, ours->string.len + 1);
	default:
		return json_same_list(ours, theirs);
	}
}

/*
 * What jansson refuses for reasons of its own: numbers that do not fit, names of
 * members with NUL bytes; and that it nests deeper.
 */
static inline bool json_refused_for(const json_error_t *error)
{
	enum json_error_code code = json_error_code(error);

	return code == json_error_numeric_overflow || code == json_error_null_byte_in_key;
}

/* Both refuse the text, or understand the same. */
static inline bool json_agree(const char *text, size_t len)
{
	struct json_parser parser = { 0 };
	const struct json_node *ours;
	const char *fault;
	struct arena arena;
	json_error_t error = { 0 };
	json_t *theirs = json_loadb(
		text, len, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	bool agree;

	arena_init(&arena, 64 * 1024 * 1024);
	ours = json_parse(&parser, text, len, &arena, &fault);
	if (memchr(text, 0, len)) /* jansson takes some NUL bytes for the end */
		agree = !ours && fault;
	else if (ours && theirs)
		agree = !fault && json_same(ours, theirs);
	else if (ours)
		agree = json_refused_for(&error);
	else
		agree = fault && (!theirs || strstr(fault, "nested") || strstr(fault, "too many"));
	json_decref(theirs);
	json_parser_free(&parser);
	arena_free(&arena);
	return agree;
}

#endif
