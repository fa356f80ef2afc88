#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "cli/check_replay.h"
#include "cli/command.h"
#include "cli/message.h"
#include "supervisor/policies.h"
#include "policy/lint.h"
#include "supervisor/run.h"

/* As linters do: 1 says that there is something to mend, and not that callgate failed. */
enum { EXIT_FINDINGS = 1 };

struct check {
	struct sbuf out;
	bool warned;
};

static void check_free(struct check *check)
{
	sbuf_free(&check->out);
}

/* What loading says has its place at the beginning already. */
static void take_warning(void *ctx, const char *text)
{
	struct check *check = ctx;

	sbuf_fmt(&check->out, "%s [load]\n", text);
	check->warned = true;
}

static void take_finding(void *ctx, const struct lint_finding *finding)
{
	struct check *check = ctx;

	escape_text(&check->out, finding->place.file, strlen(finding->place.file));
	sbuf_fmt(&check->out, ":%d:%d: %s%s [%s]\n", finding->place.line, finding->place.column,
		finding->level == LINT_NOTE ? "note: " : "", finding->text, finding->code);
	check->warned |= finding->level == LINT_WARNING;
}

/* What the calls of logs would get; *found: there is something to look at. */
static int replay(const struct options *options, const struct policies *policies,
	struct check *check, bool *found, struct err **err)
{
	cleanup_policies struct policies old = { 0 };
	const char *const files[] = { options->diff, NULL };

	if (options->diff && !options->against.len)
		return err_set(err, 0, "--diff compares what happens to calls: add --against LOG");
	if (!options->against.len)
		return 0;
	if (options->diff && policies_load(&old, (char *const *)files, NULL, NULL, err) < 0)
		return -1;
	return check_replay(
		policies->policy, old.policy, options->against.items, &check->out, found, err);
}

static int command_check(const struct options *options, char *const *args)
{
	__attribute__((cleanup(check_free))) struct check check = { .out = SBUF_INIT };
	cleanup_policies struct policies policies = { 0 };
	cleanup_err struct err *err = NULL;
	bool found = false;
	int status;

	if (policies_load(&policies, args, take_warning, &check, &err) < 0)
		return message_fail(EXIT_CALLGATE, err);
	policy_lint(policies.policy, policies.resolver, take_finding, &check);
	if (replay(options, &policies, &check, &found, &err) < 0)
		return message_fail(EXIT_CALLGATE, err);
	status = message_output(&check.out);
	return status || !(check.warned || found) ? status : EXIT_FINDINGS;
}

const struct command check_command = {
	.id = COMMAND_CHECK,
	.name = "check",
	.args = "POLICY... [--against LOG...] [--diff OLD]",
	.summary = "read a policy and say what is wrong with it, or what it would do",
	.description = "Loads the files as one policy and looks for what can hardly be meant: "
		       "rules that never decide, programs and names that are not there, "
		       "permissions that give more than they seem to. Each line of output is a "
		       "finding, with its place and its code. With --against, the calls of LOG "
		       "are judged by the policy, as they would be now: what would be denied is "
		       "listed with the rule, and rules that decide nothing. With --diff, what "
		       "changes between the policy OLD and this one is listed. The exit status "
		       "is 0 when there is nothing to mend, nothing denied, or nothing changed, "
		       "1 when there is, and 125 when a file cannot be read.",
	.min_args = 1,
	.max_args = -1,
	.run = command_check,
};
