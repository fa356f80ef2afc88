#include "policy/host_name.h"

#include <ctype.h>
#include <string.h>

enum { NAME_MAX_LEN = 253, LABEL_MAX_LEN = 63 };

static const char *label_fault(const char *label, size_t len)
{
	if (!len)
		return "an empty label";
	if (len > LABEL_MAX_LEN)
		return "a label longer than 63 characters";
	if (label[0] == '-' || label[len - 1] == '-')
		return "a label that begins or ends with -";
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)label[i];

		if (c >= 0x80)
			return "a character that is not ASCII (write the xn-- form of the name)";
		if (!isalnum(c) && c != '-' && c != '_')
			return "a character that is in no host name";
	}
	return NULL;
}

const char *host_name_fault(const char *name, size_t len)
{
	if (len > NAME_MAX_LEN)
		return "more than 253 characters";
	for (const char *end = name + len;;) {
		const char *dot = memchr(name, '.', (size_t)(end - name));
		const char *fault = label_fault(name, (size_t)((dot ? dot : end) - name));

		if (fault || !dot)
			return fault;
		name = dot + 1;
	}
}

bool host_name_is_numeric(const char *name, size_t len)
{
	size_t from = len;
	bool hex;

	while (from && name[from - 1] != '.')
		from--;
	hex = len - from > 2 && name[from] == '0' && (name[from + 1] | 0x20) == 'x';
	if (hex)
		from += 2;
	if (from == len)
		return false;
	for (; from < len; from++)
		if (hex ? !isxdigit((unsigned char)name[from])
			: !isdigit((unsigned char)name[from]))
			return false;
	return true;
}

bool host_name_is_good(const char *name)
{
	size_t len = strlen(name);

	return len && !host_name_fault(name, len) && !host_name_is_numeric(name, len);
}
