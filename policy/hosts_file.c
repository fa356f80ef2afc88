#include "policy/hosts_file.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "policy/host_name.h"

enum { NAME_MAX_LEN = 255 };

static bool parse_address(const char *text, struct address *out)
{
	struct in_addr in;
	struct in6_addr in6;

	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET, text, &in) == 1)
		address_from_in(&in, true, out);
	else if (inet_pton(AF_INET6, text, &in6) == 1)
		address_from_in6(&in6, true, out);
	else
		return false;
	return true;
}

void hosts_file_each(const char *path, hosts_file_fn *fn, void *ctx)
{
	cleanup_file FILE *f = fopen(path, "re");
	char line[1024], name[NAME_MAX_LEN + 1];
	struct address addr;

	while (f && fgets(line, sizeof(line), f)) {
		char *rest = line;
		const char *text, *host;

		line[strcspn(line, "#\n")] = '\0';
		text = strsep(&rest, " \t");
		host = rest ? rest + strspn(rest, " \t") : "";
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(host, " \t"), host);
		for (char *c = name; *c; c++)
			*c = (char)tolower((unsigned char)*c);
		if (host_name_is_good(name) && parse_address(text, &addr))
			fn(ctx, &addr, name);
	}
}
