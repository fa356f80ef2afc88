/*
 * Holds the reference table, tests/unit/reference/, against the policies'
 * decisions. Run from the root of the source tree, or with it in
 * CALLGATE_SOURCE.
 */
#include <ctype.h>

#include "tests/unit/reference/request.h"

#include "decoders/text.h"
#include "policy/name_resolver.h"
#include "policy/root/view.h"

enum { FILES_MAX = 4, ROWS_AT_LEAST = 300 };

static unsigned rows_read;

/* The command's file system, and beside it the directory of the policy's files. */
static struct {
	struct fake_root root, policies;
	char resolv_conf[96];
} world;

static const char *const root_files[] = { "usr/bin/curl", "usr/bin/wget", "usr/bin/git",
	"usr/bin/bash", "usr/bin/dash", "usr/bin/node", "usr/bin/python3.11", "usr/bin/vim.basic",
	"usr/lib/node_modules/npm/bin/npm-cli.js", "usr/libexec/a/b/zsh", "opt/app-2/bin/server",
	"opt/app-2/bin/worker", "home/u/x.py", "home/u/y.py", "home/u/y.sh", "run/docker.sock",
	"run/linked.sock" };

static const struct {
	const char *path, *target;
} root_links[] = {
	{ "bin", "usr/bin" },
	{ "usr/bin/sh", "dash" },
	{ "usr/bin/python3", "python3.11" },
	{ "usr/bin/vi", "/etc/alternatives/vi" },
	{ "etc/alternatives/vi", "/usr/bin/vim.basic" },
	{ "usr/bin/npm", "../lib/node_modules/npm/bin/npm-cli.js" },
	{ "opt/app", "app-2" },
	{ "usr/bin/ghost", "/nowhere/ghost" },
	{ "usr/bin/loop", "loop" },
	{ "var/run", "/run" },
};

static int world_make(void **state)
{
	(void)state;
	world.root = fake_root_make();
	world.policies = fake_root_make();
	for (size_t i = 0; i < sizeof(root_files) / sizeof(root_files[0]); i++)
		make_file(&world.root, root_files[i]);
	make_file_of(&world.root, "etc/resolv.conf",
		"# servers\nsearch example\nnameserver 192.0.2.53\nnameserver 2001:db8::53\n");
	snprintf(world.resolv_conf, sizeof(world.resolv_conf), "%s/etc/resolv.conf",
		world.root.path);
	for (size_t i = 0; i < sizeof(root_links) / sizeof(root_links[0]); i++)
		make_link(&world.root, root_links[i].path, root_links[i].target);
	assert_int_equal(
		linkat(world.root.fd, "usr/bin/curl", world.root.fd, "usr/bin/curl-alias", 0), 0);
	return 0;
}

static int world_free(void **state)
{
	(void)state;
	fake_root_free(&world.root);
	fake_root_free(&world.policies);
	return 0;
}

/* The names there are. */
static size_t names_lookup(void *ctx, const char *name, struct address *out, size_t max)
{
	static const struct {
		const char *name;
		struct address addr;
	} rows[] = {
		{ "pypi.org", { 32, { 151, 101, 0, 223 } } },
		{ "pypi.org", { 32, { 151, 101, 64, 223 } } },
		{ "pypi.org", { 128, { 0x2a, 4, 0x4e, 0x42, [14] = 2, [15] = 0x23 } } },
		{ "mirror.example", { 32, { 203, 0, 113, 9 } } },
	};
	size_t n = 0;

	(void)ctx;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && n < max; i++) {
		if (strcmp(rows[i].name, name) == 0)
			out[n++] = rows[i].addr;
	}
	return n;
}

static uint64_t names_now(void *ctx)
{
	(void)ctx;
	return 1000;
}

/* One group of the table: its files, the policy made of them, and where it stands. */
struct group {
	char title[128];
	const char *table;
	int line; /* being read, for messages */
	unsigned faults;
	char paths[FILES_MAX][128];
	char *texts[FILES_MAX];
	bool is_policy[FILES_MAX];
	size_t nfiles;
	struct name_resolver *resolver;
	struct policy *policy;
};

static void group_end(struct group *g)
{
	policy_free(g->policy);
	name_resolver_free(g->resolver);
	for (size_t i = 0; i < g->nfiles; i++)
		free(g->texts[i]);
	g->policy = NULL;
	g->resolver = NULL;
	g->nfiles = 0;
}

static void group_add_file(struct group *g, const char *name, bool is_policy)
{
	assert_true(g->nfiles < FILES_MAX);
	snprintf(g->paths[g->nfiles], sizeof(g->paths[0]), "%s/%.40s", world.policies.path, name);
	g->texts[g->nfiles] = strdup("");
	g->is_policy[g->nfiles++] = is_policy;
}

/* SHA256(/usr/bin/curl) in a policy stands for the digest of that file in the root. */
static void digest_of(const char *path, char text[SHA256_TEXT_SIZE])
{
	cleanup_close int fd = openat(world.root.fd, path + 1, O_RDONLY | O_CLOEXEC);
	uint8_t digest[SHA256_BYTES];

	assert_int_equal(sha256_of_fd(fd, digest, NULL), 0);
	sha256_text(digest, text);
}

static void group_add_line(struct group *g, const char *line)
{
	const char *call = strstr(line, "SHA256(");
	char **text = &g->texts[g->nfiles - 1];
	char digest[SHA256_TEXT_SIZE] = "", *grown;
	const char *rest = "";
	size_t head = strlen(line);

	if (call) {
		char path[128];

		head = (size_t)(call - line);
		assert_int_equal(sscanf(call, "SHA256(%127[^)])", path), 1);
		digest_of(path, digest);
		rest = strchr(call, ')') + 1;
	}
	assert_true(asprintf(&grown, "%s%.*s%s%s\n", *text, (int)head, line, digest, rest) >= 0);
	free(*text);
	*text = grown;
}

static void group_load(struct group *g)
{
	const struct name_source names = { .lookup = names_lookup, .now = names_now };
	const struct root_view view = { .fd = world.root.fd };
	struct policy_env env = { .root = &view, .resolv_conf = world.resolv_conf };
	const char *files[FILES_MAX];
	cleanup_err struct err *err = NULL;
	size_t n = 0;

	for (size_t i = 0; i < g->nfiles; i++) {
		make_file_of(&world.policies, strrchr(g->paths[i], '/') + 1, g->texts[i]);
		if (g->is_policy[i])
			files[n++] = g->paths[i];
	}
	env.resolver = g->resolver = name_resolver_new(&names);
	assert_non_null(g->resolver);
	if (policy_load(files, n, &env, &g->policy, &err) < 0)
		fail_msg("%s: '%s' does not load: %s", g->table, g->title, err_text(err));
}

/* The file and line where the policy has "id: ID"; false when it has no such rule. */
static bool group_find_rule(const struct group *g, const char *id, const char **file, int *line)
{
	char needle[64];

	snprintf(needle, sizeof(needle), "id: %s", id);
	for (size_t i = 0; i < g->nfiles; i++) {
		*line = 1;
		for (const char *s = g->texts[i]; *s; s++) {
			size_t len = strlen(needle);

			*file = g->paths[i];
			if (strncmp(s, needle, len) == 0 && !isalnum((unsigned char)s[len]) &&
				s[len] != '-')
				return true;
			*line += *s == '\n';
		}
	}
	return false;
}

/* What the table has in its third column, of a decision. */
static void decision_words(
	const struct decision *d, const char *id_or_reason, char *out, size_t size)
{
	char name[32];
	const char *because = strcmp(id_or_reason, "-") == 0   ? "-"
			      : strcmp(d->reason, "rule") == 0 ? d->rule.id
							       : d->reason;

	snprintf(out, size, "%s%s%s %s", verdict_name(d->verdict),
		d->verdict == VERDICT_DENY ? " " : "",
		d->verdict == VERDICT_DENY ? text_errno(d->errnum, name, sizeof(name)) : "",
		because);
}

static void row_check(struct group *g, char *who, char *call, char *expected)
{
	cleanup_free char *label = NULL;
	const char *because = strrchr(expected, ' ');
	struct row_request row;
	struct decision d;
	char words[128];
	const char *file = "";
	int line = 0;

	assert_non_null(because);
	because++;
	assert_true(asprintf(&label, "%s:%d: '%s': %s | %s", g->table, g->line, g->title, who,
			    call) >= 0);
	row_request_read(&row, &world.root, who, call);
	policy_refresh_names(g->policy, &row.request);
	policy_decide(g->policy, &row.request, &d);
	decision_words(&d, because, words, sizeof(words));
	rows_read++;
	if (strcmp(words, expected) != 0) {
		g->faults++;
		print_error("%s: must be '%s', is '%s'\n", label, expected, words);
		return;
	}
	if (strcmp(d.reason, "rule") != 0)
		return;
	assert_true(group_find_rule(g, d.rule.id, &file, &line));
	if (strcmp(d.rule.file, file) != 0 || d.rule.line != line) {
		g->faults++;
		print_error("%s: the rule is at %s:%d, not at %s:%d\n", label, file, line,
			d.rule.file, d.rule.line);
	}
}

static char *trimmed(char *s)
{
	size_t len;

	s += strspn(s, " ");
	len = strlen(s);
	while (len > 0 && s[len - 1] == ' ')
		s[--len] = '\0';
	return s;
}

static void group_add_row(struct group *g, char *line)
{
	char *call = strchr(line, '|'), *expected = call ? strchr(call + 1, '|') : NULL;

	if (line[0] == '#' || line[0] == '\0')
		return;
	if (!expected)
		fail_msg("%s:%d: is no row: %s", g->table, g->line, line);
	*call++ = '\0';
	*expected++ = '\0';
	row_check(g, trimmed(line), trimmed(call), trimmed(expected));
}

static void table_line(struct group *g, char *line)
{
	if (strncmp(line, "== ", 3) == 0) {
		group_end(g);
		snprintf(g->title, sizeof(g->title), "%.120s", line + 3);
		group_add_file(g, "policy.yaml", true);
	} else if (g->policy) {
		group_add_row(g, line);
	} else if (strcmp(line, "--") == 0) {
		group_load(g);
	} else if (strncmp(line, "++ ", 3) == 0 || strncmp(line, "+p ", 3) == 0) {
		group_add_file(g, line + 3, line[1] == 'p');
	} else if (g->nfiles > 0) {
		group_add_line(g, line);
	}
}

static void table_check(void **state)
{
	const char *source = getenv("CALLGATE_SOURCE");
	__attribute__((cleanup(group_end))) struct group group = { .table = *state };
	cleanup_free char *path = NULL, *line = NULL;
	cleanup_file FILE *file = NULL;
	size_t size = 0;
	ssize_t len;

	assert_true(asprintf(&path, "%s/tests/unit/reference/%s.table", source ? source : ".",
			    group.table) >= 0);
	file = fopen(path, "re");
	if (!file)
		fail_msg("no %s: run this from the root of the source tree", path);
	while ((len = getline(&line, &size, file)) > 0) {
		group.line++;
		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		table_line(&group, line);
	}
	assert_non_null(group.policy);
	assert_int_equal(group.faults, 0);
}

static void table_is_whole(void **state)
{
	(void)state;
	assert_in_range(rows_read, ROWS_AT_LEAST, 10000);
}

#define TABLE(title, file)                                                                         \
	{                                                                                          \
		.name = title, .test_func = table_check, .initial_state = (void *)(file)           \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TABLE("the order of rules, defaults and files", "first_match"),
		TABLE("who calls", "who"),
		TABLE("what is connected to", "connect"),
		TABLE("other kinds of calls", "other_kinds"),
		cmocka_unit_test(table_is_whole),
	};

	return cmocka_run_group_tests_name("reference_table", tests, world_make, world_free);
}
