/*
 * The subcommands. A new one is a file of its own, NAME.c, that defines NAME_command,
 * and a line in COMMANDS. Help, completions and the man page come from these.
 */
#ifndef CALLGATE_CLI_COMMAND_H
#define CALLGATE_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/options.h"

/* Every subcommand, in the order of --help: COMMAND(ID, name). */
/* clang-format off */
#define COMMANDS(COMMAND)                  \
	COMMAND(TRACE, trace)              \
	COMMAND(AUDIT, audit)              \
	COMMAND(ASK, ask)                  \
	COMMAND(ENFORCE, enforce)          \
	COMMAND(CHECK, check)              \
	COMMAND(EXPLAIN, explain)          \
	COMMAND(LEARN, learn)              \
	COMMAND(REPORT, report)            \
	COMMAND(IMPORT, import)            \
	COMMAND(RELOAD, reload)            \
	COMMAND(DOCTOR, doctor)            \
	COMMAND(COMPLETIONS, completions)  \
	COMMAND(MAN, man)
/* clang-format on */

#define COMMAND_ID(id, name) COMMAND_##id,
enum command_id { COMMANDS(COMMAND_ID) };
#undef COMMAND_ID

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

#define COMMAND_DECLARED(id, name) extern const struct command name##_command;
COMMANDS(COMMAND_DECLARED)
#undef COMMAND_DECLARED

extern const struct command *const command_table[];
extern const size_t command_table_len;

/* The subcommand of that name, hidden ones too; NULL when there is none. */
const struct command *command_find(const char *name);

/* What runs when no subcommand is named: trace. */
const struct command *command_default(void);

#endif
