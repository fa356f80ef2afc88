#include "decoders/json_parts.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <sys/socket.h>
#include <openssl/evp.h>

#include "base/cleanup.h"
#include "base/escape.h"

/* Integers up to here are exact in a double: 2^53, as RFC 8259 advises. */
#define EXACT_MAX (INT64_C(1) << 53)

json_t *json_number(int64_t value)
{
	char text[24];

	if (value >= -EXACT_MAX && value <= EXACT_MAX)
		return json_integer(value);
	snprintf(text, sizeof(text), "%" PRId64, value);
	return json_string(text);
}

json_t *json_unsigned(uint64_t value)
{
	char text[24];

	if (value <= EXACT_MAX)
		return json_integer((json_int_t)value);
	snprintf(text, sizeof(text), "%" PRIu64, value);
	return json_string(text);
}

json_t *json_bytes(const void *bytes, size_t len)
{
	cleanup_free unsigned char *text = NULL;

	if (!len)
		return json_string("");
	if (utf8_valid(bytes, len))
		return json_stringn(bytes, len);
	if (len > INT_MAX / 2)
		return NULL;
	text = malloc((len + 2) / 3 * 4 + 1);
	if (!text)
		return NULL;
	EVP_EncodeBlock(text, bytes, (int)len);
	return json_pack("{s:s}", "base64", (const char *)text);
}

void json_put(struct json_out *out, const char *name, json_t *value)
{
	if (out->failed)
		json_decref(value);
	else if (json_object_set_new(out->object, name, value))
		out->failed = true;
}

void json_put_suffixed(struct json_out *out, const char *name, const char *suffix, json_t *value)
{
	char key[64];

	snprintf(key, sizeof(key), "%s%s", name, suffix);
	json_put(out, key, value);
}

static const char *const status_words[] = {
	[VALUE_OK] = NULL,
	[VALUE_NULL] = "null",
	[VALUE_UNREADABLE] = "unreadable",
	[VALUE_CUT] = "cut",
	[VALUE_BAD_LENGTH] = "bad_length",
	[VALUE_NOT_READ] = "not_read",
};

void json_put_status(struct json_out *out, const char *name, enum value_status status,
	uint64_t addr, uint64_t len)
{
	if (status == VALUE_OK)
		return;
	if (status != VALUE_CUT)
		json_put(out, name, json_null());
	json_put_suffixed(out, name, "_status", json_string(status_words[status]));
	if (status == VALUE_UNREADABLE)
		json_put_suffixed(out, name, "_addr", json_hex(addr));
	if (status == VALUE_CUT || status == VALUE_BAD_LENGTH)
		json_put_suffixed(out, name, "_len", json_number((int64_t)len));
}

json_t *json_hex(uint64_t num)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%" PRIx64, num);
	return json_string(text);
}

json_t *json_hex_bytes(const uint8_t *bytes, size_t len, char separator)
{
	static const char digits[] = "0123456789abcdef";
	char text[3 * sizeof(struct sockaddr_storage) + 1];
	size_t n = 0;

	for (size_t i = 0; i < len && n + 3 < sizeof(text); i++) {
		if (i && separator)
			text[n++] = separator;
		text[n++] = digits[bytes[i] >> 4];
		text[n++] = digits[bytes[i] & 0xf];
	}
	return json_stringn(text, n);
}

json_t *json_name(const struct name_row *names, uint64_t num)
{
	const char *name = name_of(names, num);

	return name ? json_string(name) : json_unsigned(num);
}

/* Appends and takes over; false when memory is out. */
static bool append(json_t *array, json_t *value)
{
	return json_array_append_new(array, value) == 0;
}

json_t *json_flags(const struct name_row *names, uint64_t num)
{
	json_t *flags = json_array();
	bool ok = flags != NULL;

	for (; ok && names->name; names++) {
		if (!names->value || (num & names->value) != names->value)
			continue;
		num &= ~names->value;
		ok = append(flags, json_string(names->name));
	}
	if (ok && num)
		ok = append(flags, json_hex(num));
	if (ok)
		return flags;
	json_decref(flags);
	return NULL;
}

void json_put_bytes(struct json_out *out, const char *name, const struct bytes_value *v)
{
	if (v->status == VALUE_OK || v->status == VALUE_CUT)
		json_put(out, name, json_bytes(v->data, v->len));
	json_put_status(out, name, v->status, v->addr, v->full_len);
}

void json_put_data(struct json_out *out, const char *name, const struct bytes_value *v)
{
	if (v->status == VALUE_CUT)
		json_put_suffixed(out, name, "_status", json_string(status_words[v->status]));
	if (v->status == VALUE_OK || v->status == VALUE_CUT)
		json_put(out, name, json_bytes(v->data, v->len));
	else if (v->status != VALUE_NOT_READ)
		json_put_status(out, name, v->status, v->addr, v->full_len);
	json_put_suffixed(out, name, "_len", json_unsigned(v->full_len));
}
