/*
 * The environment: what callgate changes in the command's, and which variables
 * put code into programs. Such a variable in the environment of a program whom
 * rules name would lend that program's name to any code.
 */
#ifndef CALLGATE_POLICY_ENVIRONMENT_H
#define CALLGATE_POLICY_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/model.h"

/* A variable's name, or a pattern with `*`. */
struct env_name {
	struct place place;
	const char *text;
};

struct env_names {
	const struct env_name *items;
	size_t len;
};

struct env_setting {
	struct place place;
	const char *text; /* "NAME=VALUE" */
};

struct environment {
	struct place place; /* file is NULL: the policy does not speak of it */
	struct env_names keep, remove;
	const struct env_setting *set;
	size_t nset;
};

const struct environment *policy_environment(const struct policy *policy);

/* What becomes of an entry of the environment that callgate is started with. */
enum env_fate {
	ENV_STAYS,
	ENV_REMOVED, /* the policy removes it, or sets it anew */
	ENV_CODE,    /* it would put code into programs, and the policy names some */
};

/* `entry` is "NAME=VALUE". */
enum env_fate environment_fate(const struct policy *policy, const char *entry);

/*
 * The length of the name when the entry, `len` bytes of it at least up to the
 * value's first byte, puts code into some program and the policy does not keep
 * it; 0 otherwise. An empty value puts nothing anywhere.
 */
size_t environment_code(const struct policy *policy, const char *entry, size_t len);

/* The same, whatever a policy keeps. */
size_t environment_code_anywhere(const char *entry, size_t len);

/* Does the policy keep the variable? */
bool environment_keeps(const struct policy *policy, const char *name);

/* Does a rule that allows or asks name the program, or its script, as who? */
bool policy_names_program(const struct policy *policy, const struct program *program, bool by_path);

/* Is there such a rule for any program? */
bool policy_names_programs(const struct policy *policy);

#endif
