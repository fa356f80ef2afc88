/*
 * The table of subcommands. A new subcommand is a row in command_table.c and
 * a file of its own, named after it, with its run function.
 */
#ifndef CALLGATE_CLI_COMMAND_H
#define CALLGATE_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/options.h"

enum command_id {
	COMMAND_TRACE,
	COMMAND_AUDIT,
	COMMAND_ASK,
	COMMAND_ENFORCE,
	COMMAND_CHECK,
	COMMAND_EXPLAIN,
	COMMAND_LEARN,
	COMMAND_REPORT,
	COMMAND_IMPORT,
	COMMAND_RELOAD,
	COMMAND_DOCTOR,
	COMMAND_COMPLETIONS,
	COMMAND_MAN,
};

#define COMMAND_BIT(id) (1u << (id))
#define COMMANDS_ALL    (~0u)

struct command {
	enum command_id id;
	const char *name;
	const char *args;         /* what follows the name in the usage line */
	const char *summary;      /* one line: what the command is for */
	const char *description;  /* a paragraph for --help and the man page */
	bool hidden;              /* not for people: in no list of commands */
	bool runs_command;        /* options end at the first word that is not one */
	const char *const *words; /* what its argument is one of, ended by NULL; NULL: anything */
	int min_args, max_args;   /* words after the options; max_args -1: any number */
	/* Returns callgate's exit status. args ends with NULL. */
	int (*run)(const struct options *options, char *const *args);
};

extern const struct command command_table[];
extern const size_t command_table_len;

/* The subcommand of that name, hidden ones too; NULL when there is none. */
const struct command *command_find(const char *name);

/* What runs when no subcommand is named: trace. */
const struct command *command_default(void);

int command_trace(const struct options *options, char *const *args);
int command_audit(const struct options *options, char *const *args);
int command_ask(const struct options *options, char *const *args);
int command_enforce(const struct options *options, char *const *args);
int command_check(const struct options *options, char *const *args);
int command_explain(const struct options *options, char *const *args);
int command_learn(const struct options *options, char *const *args);
int command_report(const struct options *options, char *const *args);
int command_import(const struct options *options, char *const *args);
int command_reload(const struct options *options, char *const *args);
int command_doctor(const struct options *options, char *const *args);
int command_completions(const struct options *options, char *const *args);
int command_man(const struct options *options, char *const *args);

#endif
