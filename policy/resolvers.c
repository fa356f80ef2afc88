#include "policy/resolvers.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "policy/source.h"
#include "policy/vec.h"

enum { RESOLV_CONF_MAX = 1 << 20 };

typedef vec_of(struct address) address_vec;

/* The address of a "nameserver ADDRESS" line: resolv.conf(5). A zone is not matched. */
static bool read_line(const char *line, size_t len, struct address *out)
{
	char buf[128], text[64];

	if (len >= sizeof(buf))
		return false;
	memcpy(buf, line, len);
	buf[len] = '\0';
	return sscanf(buf, "nameserver%*[ \t]%63[0-9a-fA-F:.]", text) == 1 &&
	       address_from_text(text, true, out);
}

static bool read_lines(const char *text, size_t len, address_vec *out)
{
	struct address addr;

	for (const char *end = text + len; text < end;) {
		const char *eol = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((eol ? eol : end) - text);

		if (read_line(text, n, &addr)) {
			struct address *slot = vec_add(out);

			if (!slot)
				return false;
			*slot = addr;
		}
		text += n + 1;
	}
	return true;
}

struct address *resolvers_read(const char *path, size_t *len)
{
	cleanup_free char *text = NULL;
	address_vec found = { 0 };
	size_t size = 0;
	bool ok = true;

	path = path ? path : "/etc/resolv.conf";
	if (source_read(path, false, RESOLV_CONF_MAX, &text, &size, NULL) == 0)
		ok = read_lines(text, size, &found);
	if (ok && !found.len) {
		/* Without any, the resolver asks this host: resolv.conf(5). */
		struct address *slot = vec_add(&found);

		ok = slot && address_from_text("127.0.0.1", true, slot);
	}
	if (!ok)
		vec_free(&found);
	*len = found.len;
	return found.items;
}
