#include "report/json_object.h"

#include <string.h>

#include "base/cleanup.h"
#include "decoders/json.h"

void json_object_init(struct json_object *object)
{
	object->json = json_object();
	object->failed = !object->json;
}

void json_put(struct json_object *object, const char *key, json_t *value)
{
	/* jansson frees the value when it refuses it, and refuses NULL. */
	if (json_object_set_new_nocheck(object->json, key, value) < 0)
		object->failed = true;
}

void json_put_word(struct json_object *object, const char *key, const char *word)
{
	if (word)
		json_put(object, key, json_string_nocheck(word));
}

void json_put_text(struct json_object *object, const char *key, const char *text)
{
	if (text)
		json_put(object, key, json_bytes(text, strlen(text)));
}

bool json_add(json_t *array, json_t *value)
{
	return json_array_append_new(array, value) == 0;
}

json_t *json_object_take(struct json_object *object)
{
	if (object->failed) {
		json_decref(object->json);
		object->json = NULL;
	}
	return take_ptr(object->json);
}
