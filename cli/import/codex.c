#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "cli/import.h"
#include "policy/yaml.h"

/* The directory as it is meant now: a policy may be used from elsewhere. */
static int add_root(const char *dir, const char *before, struct sbuf *out, struct err **err)
{
	char path[PATH_MAX];
	size_t len = 0;

	if (dir[0] != '/') {
		if (!getcwd(path, sizeof(path)))
			return err_set(err, errno, "%s", dir);
		len = strlen(path);
	}
	if (len + strlen(dir) + 2 > sizeof(path))
		return err_set(err, ENAMETOOLONG, "%s", dir);
	if (len && strcmp(dir, ".") != 0)
		path[len++] = '/';
	if (!len || strcmp(dir, ".") != 0)
		strcpy(path + len, dir);
	sbuf_str(out, before);
	yaml_quote(path, strlen(path), out);
	return 0;
}

int import_codex(const char *mode, const char *const *writable, struct sbuf *out, struct err **err)
{
	static const struct {
		const char *name, *network;
	} modes[] = {
		{ "restricted", "restricted" },
		{ "proxy", "proxy" },
		{ "full-access", "open" },
	};
	const char *before = "";
	size_t m = 0;

	while (m < 3 && strcmp(modes[m].name, mode) != 0)
		m++;
	if (m == 3)
		return err_set(err, 0,
			"no mode is named '%s': write restricted, proxy or full-access", mode);
	sbuf_fmt(out, "version: 1\ndefault: allow\nnetwork: %s\n", modes[m].network);
	/* Full access is to files as well, unless directories are named. */
	if (m == 2 && !writable[0])
		return 0;
	sbuf_str(out, "files:\n  write: [");
	for (; *writable; writable++, before = ", ")
		if (add_root(*writable, before, out, err) < 0)
			return -1;
	sbuf_str(out, "]\n");
	return 0;
}
