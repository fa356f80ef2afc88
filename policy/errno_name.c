#include "policy/errno_name.h"

#include <errno.h>
#include <string.h>

#include "base/names.h"

enum { ERRNO_LAST = 133 }; /* EHWPOISON: include/uapi/asm-generic/errno.h */

/* Names that share a value with another, which strerrorname_np(3) prefers. */
static const struct name_row synonyms[] = {
	{ EWOULDBLOCK, "EWOULDBLOCK" },
	{ ENOTSUP, "ENOTSUP" },
	{ EDEADLOCK, "EDEADLOCK" },
	{ 0, NULL },
};

int errno_by_name(const char *name)
{
	const struct name_row *row = name_find(synonyms, name);

	if (row)
		return (int)row->value;
	for (int i = 1; i <= ERRNO_LAST; i++) {
		const char *known = strerrorname_np(i);

		if (known && !strcmp(known, name))
			return i;
	}
	return 0;
}

const char *errno_nearest(const char *name)
{
	const char *words[ERRNO_LAST + 1] = { 0 };
	size_t n = 0;

	for (int i = 1; i <= ERRNO_LAST; i++) {
		const char *known = strerrorname_np(i);

		if (known)
			words[n++] = known;
	}
	return name_nearest(words, name);
}
