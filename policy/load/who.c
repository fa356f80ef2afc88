#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "policy/glob.h"
#include "policy/load.h"

static const char program_expected[] = "the absolute path of a program, or a pattern of them";

/* Compares the content of what was resolved with the pin. */
static void check_pin(
	struct loader *l, const struct resolution *resolved, struct program_pattern *p)
{
	cleanup_err struct err *err = NULL;
	cleanup_sbuf struct sbuf text = SBUF_INIT;
	uint8_t digest[SHA256_BYTES];
	char hex[SHA256_TEXT_SIZE];
	cleanup_close int fd = root_view_open_file(l->policy->root, resolved, &err);

	if (fd < 0 || sha256_of_fd(fd, digest, &err) < 0) {
		p->sha256_unknown = true;
		sbuf_fmt(&text, "cannot check the sha256 of %s (%s): it is allowed nothing here",
			p->path, err_text(err));
	} else if (memcmp(digest, p->sha256, sizeof(digest)) != 0) {
		p->sha256_differs = true;
		sha256_text(digest, hex);
		sbuf_fmt(&text,
			"the sha256 of %s is %s, not the one given: it is allowed nothing "
			"here",
			p->path, hex);
	}
	if (text.len)
		load_warn(l, &p->place, sbuf_text(&text));
}

static void warn_unresolved(
	struct loader *l, const struct resolution *failed, struct program_pattern *p)
{
	cleanup_sbuf struct sbuf text = SBUF_INIT;

	p->sha256_unknown = p->pinned;
	resolution_fault(failed, &text);
	sbuf_str(&text, "; until then only a program of exactly this path matches");
	load_warn(l, &p->place, sbuf_text(&text));
}

/* A literal path: resolved now, and known again by its identity. */
static int load_literal(struct loader *l, struct program_pattern *p)
{
	cleanup_resolution struct resolution resolved = { 0 };
	size_t len = strlen(p->text);
	cleanup_free char *path = malloc(len + 1);

	if (!path)
		return load_no_memory(l);
	glob_literal(p->text, len, path);
	p->resolved = root_view_resolve_program(l->policy->root, path, &resolved) == 0;
	if (resolved.errnum == ENOMEM)
		return load_no_memory(l);
	if (p->resolved) {
		p->id = resolved.id;
		p->mode = resolved.mode;
		p->uid = resolved.uid;
		p->path = load_dup(l, resolved.path, strlen(resolved.path));
	} else {
		p->path = load_dup(l, path, strlen(path));
	}
	if (!p->path)
		return -ENOMEM;
	if (!p->resolved)
		warn_unresolved(l, &resolved, p);
	else if (p->pinned)
		check_pin(l, &resolved, p);
	if (path_table_add(&l->policy->paths, p->path, &p->id, &p->path_id) < 0)
		return load_no_memory(l);
	return 0;
}

static int check_glob(struct loader *l, const struct yaml *node, const struct program_pattern *p)
{
	size_t position = 0;
	const char *fault = glob_check(node->text, node->len, &position);

	if (fault)
		return load_fail_text(
			l, node, "%s, at character %zu of the pattern", fault, position + 1);
	if (p->pinned)
		return load_fail_text(
			l, node, "a sha256 pins one program: write its path without a pattern");
	return 0;
}

static int load_path(struct loader *l, const struct yaml *node, struct program_pattern *p)
{
	if (load_text(l, node, program_expected) < 0)
		return -1;
	if (node->text[0] != '/' && strncmp(node->text, "**", 2))
		return load_fail_text(l, node,
			"not an absolute path: expected %s, like /usr/bin/curl or /usr/lib/**",
			program_expected);
	p->place = load_place(l, node);
	p->text = load_dup(l, node->text, node->len);
	if (!p->text)
		return -ENOMEM;
	p->glob = glob_is_pattern(node->text, node->len);
	if (!p->glob)
		return load_literal(l, p);
	p->path = p->text;
	return check_glob(l, node, p);
}

static int load_sha256(struct loader *l, const struct yaml *node, void *target)
{
	struct program_pattern *p = target;

	if (load_text(l, node, "64 hexadecimal digits") < 0)
		return -1;
	if (!sha256_parse(node->text, p->sha256))
		return load_fail_text(l, node, "not a sha256: expected 64 hexadecimal digits");
	p->pinned = true;
	return 0;
}

/* The path is read last, when it is known whether it is pinned. */
static int load_later(struct loader *l, const struct yaml *node, void *target)
{
	(void)l;
	(void)node;
	(void)target;
	return 0;
}

int load_program(struct loader *l, const struct yaml *node, struct program_pattern *out)
{
	static const struct load_key rows[] = {
		{ "path", load_later },
		{ "sha256", load_sha256 },
		{ NULL, NULL },
	};
	const struct yaml *path;

	if (node->type != YAML_MAP)
		return load_path(l, node, out);
	if (load_map(l, node, "a program", rows, out) < 0)
		return -1;
	path = load_find(node, "path");
	if (!path)
		return load_fail(l, node, "no \"path\" here: a program is {path: P, sha256: H}");
	return load_path(l, path, out);
}

struct programs {
	vec_of(struct program_pattern) items;
	bool any;
};

static int load_one_program(struct loader *l, const struct yaml *node, void *target)
{
	struct programs *programs = target;
	struct program_pattern *item;

	/* As a pattern it would match no path, as none is without '/'. */
	if (node->type == YAML_SCALAR && !strcmp(node->text, "*")) {
		programs->any = true;
		return 0;
	}
	item = vec_add(&programs->items);
	if (!item)
		return load_no_memory(l);
	return load_program(l, node, item);
}

int load_programs(struct loader *l, const struct yaml *node, void *target)
{
	struct program_list *list = target;
	struct programs programs = { 0 };
	int ret = load_each(l, node, load_one_program, &programs);

	if (ret == 0 && !programs.any) {
		list->len = programs.items.len;
		list->items = vec_seal(&programs.items, &l->policy->arena);
		if (!list->items)
			ret = load_no_memory(l);
	}
	vec_free(&programs.items);
	return ret;
}

/* Digits up to end or to a '-'; false when there are none or too many. */
static bool read_uid(const char **text, uid_t *out)
{
	uint64_t uid = 0;
	const char *p = *text;

	for (; *p >= '0' && *p <= '9' && uid <= UINT32_MAX; p++)
		uid = uid * 10 + (uint64_t)(*p - '0');
	if (p == *text || uid >= UINT32_MAX) /* (uid_t)-1 is no user: setreuid(2) */
		return false;
	*text = p;
	*out = (uid_t)uid;
	return true;
}

static bool user_by_name(const char *name, uid_t *out)
{
	struct passwd entry, *found = NULL;
	char buf[4096];

	if (getpwnam_r(name, &entry, buf, sizeof(buf), &found) != 0 || !found)
		return false;
	*out = entry.pw_uid;
	return true;
}

typedef vec_of(struct uid_range) uid_vec;

static int load_one_uid(struct loader *l, const struct yaml *node, void *target)
{
	static const char expected[] = "a user's number or name, or a range like 1000-1999";
	uid_vec *ranges = target;
	struct uid_range *range = vec_add(ranges);
	const char *p = node->text;

	if (!range)
		return load_no_memory(l);
	if (load_text(l, node, expected) < 0)
		return -1;
	if (*p < '0' || *p > '9') {
		if (!user_by_name(p, &range->first))
			return load_fail_text(l, node, "no such user: expected %s", expected);
		range->last = range->first;
		return 0;
	}
	if (!read_uid(&p, &range->first))
		return load_fail_text(l, node, "no such user: expected %s", expected);
	range->last = range->first;
	if (*p == '-') {
		p++;
		if (!read_uid(&p, &range->last))
			return load_fail_text(l, node, "not a range: expected %s", expected);
	}
	if (*p)
		return load_fail_text(l, node, "expected %s", expected);
	if (range->first > range->last)
		return load_fail_text(
			l, node, "a range backwards: write %u-%u", range->last, range->first);
	return 0;
}

static int uid_order(const void *a, const void *b)
{
	const struct uid_range *x = a, *y = b;

	return (x->first > y->first) - (x->first < y->first);
}

int load_uids(struct loader *l, const struct yaml *node, void *target)
{
	struct uid_list *list = target;
	uid_vec ranges = { 0 };
	struct uid_range *items;
	int ret = load_each(l, node, load_one_uid, &ranges);

	items = ret == 0 ? vec_seal(&ranges, &l->policy->arena) : NULL;
	if (ret == 0 && !items)
		ret = load_no_memory(l);
	if (items) {
		size_t kept = 0;

		qsort(items, ranges.len, sizeof(*items), uid_order);
		for (size_t i = 1; i < ranges.len; i++) {
			if (items[i].first > items[kept].last + 1)
				items[++kept] = items[i];
			else if (items[i].last > items[kept].last)
				items[kept].last = items[i].last;
		}
		list->items = items;
		list->len = kept + 1;
	}
	vec_free(&ranges);
	return ret;
}
