/*
 * What a policy may be loaded with and is hardly meant: rules that never
 * decide, patterns that match nothing, permissions that give more than they
 * seem to. For `callgate check`; docs/policy.md lists the codes.
 *
 * What cannot be found or read is told while loading: policy_env.warn.
 */
#ifndef CALLGATE_POLICY_LINT_H
#define CALLGATE_POLICY_LINT_H

#include "policy/model.h"
#include "policy/policy.h"

enum lint_level {
	LINT_NOTE,    /* true, and may well be meant */
	LINT_WARNING, /* to be mended */
};

struct lint_finding {
	enum lint_level level;
	const char *code;   /* stable dotted word: "rule.covered" */
	struct place place; /* of the rule, or of the program or destination in it */
	const char *text;   /* for people; escaped */
};

/* Everything in the finding is borrowed for the time of the call. */
typedef void lint_fn(void *ctx, const struct lint_finding *finding);

/*
 * Looks at a whole policy. Reads the files it names and looks up its host
 * names with `resolver`, which must be the one it was loaded with, and blocks
 * as long as that takes. Findings come in no order of lines.
 */
void policy_lint(
	const struct policy *policy, struct name_resolver *resolver, lint_fn *fn, void *ctx);

/*
 * May anybody but root change the file at the path, or what is in it when it is a
 * directory, or put another in its place? With `adding`, also by putting something
 * new into it. Adds "the directory /opt/x may be written by group 20".
 */
bool lint_path_writable(
	const struct root_view *root, const char *path, bool adding, struct sbuf *who);

/* By its name: a program whose purpose is to run what it reads. */
bool lint_path_is_interpreter(const char *path);

#endif
