/*
 * Building one JSON object member by member: a member that could not be made
 * spoils the whole, which is asked about once, at the end.
 */
#ifndef CALLGATE_REPORT_JSON_OBJECT_H
#define CALLGATE_REPORT_JSON_OBJECT_H

#include <jansson.h>
#include <stdbool.h>

struct json_object {
	json_t *json; /* owned until json_object_take() */
	bool failed;
};

void json_object_init(struct json_object *object);

/* Adds a member. Takes the value over; NULL is a value there was no memory for. */
void json_put(struct json_object *object, const char *key, json_t *value);

/* Our own words: plain ASCII. NULL adds no member. */
void json_put_word(struct json_object *object, const char *key, const char *word);

/* Text from outside: a string, or base64 of what is not UTF-8. NULL adds no member. */
void json_put_text(struct json_object *object, const char *key, const char *text);

/* Adds a value to an array; false when there was no memory for either. Takes the value over. */
bool json_add(json_t *array, json_t *value);

/* The finished object, or NULL when anything in it failed. */
json_t *json_object_take(struct json_object *object);

#endif
