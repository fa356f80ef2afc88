#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "policy/glob.h"
#include "policy/lint/impl.h"

/*
 * Stands for every user and group that has no number in this user namespace:
 * user_namespaces(7), overflowuid in proc(5). Files of the real root are his
 * there, and nobody in the namespace may write them.
 */
#define OVERFLOW_ID 65534
#define ALL_IDS     UINT32_MAX

static bool in_user_namespace(void)
{
	cleanup_file FILE *map = fopen("/proc/self/uid_map", "re");
	unsigned inside, outside, count;

	return map && fscanf(map, "%u %u %u", &inside, &outside, &count) == 3 && count != ALL_IDS;
}

static bool is_trusted(unsigned id)
{
	return id == 0 || (id == OVERFLOW_ID && in_user_namespace());
}

/*
 * Who but root may change a file, or put others into a directory: "everybody",
 * "group 20", "user 1000"; false when nobody may. An owner may always, as he
 * can give himself the permission. In a sticky directory others may add files
 * and not replace them.
 */
static bool writer_of(const struct resolution *r, bool adding, char *who, size_t size)
{
	bool sticky = S_ISDIR(r->mode) && (r->mode & S_ISVTX) && !adding;

	if ((r->mode & S_IWOTH) && !sticky)
		snprintf(who, size, "everybody");
	else if (!is_trusted(r->uid))
		snprintf(who, size, "user %u", (unsigned)r->uid);
	else if ((r->mode & S_IWGRP) && !sticky && !is_trusted(r->gid))
		snprintf(who, size, "group %u", (unsigned)r->gid);
	else
		return false;
	return true;
}

static const char what_to_do[] = "whoever changes what is there before callgate starts gets what "
				 "this rule allows; take the permission away, or pin the program "
				 "with {path: ..., sha256: ...}";

/* The file or directory at `path`, and those above it; the first that others may write. */
bool lint_path_writable(
	const struct root_view *root, const char *path, bool adding, struct sbuf *out)
{
	cleanup_free char *at = strdup(path);
	char who[32];

	while (at) {
		cleanup_resolution struct resolution r = { 0 };
		char *slash = strrchr(at, '/');

		if (root_view_resolve(root, *at ? at : "/", &r) == 0 &&
			writer_of(&r, adding, who, sizeof(who))) {
			sbuf_fmt(out, "%s%s may be written by %s",
				S_ISDIR(r.mode) ? "the directory " : "", r.path, who);
			return true;
		}
		if (!slash)
			return false;
		*slash = '\0';
		adding = false;
	}
	return false;
}

static void report_writable(
	const struct lint *lint, const struct place *place, const char *path, bool adding)
{
	cleanup_sbuf struct sbuf who = SBUF_INIT;

	if (lint_path_writable(lint->root, path, adding, &who))
		lint_report(lint, LINT_WARNING, "program.writable", place, "%s: %s",
			sbuf_text(&who), what_to_do);
}

/* The directory that every path a pattern matches is under; NULL when there is no memory. */
static char *pattern_directory(const char *pattern, size_t len)
{
	size_t prefix = glob_prefix(pattern, len);

	while (prefix > 0 && pattern[prefix - 1] != '/')
		prefix--;
	return strndup(pattern, prefix > 1 ? prefix - 1 : prefix);
}

/* Canonical paths never go through links: a pattern that does matches nothing. */
static void check_pattern_link(
	const struct lint *lint, const struct place *place, const char *pattern, size_t len)
{
	cleanup_free char *directory = pattern_directory(pattern, len);
	cleanup_resolution struct resolution r = { 0 };
	const char *root = "/", *rest;

	if (!directory || !directory[0] || root_view_resolve(lint->root, directory, &r) < 0 ||
		strcmp(r.path, directory) == 0)
		return;
	rest = pattern + strlen(directory);
	lint_report(lint, LINT_WARNING, "pattern.link", place,
		"matches nothing: patterns are held against canonical paths, and %s is %s; write "
		"%s%s",
		directory, r.path, strcmp(r.path, root) == 0 ? "" : r.path, rest);
}

static void check_unix_patterns(const struct lint *lint, const struct destination_list *list)
{
	for (size_t i = 0; i < list->len; i++) {
		const struct destination *d = &list->items[i];

		if (d->type == DESTINATION_UNIX_PATH_GLOB)
			check_pattern_link(lint, &list->places[i], d->name.text, d->name.len);
	}
}

static void check_writable(const struct lint *lint, const struct program_list *list)
{
	for (size_t i = 0; i < list->len; i++) {
		const struct program_pattern *p = &list->items[i];
		cleanup_free char *directory = NULL;

		if (p->glob) {
			directory = pattern_directory(p->path, strlen(p->path));
			if (directory && directory[0])
				report_writable(lint, &p->place, directory, true);
		} else if (p->resolved && !p->pinned) {
			report_writable(lint, &p->place, p->path, false);
		}
	}
}

enum beginning { BEGINNING_UNKNOWN, BEGINNING_SCRIPT, BEGINNING_OTHER };

/* "#!" as in execve(2), in a literal that was found at load. */
static enum beginning file_beginning(const struct lint *lint, const struct program_pattern *p)
{
	cleanup_resolution struct resolution r = { 0 };
	cleanup_close int fd = -1;
	char start[2];

	if (p->glob || !p->resolved || root_view_resolve(lint->root, p->path, &r) < 0)
		return BEGINNING_UNKNOWN;
	fd = root_view_open_file(lint->root, &r, NULL);
	if (fd < 0 || pread(fd, start, sizeof(start), 0) < 0)
		return BEGINNING_UNKNOWN;
	return start[0] == '#' && start[1] == '!' ? BEGINNING_SCRIPT : BEGINNING_OTHER;
}

static void check_no_scripts(const struct lint *lint, const struct program_list *list)
{
	for (size_t i = 0; i < list->len; i++) {
		if (file_beginning(lint, &list->items[i]) == BEGINNING_SCRIPT)
			lint_report(lint, LINT_WARNING, "program.script", &list->items[i].place,
				"%s is a script: the program that runs is its interpreter, so "
				"this matches nothing; write it as `script`",
				list->items[i].path);
	}
}

static void check_scripts(const struct lint *lint, const struct program_list *list)
{
	for (size_t i = 0; i < list->len; i++) {
		if (file_beginning(lint, &list->items[i]) == BEGINNING_OTHER)
			lint_report(lint, LINT_WARNING, "script.program", &list->items[i].place,
				"%s does not begin with \"#!\": the kernel starts no interpreter "
				"for it, so this matches nothing; write a program as `exe`",
				list->items[i].path);
	}
}

static void report_weak(const struct lint *lint, const struct place *place)
{
	lint_report(lint, LINT_NOTE, "identity.script", place,
		"a script is what the kernel started the interpreter for; the interpreter may "
		"run other code too (by its environment, its modules, its input): allow no "
		"more than you would allow the interpreter");
}

/* Scripts in `script`, and those in `lineage`, where programs stand as well. */
static void check_weak(const struct lint *lint, const struct rule *rule)
{
	if (rule->verdict != VERDICT_ALLOW)
		return;
	if (rule->script.len > 0)
		report_weak(lint, &rule->script.items[0].place);
	for (size_t i = 0; i < rule->lineage.len; i++) {
		if (file_beginning(lint, &rule->lineage.items[i]) == BEGINNING_SCRIPT)
			report_weak(lint, &rule->lineage.items[i].place);
	}
}

static void check_links(const struct lint *lint, const struct program_list *list)
{
	for (size_t i = 0; i < list->len; i++) {
		const struct program_pattern *p = &list->items[i];

		if (p->glob)
			check_pattern_link(lint, &p->place, p->path, strlen(p->path));
	}
}

void lint_programs(const struct lint *lint, const struct rule *rule)
{
	const struct program_list *lists[] = { &rule->exe, &rule->script, &rule->lineage,
		&rule->exec };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		check_links(lint, lists[i]);
		if (rule->verdict == VERDICT_ALLOW)
			check_writable(lint, lists[i]);
	}
	check_unix_patterns(lint, &rule->connect);
	check_unix_patterns(lint, &rule->bind);
	check_no_scripts(lint, &rule->exe);
	check_scripts(lint, &rule->script);
	check_weak(lint, rule);
}
