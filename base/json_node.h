/*
 * Reading JSON (RFC 8259): a line becomes a tree in an arena, in one pass and
 * without an allocation for each value. Logs have millions of lines, and a tree
 * of jansson's costs three times all else that is done with a line.
 *
 * Strict: UTF-8, no duplicate members, no text after the value. What is nested
 * deeper or has more values than anybody writes is refused.
 */
#ifndef CALLGATE_BASE_JSON_NODE_H
#define CALLGATE_BASE_JSON_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

enum { JSON_NODE_DEPTH_MAX = 64, JSON_NODES_OPEN_MAX = 1 << 20 };

enum json_node_type {
	JSON_NODE_NULL,
	JSON_NODE_FALSE,
	JSON_NODE_TRUE,
	JSON_NODE_INTEGER, /* one that an int64_t can hold */
	JSON_NODE_NUMBER,  /* any other; its value is not kept */
	JSON_NODE_STRING,
	JSON_NODE_ARRAY,
	JSON_NODE_OBJECT,
};

/* A value. Its parts are in the arena. */
struct json_node {
	enum json_node_type type;
	uint32_t key_len;
	const char *key; /* of an object's member */
	union {
		int64_t integer;
		struct {
			const char *text; /* ended by NUL, and NULs may be within */
			size_t len;
		} string;
		struct {
			const struct json_node *items;
			size_t len;
		} list; /* elements, or members */
	};
};

/* What is kept from one text to the next. All zero is a new one. */
struct json_parser {
	struct json_node *open; /* values of the lists that are not closed yet; owned */
	size_t len, cap;
};

void json_parser_free(struct json_parser *parser);

/* The value of the text; NULL with a constant sentence in *fault when it is not JSON. */
const struct json_node *json_parse(struct json_parser *parser, const char *text, size_t len,
	struct arena *arena, const char **fault);

/* All of these take NULL, and values of any type, and then find nothing. */
const struct json_node *json_node_get(const struct json_node *object, const char *key);
const struct json_node *json_node_at(const struct json_node *array, size_t index);
size_t json_node_count(const struct json_node *array);
const char *json_node_text(const struct json_node *string);
size_t json_node_text_len(const struct json_node *string);
int64_t json_node_integer(const struct json_node *integer);

static inline bool json_node_is(const struct json_node *node, enum json_node_type type)
{
	return node && node->type == type;
}

#endif
