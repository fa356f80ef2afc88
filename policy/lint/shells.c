#include <stdio.h>
#include <string.h>

#include "policy/glob.h"
#include "policy/lint/impl.h"

/* Programs whose purpose is to run what they read; a version may follow the name. */
static const char *const interpreters[] = {
	"sh",
	"bash",
	"dash",
	"ash",
	"zsh",
	"ksh",
	"mksh",
	"fish",
	"csh",
	"tcsh",
	"busybox",
	"toybox",
	"python",
	"pypy",
	"perl",
	"ruby",
	"node",
	"nodejs",
	"deno",
	"bun",
	"lua",
	"luajit",
	"php",
	"tclsh",
	"wish",
	"expect",
	"guile",
	"awk",
	"gawk",
	"mawk",
	"nawk",
	"Rscript",
	"julia",
	"erl",
	"escript",
	"ghci",
	"scala",
	"groovy",
	"pwsh",
};

enum { INTERPRETERS = sizeof(interpreters) / sizeof(interpreters[0]) };

bool lint_path_is_interpreter(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	for (size_t i = 0; i < INTERPRETERS; i++) {
		size_t len = strlen(interpreters[i]);

		if (strncmp(name, interpreters[i], len) == 0 &&
			strspn(name + len, "0123456789.") == strlen(name + len))
			return true;
	}
	return false;
}

/* Patterns are tried with the directories in which interpreters are found. */
static bool pattern_has_interpreter(const char *pattern)
{
	static const char *const directories[] = { "/usr/bin/", "/bin/", "/usr/local/bin/" };
	char path[64];

	for (size_t d = 0; d < sizeof(directories) / sizeof(directories[0]); d++) {
		for (size_t i = 0; i < INTERPRETERS; i++) {
			int len = snprintf(
				path, sizeof(path), "%s%s", directories[d], interpreters[i]);

			if (glob_match(pattern, strlen(pattern), path, (size_t)len))
				return true;
		}
	}
	return false;
}

/* The shell or interpreter that the rule lets run; NULL for none. */
static const char *allowed_shell(const struct rule *rule)
{
	const struct program_list *exec = &rule->exec;

	if (exec->len == 0)
		return "any program";
	for (size_t i = 0; i < exec->len; i++) {
		const struct program_pattern *p = &exec->items[i];

		if (p->glob ? pattern_has_interpreter(p->path) : lint_path_is_interpreter(p->path))
			return p->path;
	}
	return NULL;
}

static bool patterns_overlap(const struct program_pattern *a, const struct program_pattern *b)
{
	size_t alen = strlen(a->path), blen = strlen(b->path);

	if (a->glob && b->glob)
		return glob_covers(a->path, alen, b->path, blen) ||
		       glob_covers(b->path, blen, a->path, alen);
	if (a->glob)
		return glob_match(a->path, alen, b->path, blen);
	if (b->glob)
		return glob_match(b->path, blen, a->path, alen);
	return strcmp(a->path, b->path) == 0;
}

/* Some program may be in both lists; an empty list has all. */
static bool lists_overlap(const struct program_list *a, const struct program_list *b)
{
	if (a->len == 0 || b->len == 0)
		return true;
	for (size_t i = 0; i < a->len; i++) {
		for (size_t j = 0; j < b->len; j++) {
			if (patterns_overlap(&a->items[i], &b->items[j]))
				return true;
		}
	}
	return false;
}

static bool destination_is_remote(const struct destination *d)
{
	static const struct prefix loops[] = {
		{ { 32, { 127 } }, 8 },
		{ { 128, { [15] = 1 } }, 128 },
	};

	switch ((enum destination_type)d->type) {
	case DESTINATION_PREFIX:
		return !prefix_covers(&loops[0], &d->prefix) &&
		       !prefix_covers(&loops[1], &d->prefix);
	case DESTINATION_SET:
		return d->set != SET_LOOPBACK;
	case DESTINATION_ANY:
	case DESTINATION_HOST_ANY:
	case DESTINATION_NAME:
		return true;
	case DESTINATION_UNIX_ANY:
	case DESTINATION_UNIX_PATH:
	case DESTINATION_UNIX_PATH_GLOB:
	case DESTINATION_UNIX_ABSTRACT:
	case DESTINATION_VSOCK:
	default:
		return false;
	}
}

static bool rule_reaches_network(const struct rule *rule)
{
	if (rule->verdict != VERDICT_ALLOW || !(rule->kinds & kind_bit(CALL_KIND_CONNECT)))
		return false;
	if (rule->connect.len == 0)
		return true;
	for (size_t i = 0; i < rule->connect.len; i++) {
		if (destination_is_remote(&rule->connect.items[i]))
			return true;
	}
	return false;
}

/*
 * The first rule that lets a program of `rule` reach the network; NULL for
 * none. Lineages tell no programs apart: one may have ancestors of both rules.
 */
static const struct rule *network_rule(const struct lint *lint, const struct rule *rule)
{
	for (size_t i = 0; i < policy_rules(lint->policy); i++) {
		const struct rule *other = policy_rule(lint->policy, i);

		if (rule_reaches_network(other) && lists_overlap(&rule->exe, &other->exe) &&
			lists_overlap(&rule->script, &other->script))
			return other;
	}
	return NULL;
}

void lint_shells(const struct lint *lint, const struct rule *rule)
{
	static const char advice[] = "what is fetched there can be run; name the programs that "
				     "are needed, or keep those that fetch from those that run";
	const struct policy_default *connect = policy_default_of(lint->policy, CALL_KIND_CONNECT);
	cleanup_sbuf struct sbuf name = SBUF_INIT;
	const struct rule *network;
	const char *shell;

	if (rule->verdict != VERDICT_ALLOW || !(rule->kinds & kind_bit(CALL_KIND_EXEC)))
		return;
	shell = allowed_shell(rule);
	if (!shell)
		return;
	network = network_rule(lint, rule);
	if (network)
		rule_name(network, &name);
	else if (connect->verdict == VERDICT_ALLOW)
		sbuf_str(&name, "the default");
	else
		return;
	lint_report(lint, LINT_WARNING, "exec.shell", &rule->place,
		"allows %s to be run by a program that %s lets reach the network: %s", shell,
		network == rule ? "the same rule" : sbuf_text(&name), advice);
}
