/* How a resolution is told to people. */
#include "policy/root/view.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/escape.h"

static void add_escaped(struct sbuf *out, const char *text)
{
	escape_text(out, text, strlen(text));
}

static void add_link(struct sbuf *out, const struct root_link *link)
{
	add_escaped(out, link->path);
	sbuf_str(out, " -> ");
	add_escaped(out, link->target);
}

void resolution_chain(const struct resolution *resolved, struct sbuf *out)
{
	for (size_t i = 0; i < resolved->nlinks; i++) {
		sbuf_str(out, i > 0 ? ", " : "");
		add_link(out, &resolved->links[i]);
	}
	if (resolved->nlinks == 0)
		add_escaped(out, resolved->path ? resolved->path : resolved->asked);
}

/* The directory of the step that failed. */
static void add_directory(struct sbuf *out, const char *path)
{
	const char *slash = strrchr(path, '/');

	escape_text(out, path, slash && slash > path ? (size_t)(slash - path) : 1);
}

static void tell_missing(const struct resolution *r, struct sbuf *out)
{
	add_escaped(out, r->path);
	sbuf_str(out, " does not exist: install it, or correct the path");
}

static void tell_no_program(const struct resolution *r, struct sbuf *out)
{
	add_escaped(out, r->path);
	if (!S_ISDIR(r->mode)) {
		sbuf_str(out, " is not a regular file and cannot be run: correct the path");
		return;
	}
	sbuf_str(out, " is a directory, not a program: for all in it write ");
	add_escaped(out, r->path);
	sbuf_str(out, r->path[1] ? "/*" : "*");
}

/* It was read, and is where it ended: see fail_at_link() in policy/root/view.c. */
static bool link_refused(const struct resolution *r)
{
	for (size_t i = 0; i < r->nlinks; i++) {
		if (strcmp(r->links[i].path, r->path) == 0)
			return true;
	}
	return false;
}

static void tell_denied(const struct resolution *r, struct sbuf *out)
{
	if (r->mode) {
		tell_no_program(r, out);
		return;
	}
	if (link_refused(r)) {
		sbuf_str(out, "the kernel does not follow it in a directory where everybody may "
			      "write (fs.protected_symlinks): write the path it leads to");
		return;
	}
	add_directory(out, r->path);
	sbuf_fmt(out,
		" may not be searched by uid %u: give it search permission (chmod +x), or "
		"start callgate as a user who has it",
		(unsigned)geteuid());
}

/* A path that goes in a circle follows the same link again and again. */
static bool links_circle(const struct resolution *r)
{
	const char *last = r->links[r->nlinks - 1].path;
	size_t times = 0;

	for (size_t i = 0; i < r->nlinks; i++)
		times += strcmp(r->links[i].path, last) == 0;
	return times > 2;
}

static void tell_loop(const struct resolution *r, struct sbuf *out)
{
	if (r->nlinks == 0) {
		sbuf_str(out, "too many links: write the path they end at");
		return;
	}
	sbuf_fmt(out, "the kernel follows at most %d links in a path, and link %zu is ",
		ROOT_LINKS_MAX, r->nlinks);
	add_link(out, &r->links[r->nlinks - 1]);
	sbuf_str(out, links_circle(r) ? ": they go in a circle, so correct the link"
				      : ": write the path they end at");
}

static void tell_no_directory(const struct resolution *r, struct sbuf *out)
{
	add_escaped(out, r->path);
	sbuf_str(out, " is not a directory, but the path goes on: correct the path");
}

static void tell_magic(const struct resolution *r, struct sbuf *out)
{
	add_escaped(out, r->path);
	sbuf_str(out, " is a link of /proc that is another file for every process: write the path "
		      "of the file itself");
}

static void tell_moving(const struct resolution *r, struct sbuf *out)
{
	add_escaped(out, r->path);
	sbuf_str(out, " was being changed while callgate looked: try again when it is at rest");
}

static void tell_relative(const struct resolution *r, struct sbuf *out)
{
	add_escaped(out, r->asked);
	sbuf_str(out, " is not absolute: write the whole path, beginning with '/'");
}

static const struct {
	int errnum;
	void (*tell)(const struct resolution *r, struct sbuf *out);
	bool links; /* the way that led there says something */
} faults[] = {
	{ ENOENT, tell_missing, true },
	{ EACCES, tell_denied, true },
	{ ELOOP, tell_loop, false },
	{ ENOTDIR, tell_no_directory, true },
	{ EXDEV, tell_magic, false },
	{ EAGAIN, tell_moving, false },
	{ EINVAL, tell_relative, false },
};

static void tell_links(const struct resolution *r, struct sbuf *out)
{
	if (r->nlinks == 0)
		return;
	sbuf_fmt(out, r->nlinks > 1 ? "link %zu, " : "the link ", r->nlinks);
	add_link(out, &r->links[r->nlinks - 1]);
	sbuf_str(out, ", leads on: ");
}

void resolution_fault(const struct resolution *failed, struct sbuf *out)
{
	if (failed->errnum == 0)
		return;
	for (size_t i = 0; failed->path && i < sizeof(faults) / sizeof(faults[0]); i++) {
		if (faults[i].errnum != failed->errnum)
			continue;
		if (faults[i].links)
			tell_links(failed, out);
		faults[i].tell(failed, out);
		return;
	}
	add_escaped(out, failed->path ? failed->path : "the path");
	sbuf_fmt(out, ": %s", strerrordesc_np(failed->errnum));
}
