/*
 * Writing one line of the log: an object, member by member, straight into the
 * line. A tree of jansson's per event costs several times as much.
 *
 * What is not ASCII is written as \u escapes: a log shown on a terminal must
 * not reorder or hide text either.
 */
#ifndef CALLGATE_DECODERS_RECORD_H
#define CALLGATE_DECODERS_RECORD_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "base/sbuf.h"

struct record {
	struct sbuf *out; /* borrowed */
	bool more;        /* the next member or element needs a comma before it */
	bool failed;
};

/* Begins the object. Members follow; a NULL key is an element of the open array. */
void record_open(struct record *record, struct sbuf *out);

/* Ends it. False when anything in it failed: what was added is then of no use. */
bool record_close(struct record *record);

/*
 * What comes before a value: a comma, and the key, which is a plain word of ours. Inline, as
 * are the members below: where a key is constant, so is all that is added for it.
 */
static inline void record_key(struct record *record, const char *key)
{
	size_t len = key ? strlen(key) : 0;
	char *to = sbuf_take(record->out, record->more + (key ? len + 3 : 0));

	if (to && record->more)
		*to++ = ',';
	record->more = true;
	if (!to || !key)
		return;
	to[0] = '"';
	memcpy(to + 1, key, len); /* NOLINT(bugprone-not-null-terminated-result): no string */
	to[len + 1] = '"';
	to[len + 2] = ':';
}

/* Values, after their keys. */
void record_put_number(struct record *record, int64_t value);
void record_put_unsigned(struct record *record, uint64_t value);
void record_put_micros(struct record *record, uint64_t ns);
void record_put_hex(struct record *record, uint64_t value);
void record_put_ipv4(struct record *record, const void *bytes);
void record_put_bytes(struct record *record, const void *bytes, size_t len);
void record_put_word(struct record *record, const char *word);
void record_put_time(struct record *record, const struct timespec *time);
void record_put_json(struct record *record, json_t *value);

/* Numbers above 2^53, which a reader's double would round, are written as strings (RFC 8259). */
static inline void record_number(struct record *record, const char *key, int64_t value)
{
	record_key(record, key);
	record_put_number(record, value);
}

static inline void record_unsigned(struct record *record, const char *key, uint64_t value)
{
	record_key(record, key);
	record_put_unsigned(record, value);
}

/* Nanoseconds as a decimal fraction of microseconds. */
static inline void record_micros(struct record *record, const char *key, uint64_t ns)
{
	record_key(record, key);
	record_put_micros(record, ns);
}

static inline void record_bool(struct record *record, const char *key, bool value)
{
	record_key(record, key);
	sbuf_str(record->out, value ? "true" : "false");
}

static inline void record_null(struct record *record, const char *key)
{
	record_key(record, key);
	sbuf_add(record->out, "null", 4);
}

/* "0x7ffd00" */
static inline void record_hex(struct record *record, const char *key, uint64_t value)
{
	record_key(record, key);
	record_put_hex(record, value);
}

/* The four bytes of an address, as inet_ntop(3) writes them. */
static inline void record_ipv4(struct record *record, const char *key, const void *bytes)
{
	record_key(record, key);
	record_put_ipv4(record, bytes);
}

/* Text from outside: a string, or {"base64":"..."} when it is not UTF-8. NULL adds nothing. */
static inline void record_bytes(
	struct record *record, const char *key, const void *bytes, size_t len)
{
	record_key(record, key);
	record_put_bytes(record, bytes, len);
}

static inline void record_text(struct record *record, const char *key, const char *text)
{
	if (text)
		record_bytes(record, key, text, strlen(text));
}

/* A word of our own, in which nothing needs an escape. */
static inline void record_word(struct record *record, const char *key, const char *word)
{
	record_key(record, key);
	record_put_word(record, word);
}

/* UTC as in RFC 3339, with nanoseconds: "2026-01-02T03:04:05.678901234Z". */
static inline void record_time(struct record *record, const char *key, const struct timespec *time)
{
	record_key(record, key);
	record_put_time(record, time);
}

/* Takes the value over; NULL is a value there was no memory for. */
static inline void record_json(struct record *record, const char *key, json_t *value)
{
	record_key(record, key);
	record_put_json(record, value);
}

static inline void record_object_open(struct record *record, const char *key)
{
	record_key(record, key);
	sbuf_char(record->out, '{');
	record->more = false;
}

static inline void record_object_close(struct record *record)
{
	sbuf_char(record->out, '}');
	record->more = true;
}

static inline void record_array_open(struct record *record, const char *key)
{
	record_key(record, key);
	sbuf_char(record->out, '[');
	record->more = false;
}

static inline void record_array_close(struct record *record)
{
	sbuf_char(record->out, ']');
	record->more = true;
}

#endif
