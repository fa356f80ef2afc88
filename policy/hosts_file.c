#include "policy/hosts_file.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "policy/host_name.h"

enum { NAME_MAX_LEN = 255 };

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
		if (host_name_is_good(name) && address_from_text(text, true, &addr))
			fn(ctx, &addr, name);
	}
}
