#include "tracer/own_proc.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tracer/proc_path.h"

/* In the directory of a process; behind one that ends in a slash comes a number. */
static const char *const links[] = { "root", "cwd", "exe", "fd/" };

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

/* What follows the head of the path; NULL where it is another. */
static const char *skip(const char *path, const char *head)
{
	size_t len = strlen(head);

	return strncmp(path, head, len) == 0 ? path + len : NULL;
}

/* What follows "/proc/N/" and its like; NULL where the path leads elsewhere. */
static const char *skip_directory(const char *path, pid_t *pid)
{
	const char *number = skip(path, "/proc/"), *rest;
	size_t digits = number ? strspn(number, "0123456789") : 0;

	*pid = 0;
	if ((rest = skip(path, "/proc/self/")) || (rest = skip(path, "/proc/thread-self/")))
		return rest;
	/* PID_MAX_LIMIT has seven digits, and no number begins with a zero. */
	if (digits == 0 || digits > 7 || number[0] == '0' || number[digits] != '/')
		return NULL;
	*pid = (pid_t)strtol(number, NULL, 10);
	return number + digits + 1;
}

bool own_proc_find(const char *path, struct own_proc *out)
{
	const char *fd = skip(path, FD_DIR), *entry = skip_directory(path, &out->pid);

	if (fd && take_entry("fd/", fd, out))
		return true;
	for (size_t i = 0; entry && i < sizeof(links) / sizeof(links[0]); i++) {
		const char *rest = skip(entry, links[i]);

		if (rest && take_entry(links[i], rest, out))
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
	if (!proc_readlink(own->pid ? own->pid : tid, own->entry, link, sizeof(link)) ||
		link[0] != '/')
		return ENOENT;
	if (!own->pid && strcmp(own->entry, "root") == 0)
		link[0] = '\0';
	else
		proc_strip_root(link, root);
	n = snprintf(buf, size, "%s%s", link, *own->rest || *link ? own->rest : "/");
	return n < 0 || (size_t)n >= size ? ENAMETOOLONG : 0;
}
