#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>

#include "policy/load.h"

static const struct limit_row {
	const char *name;
	bool bytes; /* K, M, G, T may follow */
} limit_rows[LIMIT_COUNT] = {
	[LIMIT_NPROC] = { "nproc", false },
	[LIMIT_CORE] = { "core", true },
	[LIMIT_NOFILE] = { "nofile", false },
	[LIMIT_FSIZE] = { "fsize", true },
	[LIMIT_AS] = { "as", true },
	[LIMIT_CPU] = { "cpu", false },
};

const char *limit_name(enum limit limit)
{
	return limit_rows[limit].name;
}

const struct limits *policy_limits(const struct policy *policy)
{
	return &policy->limits;
}

const struct run_as *policy_run_as(const struct policy *policy)
{
	return &policy->run_as;
}

/* Digits, and for bytes one of the units of 1024. False when it is neither, or too much. */
static bool parse_value(const char *text, bool bytes, uint64_t *out)
{
	static const char units[] = "KMGT";
	const uint64_t most = UINT64_MAX >> 1;
	const char *unit;
	uint64_t n = 0;

	if (*text < '0' || *text > '9')
		return false;
	for (; *text >= '0' && *text <= '9'; text++) {
		uint64_t digit = (uint64_t)(*text - '0');

		if (n > (most - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	unit = *text && bytes ? strchr(units, *text) : NULL;
	if (unit) {
		unsigned shift = 10 * (unsigned)(unit - units + 1);

		if (n > most >> shift)
			return false;
		n <<= shift;
		text++;
	}
	*out = n;
	return !*text;
}

/* Of two files the lower one holds. */
static int load_limit(struct loader *l, const struct yaml *node, enum limit limit)
{
	struct limit_value *v = &l->policy->limits.of[limit];
	const char *expected =
		limit_rows[limit].bytes ? "bytes: a number, as 0 or 512M" : "a number";
	uint64_t value;

	if (load_text(l, node, expected) < 0)
		return -1;
	if (!parse_value(node->text, limit_rows[limit].bytes, &value))
		return load_fail_text(l, node, "expected %s", expected);
	if (!v->place.file || value < v->value)
		*v = (struct limit_value){ load_place(l, node), value };
	return 0;
}

#define LIMIT(name, limit)                                                                         \
	static int limit_##name(struct loader *l, const struct yaml *node, void *unused)           \
	{                                                                                          \
		(void)unused;                                                                      \
		return load_limit(l, node, limit);                                                 \
	}
LIMIT(nproc, LIMIT_NPROC)
LIMIT(core, LIMIT_CORE)
LIMIT(nofile, LIMIT_NOFILE)
LIMIT(fsize, LIMIT_FSIZE)
LIMIT(as, LIMIT_AS)
LIMIT(cpu, LIMIT_CPU)

int load_limits(struct loader *l, const struct yaml *node, void *unused)
{
	static const struct load_key rows[] = {
		{ "nproc", limit_nproc },
		{ "core", limit_core },
		{ "nofile", limit_nofile },
		{ "fsize", limit_fsize },
		{ "as", limit_as },
		{ "cpu", limit_cpu },
		{ NULL, NULL },
	};

	return load_map(l, node, "limits", rows, unused);
}

/* A number that is an id: (uid_t)-1 is "leave as it is" to setresuid(2). */
static bool parse_id(const char *text, uint32_t *out)
{
	uint64_t n;

	if (!parse_value(text, false, &n) || n >= UINT32_MAX)
		return false;
	*out = (uint32_t)n;
	return true;
}

static bool find_user(const char *text, struct run_as *as, gid_t *gid)
{
	struct passwd entry, *found = NULL;
	char buf[4096];

	if (parse_id(text, &as->uid)) {
		*gid = as->uid;
		if (getpwuid_r(as->uid, &entry, buf, sizeof(buf), &found) == 0 && found)
			*gid = found->pw_gid;
		return true;
	}
	if (getpwnam_r(text, &entry, buf, sizeof(buf), &found) != 0 || !found)
		return false;
	as->uid = found->pw_uid;
	*gid = found->pw_gid;
	return true;
}

int load_user(struct loader *l, const struct yaml *node, void *unused)
{
	struct run_as *as = &l->policy->run_as, draft = { .user_place = load_place(l, node) };
	gid_t gid;

	(void)unused;
	if (load_text(l, node, "a user's name or number") < 0)
		return -1;
	if (!find_user(node->text, &draft, &gid))
		return load_fail_text(l, node, "there is no such user here");
	if (as->user_place.file && as->uid != draft.uid)
		return load_fail_text(l, node, "another user is given already, at %s:%d",
			as->user_place.file, as->user_place.line);
	as->user_place = draft.user_place;
	as->uid = draft.uid;
	if (!as->group_place.file)
		as->gid = gid;
	return 0;
}

int load_group(struct loader *l, const struct yaml *node, void *unused)
{
	struct run_as *as = &l->policy->run_as;
	struct group entry, *found = NULL;
	char buf[16384];
	gid_t gid;

	(void)unused;
	if (load_text(l, node, "a group's name or number") < 0)
		return -1;
	if (!parse_id(node->text, &gid)) {
		if (getgrnam_r(node->text, &entry, buf, sizeof(buf), &found) != 0 || !found)
			return load_fail_text(l, node, "there is no such group here");
		gid = found->gr_gid;
	}
	if (as->group_place.file && as->gid != gid)
		return load_fail_text(l, node, "another group is given already, at %s:%d",
			as->group_place.file, as->group_place.line);
	as->group_place = load_place(l, node);
	as->gid = gid;
	return 0;
}

int load_limits_finish(struct loader *l)
{
	const struct run_as *as = &l->policy->run_as;
	const struct place *place = &as->group_place;

	if (!place->file || as->user_place.file)
		return 0;
	return err_set(l->err, 0,
		"%s:%d:%d: a group goes with a user: add \"user: \" with the one to become",
		place->file, place->line, place->column);
}
