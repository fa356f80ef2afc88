#include "base/json_node.h"

#include <stdlib.h>
#include <string.h>

#include "base/escape.h"

struct reading {
	struct json_parser *parser;
	struct arena *arena;
	char *at; /* in the arena's copy of the text, which a NUL ends */
	char *end;
	unsigned depth;
	const char *fault;
};

void json_parser_free(struct json_parser *parser)
{
	free(parser->open);
	*parser = (struct json_parser){ 0 };
}

static bool fail(struct reading *r, const char *fault)
{
	if (!r->fault)
		r->fault = fault;
	return false;
}

static void skip_space(struct reading *r)
{
	while (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r')
		r->at++;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The four digits after "\u"; -1 when they are not. */
static long read_unit(const char *s)
{
	long unit = 0;

	for (size_t i = 0; i < 4; i++) {
		int digit = hex_digit(s[i]);

		if (digit < 0)
			return -1;
		unit = unit << 4 | digit;
	}
	return unit;
}

/* Never longer than its escape. */
static char *put_rune(char *out, long rune)
{
	if (rune < 0x80) {
		*out++ = (char)rune;
		return out;
	}
	if (rune < 0x800) {
		*out++ = (char)(0xc0 | rune >> 6);
	} else {
		if (rune < 0x10000) {
			*out++ = (char)(0xe0 | rune >> 12);
		} else {
			*out++ = (char)(0xf0 | rune >> 18);
			*out++ = (char)(0x80 | (rune >> 12 & 0x3f));
		}
		*out++ = (char)(0x80 | (rune >> 6 & 0x3f));
	}
	*out++ = (char)(0x80 | (rune & 0x3f));
	return out;
}

/* "\ud83d\ude00" is one character; half of such a pair is none. r->at is after the 'u'. */
static bool read_rune(struct reading *r, char **out)
{
	long unit = read_unit(r->at), low;

	if (unit < 0)
		return fail(r, "\\u is not followed by four digits");
	r->at += 4;
	if (unit >= 0xd800 && unit < 0xdc00) {
		low = r->at[0] == '\\' && r->at[1] == 'u' ? read_unit(r->at + 2) : -1;
		if (low < 0xdc00 || low > 0xdfff)
			return fail(r, "half a character is escaped");
		r->at += 6;
		unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
	} else if (unit >= 0xdc00 && unit < 0xe000) {
		return fail(r, "half a character is escaped");
	}
	*out = put_rune(*out, unit);
	return true;
}

static bool read_escape(struct reading *r, char **out)
{
	static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
	char name = *r->at++;
	const char *found = name ? strchr(names, name) : NULL;

	if (name == 'u')
		return read_rune(r, out);
	if (!found)
		return fail(r, "an escape is not known");
	*(*out)++ = values[found - names];
	return true;
}

/* Unescapes it where it stands, and ends it with a NUL in the place of its quote. */
static bool read_string(struct reading *r, const char **text, size_t *len)
{
	char *out = ++r->at;

	*text = out;
	for (;;) {
		char *plain = r->at;

		while ((unsigned char)*r->at >= 0x20 && *r->at != '"' && *r->at != '\\')
			r->at++;
		if (out != plain)
			memmove(out, plain, (size_t)(r->at - plain));
		out += r->at - plain;
		if (*r->at != '\\')
			break;
		r->at++;
		if (!read_escape(r, &out))
			return false;
	}
	if (*r->at != '"')
		return fail(r, r->at < r->end ? "a string has a control character"
					      : "a string does not end");
	r->at++;
	*len = (size_t)(out - *text);
	*out = '\0';
	return true;
}

static size_t skip_digits(struct reading *r)
{
	char *first = r->at;

	while (*r->at >= '0' && *r->at <= '9')
		r->at++;
	return (size_t)(r->at - first);
}

static bool read_number(struct reading *r, struct json_node *out)
{
	bool negative = *r->at == '-', exact = true;
	int64_t value = 0;
	char *digits;

	r->at += negative;
	digits = r->at;
	if (!skip_digits(r) || (digits[0] == '0' && r->at > digits + 1))
		return fail(r, "a value is expected");
	for (; digits < r->at && exact; digits++) {
		int digit = *digits - '0';

		exact = !__builtin_mul_overflow(value, 10, &value) &&
			!__builtin_add_overflow(value, negative ? -digit : digit, &value);
	}
	if (*r->at == '.') {
		exact = false;
		r->at++;
		if (!skip_digits(r))
			return fail(r, "a number has no digits after its point");
	}
	if (*r->at == 'e' || *r->at == 'E') {
		exact = false;
		r->at++;
		r->at += *r->at == '+' || *r->at == '-';
		if (!skip_digits(r))
			return fail(r, "a number has an exponent without digits");
	}
	out->type = exact ? JSON_NODE_INTEGER : JSON_NODE_NUMBER;
	out->integer = exact ? value : 0;
	return true;
}

static bool read_word(struct reading *r, struct json_node *out)
{
	static const struct {
		const char *word;
		size_t len;
		enum json_node_type type;
	} words[] = {
		{ "true", 4, JSON_NODE_TRUE },
		{ "false", 5, JSON_NODE_FALSE },
		{ "null", 4, JSON_NODE_NULL },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strncmp(r->at, words[i].word, words[i].len) != 0)
			continue;
		r->at += words[i].len;
		out->type = words[i].type;
		return true;
	}
	return fail(r, r->at < r->end ? "a value is expected" : "the text ends too early");
}

/* A place for one more value of the innermost list; NULL when there is no room. */
static struct json_node *push(struct reading *r)
{
	struct json_parser *parser = r->parser;

	if (parser->len == parser->cap) {
		size_t cap = parser->cap ? parser->cap * 2 : 64;
		struct json_node *open = cap <= JSON_NODES_OPEN_MAX
						 ? reallocarray(parser->open, cap, sizeof(*open))
						 : NULL;

		if (!open) {
			fail(r, "there are too many values");
			return NULL;
		}
		parser->open = open;
		parser->cap = cap;
	}
	parser->open[parser->len] = (struct json_node){ 0 };
	return &parser->open[parser->len++];
}

static bool same_key(const struct json_node *member, const char *key, size_t len)
{
	return member->key_len == len && memcmp(member->key, key, len) == 0;
}

/*
 * Readers differ in which of two members of one name they take. The set has a
 * bit for keys of alike beginnings and lengths: most need not be compared.
 */
static bool is_there(
	const struct json_node *members, size_t n, const char *key, size_t len, uint64_t *set)
{
	unsigned char first = len ? (unsigned char)key[0] : 0;
	unsigned char last = len ? (unsigned char)key[len - 1] : 0;
	uint64_t bit = UINT64_C(1) << ((first * 7 + last * 13 + len) % 64);
	bool maybe = *set & bit;

	*set |= bit;
	for (size_t i = 0; maybe && i < n; i++) {
		if (same_key(&members[i], key, len))
			return true;
	}
	return false;
}

static bool read_value(struct reading *r, struct json_node *out);

static bool read_key(struct reading *r, size_t first, uint64_t *set, const char **key, size_t *len)
{
	const struct json_parser *parser = r->parser;
	size_t before = parser->len - first;
	const struct json_node *members = before ? parser->open + first : NULL;

	if (*r->at != '"')
		return fail(r, "the name of a member is expected");
	if (!read_string(r, key, len))
		return false;
	if (*len > UINT32_MAX)
		return fail(r, "the name of a member is too long");
	if (is_there(members, before, *key, *len, set))
		return fail(r, "a member is there twice");
	skip_space(r);
	if (*r->at != ':')
		return fail(r, "':' is expected");
	r->at++;
	skip_space(r);
	return true;
}

/* One element or member. The list may move in memory while its value is read. */
static bool read_item(struct reading *r, bool object, size_t first, uint64_t *set)
{
	struct json_node value = { 0 }, *item;
	const char *key = NULL;
	size_t len = 0;

	if (object && !read_key(r, first, set, &key, &len))
		return false;
	if (!read_value(r, &value))
		return false;
	item = push(r);
	if (!item)
		return false;
	*item = value;
	item->key = key;
	item->key_len = (uint32_t)len;
	return true;
}

/* What was gathered of the list since `first` moves to the arena. */
static bool close_list(struct reading *r, size_t first, struct json_node *out)
{
	struct json_parser *parser = r->parser;
	size_t n = parser->len - first;
	struct json_node *items = n ? arena_alloc(r->arena, n * sizeof(*items)) : NULL;

	if (n && !items)
		return fail(r, "it is too large");
	if (n)
		memcpy(items, parser->open + first, n * sizeof(*items));
	parser->len = first;
	out->list.items = items;
	out->list.len = n;
	return true;
}

static bool read_list(struct reading *r, bool object, struct json_node *out)
{
	char end = object ? '}' : ']';
	size_t first = r->parser->len;
	uint64_t set = 0;

	if (++r->depth > JSON_NODE_DEPTH_MAX)
		return fail(r, "it is nested too deeply");
	out->type = object ? JSON_NODE_OBJECT : JSON_NODE_ARRAY;
	r->at++;
	skip_space(r);
	for (bool more = *r->at != end; more;) {
		if (!read_item(r, object, first, &set))
			return false;
		skip_space(r);
		more = *r->at == ',';
		if (!more && *r->at != end)
			return fail(
				r, object ? "',' or '}' is expected" : "',' or ']' is expected");
		if (more) {
			r->at++;
			skip_space(r);
		}
	}
	r->at++;
	r->depth--;
	return close_list(r, first, out);
}

static bool read_value(struct reading *r, struct json_node *out)
{
	switch (*r->at) {
	case '{':
		return read_list(r, true, out);
	case '[':
		return read_list(r, false, out);
	case '"':
		out->type = JSON_NODE_STRING;
		return read_string(r, &out->string.text, &out->string.len);
	case '-':
	case '0' ... '9':
		return read_number(r, out);
	default:
		return read_word(r, out);
	}
}

const struct json_node *json_parse(struct json_parser *parser, const char *text, size_t len,
	struct arena *arena, const char **fault)
{
	struct json_node *root = arena_alloc(arena, sizeof(*root));
	struct reading r = { .parser = parser, .arena = arena, .at = arena_alloc(arena, len + 1) };

	*fault = "it is too large";
	if (!root || !r.at)
		return NULL;
	memcpy(r.at, text, len);
	r.end = r.at + len;
	parser->len = 0;
	if (!utf8_valid(r.at, len))
		fail(&r, "it is not UTF-8");
	skip_space(&r);
	if (!r.fault && read_value(&r, root)) {
		skip_space(&r);
		if (r.at != r.end)
			fail(&r, "there is more after the value");
	}
	*fault = r.fault;
	return r.fault ? NULL : root;
}

const struct json_node *json_node_get(const struct json_node *object, const char *key)
{
	size_t len = strlen(key);

	if (!json_node_is(object, JSON_NODE_OBJECT))
		return NULL;
	for (size_t i = 0; i < object->list.len; i++) {
		if (same_key(&object->list.items[i], key, len))
			return &object->list.items[i];
	}
	return NULL;
}

size_t json_node_count(const struct json_node *array)
{
	return json_node_is(array, JSON_NODE_ARRAY) ? array->list.len : 0;
}

const struct json_node *json_node_at(const struct json_node *array, size_t index)
{
	return index < json_node_count(array) ? &array->list.items[index] : NULL;
}

const char *json_node_text(const struct json_node *string)
{
	return json_node_is(string, JSON_NODE_STRING) ? string->string.text : NULL;
}

size_t json_node_text_len(const struct json_node *string)
{
	return json_node_is(string, JSON_NODE_STRING) ? string->string.len : 0;
}

int64_t json_node_integer(const struct json_node *integer)
{
	return json_node_is(integer, JSON_NODE_INTEGER) ? integer->integer : 0;
}
