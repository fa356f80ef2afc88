#include "tracer/own_proc.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "tracer/proc_path.h"

/* Each with the entry it stands for; one that ends in a slash has a number behind it. */
static const struct {
	const char *prefix, *entry;
} links[] = {
	{ "/proc/self/root", "root" },
	{ "/proc/thread-self/root", "root" },
	{ "/proc/self/cwd", "cwd" },
	{ "/proc/thread-self/cwd", "cwd" },
	{ "/proc/self/exe", "exe" },
	{ "/proc/thread-self/exe", "exe" },
	{ "/proc/self/fd/", "fd/" },
	{ "/proc/thread-self/fd/", "fd/" },
	{ FD_DIR, "fd/" },
};

static bool take_entry(const char *entry, const char *rest, struct own_proc *out)
{
	size_t digits = 0;
	int n;

	if (entry[strlen(entry) - 1] == '/') {
		digits = strspn(rest, "0123456789");
		if (digits == 0)
			return false;
	}
	n = snprintf(out->entry, sizeof(out->entry), "%s%.*s", entry, (int)digits, rest);
	out->rest = rest + digits;
	return n < (int)sizeof(out->entry) && (*out->rest == '/' || *out->rest == '\0');
}

bool own_proc_find(const char *path, struct own_proc *out)
{
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		size_t len = strlen(links[i].prefix);

		if (strncmp(path, links[i].prefix, len) == 0 &&
			take_entry(links[i].entry, path + len, out))
			return true;
	}
	return false;
}

int own_proc_replace(
	pid_t tid, const char *root, const struct own_proc *own, char *buf, size_t size)
{
	char link[PATH_MAX];
	int n;

	/* A socket or a pipe has a name of another kind there, "socket:[1]". */
	if (!proc_readlink(tid, own->entry, link, sizeof(link)) || link[0] != '/')
		return ENOENT;
	if (strcmp(own->entry, "root") == 0)
		link[0] = '\0';
	else
		proc_strip_root(link, root);
	n = snprintf(buf, size, "%s%s", link, *own->rest || *link ? own->rest : "/");
	return n < 0 || (size_t)n >= size ? ENAMETOOLONG : 0;
}
