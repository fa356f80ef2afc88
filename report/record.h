/*
 * Building one JSON object member by member: a member that could not be made
 * spoils the whole, which is asked about once, at the end.
 */
#ifndef CALLGATE_REPORT_RECORD_H
#define CALLGATE_REPORT_RECORD_H

#include <jansson.h>
#include <stdbool.h>

struct record {
	json_t *json; /* owned until record_take() */
	bool failed;
};

void record_init(struct record *record);

/* Adds a member. Takes the value over; NULL is a value there was no memory for. */
void record_put(struct record *record, const char *key, json_t *value);

/* Our own words: plain ASCII. NULL adds no member. */
void record_put_word(struct record *record, const char *key, const char *word);

/* Text from outside: a string, or base64 of what is not UTF-8. NULL adds no member. */
void record_put_text(struct record *record, const char *key, const char *text);

/* Adds a value to an array; false when there was no memory for either. Takes the value over. */
bool record_add(json_t *array, json_t *value);

/* The finished object, or NULL when anything in it failed. */
json_t *record_take(struct record *record);

#endif
