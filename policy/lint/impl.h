/* What the parts of lint share. */
#ifndef CALLGATE_POLICY_LINT_IMPL_H
#define CALLGATE_POLICY_LINT_IMPL_H

#include "policy/lint.h"

struct lint {
	const struct policy *policy;
	const struct root_view *root;
	lint_fn *fn;
	void *ctx;
};

void lint_report(const struct lint *lint, enum lint_level level, const char *code,
	const struct place *place, const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* Programs by themselves: may they be replaced, are they what the rule takes them for? */
void lint_programs(const struct lint *lint, const struct rule *rule);

/* Does the rule name an ELF interpreter as a program to run? */
bool lint_names_interpreter(const struct lint *lint, const struct rule *rule);

/* The rule lets an ELF interpreter run. */
void lint_interpreters(const struct lint *lint, const struct rule *rule);

/* The rule lets programs that reach the network run shells and interpreters. */
void lint_shells(const struct lint *lint, const struct rule *rule);

#endif
