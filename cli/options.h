/*
 * The one table of options. From its rows come parsing, --help, the shells'
 * completions and the man page's option section: a new option is a new row in
 * option_table.c and a member of struct options.
 */
#ifndef CALLGATE_CLI_OPTIONS_H
#define CALLGATE_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "report/sink.h"

enum color_choice { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

enum { OPTION_LIST_MAX = 32 };

/* The arguments of an option that may be given several times, in their order. */
struct option_list {
	const char *items[OPTION_LIST_MAX + 1]; /* ends with NULL */
	size_t len;
};

/* Which calls -k takes the stacks of. */
enum stack_choice { STACKS_NONE, STACKS_BY_MODE, STACKS_ALL, STACKS_DENIED };

struct stack_choices {
	enum stack_choice which;
	unsigned frames; /* 0: not said */
	bool lines;
};

/* What the user asked for; all zero is the default. Strings are borrowed from argv. */
struct options {
	bool help;
	bool version;
	const char *output; /* -o: text goes to this file; NULL: to stderr */
	/* --log and its like: a sink's events go to this file, "-" is stdout; NULL: nowhere */
	const char *sink_files[SINK_FILES_LEN];
	int verbosity;              /* -1: -q; 0; 1: -v. The last one given wins */
	int color;                  /* enum color_choice */
	int time;                   /* enum time_style */
	const char *expr;           /* -e; the last one given wins, as in strace(1) */
	struct stack_choices stack; /* -k */
	bool summary_only;
	bool denied_only;
	bool kill_on_exit;
	uint64_t timeout_ns; /* 0: none */
	bool watch;          /* audit, enforce: the policy is loaded again when it changes */
	bool json;
	int format;                 /* report: index into the choices */
	const char *exe;            /* explain: the program that calls */
	const char *script;         /* explain: the script it was started for */
	struct option_list policy;  /* its files; ends with NULL */
	int backend;                /* enum backend */
	const char *save;           /* ask: rules are saved to this file; NULL: to none */
	const char *ask_socket;     /* ask: programs answer here; NULL: a person does */
	uint64_t ask_timeout_ns;    /* ask: for an answer; 0: none */
	int fail_on;                /* 0: nothing; 1: a denial */
	struct option_list lineage; /* explain: its ancestors, newest first */
	bool strict;                /* import: what cannot be held is an error */
	struct option_list write;   /* import: directories that may be written */
	const char *uid;            /* explain: the user; NULL: our own */
	struct option_list against; /* check: logs to replay */
	const char *diff;           /* check: the policy to compare with */
	const char *module;         /* explain: what the call is made from */
	int widen;                  /* learn: 0: nothing; 1: networks for addresses */
	bool risky;                 /* learn: risky grants are rules */
};

enum option_type {
	OPTION_FLAG,     /* bool, set to true */
	OPTION_NUMBER,   /* int, set to the row's value */
	OPTION_TEXT,     /* const char *, the argument as it is */
	OPTION_FILE,     /* the same, and completed as a file name */
	OPTION_LIST,     /* struct option_list of files: it may be given several times */
	OPTION_CHOICE,   /* int, the index of the argument among the row's choices */
	OPTION_STACKS,   /* struct stack_choices, from an argument that may be absent */
	OPTION_DURATION, /* uint64_t in nanoseconds, above 0 */
};

struct option_row {
	char short_name;       /* '\0': none */
	const char *long_name; /* NULL: none */
	const char *arg;       /* name of the argument in help; NULL: it takes none */
	bool attached;         /* the argument may be absent, and is no word of its own */
	bool more; /* OPTION_LIST: the words up to the next option are arguments of it, too */
	const char *help; /* one sentence, without the full stop */
	enum option_type type;
	size_t offset;              /* of the member in struct options */
	unsigned commands;          /* COMMAND_BIT()s of the subcommands that have it */
	int value;                  /* OPTION_NUMBER */
	const char *const *choices; /* OPTION_CHOICE: ended by NULL */
};

enum { OPTION_ROWS_MAX = 48 };

extern const struct option_row option_table[];
extern const size_t option_table_len;

struct command;

/*
 * Reads the options of `command` from argv, whose first word is skipped.
 * *first_arg is the index of the first word that is not an option; a command
 * whose rest of the line belongs to somebody else ends its options there, as
 * env(1) does. On failure the error says what is wrong and what to write.
 */
int options_parse(const struct command *command, int argc, char **argv, struct options *options,
	int *first_arg, struct err **err);

/*
 * What may follow -k, in this order: "k" for source lines, a number of frames,
 * "=all" or "=denied". NULL and "" are -k alone.
 */
int stack_choices_parse(const char *text, struct stack_choices *out, struct err **err);

/*
 * "10", "10s", "500ms", "2m", "1.5h" in nanoseconds; a number without a unit
 * is seconds. Returns -1 with an error for anything else, for 0, and for more
 * than a hundred years.
 */
int duration_parse(const char *text, uint64_t *ns, struct err **err);

#endif
