#include "decoders/json/parts.h"

#include <stdio.h>
#include <sys/socket.h>
struct json_key json_key_suffixed(const char *name, const char *suffix)
{
	struct json_key key;

	snprintf(key.text, sizeof(key.text), "%s%s", name, suffix);
	return key;
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
		record_null(out->record, name);
	record_text(out->record, json_key_suffixed(name, "_status").text, status_words[status]);
	if (status == VALUE_UNREADABLE)
		record_hex(out->record, json_key_suffixed(name, "_addr").text, addr);
	if (status == VALUE_CUT || status == VALUE_BAD_LENGTH)
		record_number(out->record, json_key_suffixed(name, "_len").text, (int64_t)len);
}

void json_put_hex_bytes(
	struct json_out *out, const char *name, const uint8_t *bytes, size_t len, char separator)
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
	record_bytes(out->record, name, text, n);
}

void json_put_name(
	struct json_out *out, const char *name, const struct name_row *names, uint64_t num)
{
	const char *word = name_of(names, num);

	if (word)
		record_word(out->record, name, word);
	else
		record_unsigned(out->record, name, num);
}

void json_put_flags(
	struct json_out *out, const char *name, const struct name_row *names, uint64_t num)
{
	record_array_open(out->record, name);
	for (; num && names->name; names++) {
		if (!names->value || (num & names->value) != names->value)
			continue;
		num &= ~names->value;
		record_word(out->record, NULL, names->name);
	}
	if (num)
		record_hex(out->record, NULL, num);
	record_array_close(out->record);
}

void json_put_bytes(struct json_out *out, const char *name, const struct bytes_value *v)
{
	if (v->status == VALUE_OK || v->status == VALUE_CUT)
		record_bytes(out->record, name, v->data, v->len);
	json_put_status(out, name, v->status, v->addr, v->full_len);
}

void json_put_data(struct json_out *out, const char *name, const struct bytes_value *v)
{
	if (v->status == VALUE_CUT)
		record_text(out->record, json_key_suffixed(name, "_status").text,
			status_words[v->status]);
	if (v->status == VALUE_OK || v->status == VALUE_CUT)
		record_bytes(out->record, name, v->data, v->len);
	else if (v->status != VALUE_NOT_READ)
		json_put_status(out, name, v->status, v->addr, v->full_len);
	record_unsigned(out->record, json_key_suffixed(name, "_len").text, v->full_len);
}
