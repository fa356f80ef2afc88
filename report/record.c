#include "report/record.h"

#include <string.h>

#include "base/cleanup.h"
#include "decoders/json.h"

void record_init(struct record *record)
{
	record->json = json_object();
	record->failed = !record->json;
}

void record_put(struct record *record, const char *key, json_t *value)
{
	/* jansson frees the value when it refuses it, and refuses NULL. */
	if (json_object_set_new_nocheck(record->json, key, value) < 0)
		record->failed = true;
}

void record_put_word(struct record *record, const char *key, const char *word)
{
	if (word)
		record_put(record, key, json_string_nocheck(word));
}

void record_put_text(struct record *record, const char *key, const char *text)
{
	if (text)
		record_put(record, key, json_bytes(text, strlen(text)));
}

bool record_add(json_t *array, json_t *value)
{
	return json_array_append_new(array, value) == 0;
}

json_t *record_take(struct record *record)
{
	if (record->failed) {
		json_decref(record->json);
		record->json = NULL;
	}
	return take_ptr(record->json);
}
