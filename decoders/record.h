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

/* Numbers above 2^53, which a reader's double would round, are written as strings (RFC 8259). */
void record_number(struct record *record, const char *key, int64_t value);
void record_unsigned(struct record *record, const char *key, uint64_t value);
/* Nanoseconds as a decimal fraction of microseconds. */
void record_micros(struct record *record, const char *key, uint64_t ns);
void record_bool(struct record *record, const char *key, bool value);
void record_null(struct record *record, const char *key);

/* "0x7ffd00" */
void record_hex(struct record *record, const char *key, uint64_t value);

/* The four bytes of an address, as inet_ntop(3) writes them. */
void record_ipv4(struct record *record, const char *key, const void *bytes);

/* Text from outside: a string, or {"base64":"..."} when it is not UTF-8. NULL adds nothing. */
void record_text(struct record *record, const char *key, const char *text);
void record_bytes(struct record *record, const char *key, const void *bytes, size_t len);

/* A word of our own, in which nothing needs an escape. */
void record_word(struct record *record, const char *key, const char *word);

/* UTC as in RFC 3339, with nanoseconds: "2026-01-02T03:04:05.678901234Z". */
void record_time(struct record *record, const char *key, const struct timespec *time);

/* Takes the value over; NULL is a value there was no memory for. */
void record_json(struct record *record, const char *key, json_t *value);

void record_object_open(struct record *record, const char *key);
void record_object_close(struct record *record);
void record_array_open(struct record *record, const char *key);
void record_array_close(struct record *record);

#endif
