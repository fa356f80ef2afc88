#include <assert.h>

#include "cli/command.h"
#include "cli/options.h"
#include "supervisor/run.h"

static const char *const backend_choices[] = { "auto", "notify", "ptrace", NULL };
static const char *const color_choices[] = { "auto", "always", "never", NULL };
static const char *const fail_on_choices[] = { "nothing", "deny", NULL };
static const char *const format_choices[] = { "text", "html", "chrome", "folded", NULL };
static const char *const widen_choices[] = { "nothing", "net", NULL };
static const char *const time_choices[] = { "rel", "abs", "none", NULL };

/* The choices are indexes of these. */
static_assert(BACKEND_AUTO == 0 && BACKEND_NOTIFY == 1 && BACKEND_PTRACE == 2, "backend_choices");
static_assert(COLOR_AUTO == 0 && COLOR_ALWAYS == 1 && COLOR_NEVER == 2, "color_choices");
static_assert(TIME_REL == 0 && TIME_ABS == 1 && TIME_NONE == 2, "time_choices");

#define MEMBER(name) offsetof(struct options, name)
#define TRACE        COMMAND_BIT(COMMAND_TRACE)
#define ASK          COMMAND_BIT(COMMAND_ASK)
#define GATED        (COMMAND_BIT(COMMAND_AUDIT) | ASK | COMMAND_BIT(COMMAND_ENFORCE))
#define RUNS         (TRACE | GATED)
#define DOCTOR       COMMAND_BIT(COMMAND_DOCTOR)
#define EXPLAIN      COMMAND_BIT(COMMAND_EXPLAIN)
#define IMPORT       COMMAND_BIT(COMMAND_IMPORT)
#define CHECK        COMMAND_BIT(COMMAND_CHECK)
#define LEARN        COMMAND_BIT(COMMAND_LEARN)
#define REPORT       COMMAND_BIT(COMMAND_REPORT)

/* An option of report/sink.h's list. */
#define SINK_ROW(name, option, text)                                                               \
	{                                                                                          \
		.long_name = option,                                                               \
		.arg = "FILE",                                                                     \
		.help = text,                                                                      \
		.type = OPTION_FILE,                                                               \
		.offset = MEMBER(sink_files[SINK_##name]),                                         \
		.commands = RUNS,                                                                  \
	},

const struct option_row option_table[] = {
	{
		.short_name = 'p',
		.long_name = "policy",
		.arg = "POLICY",
		.help = "Judge by this policy; several are joined in their order",
		.type = OPTION_LIST,
		.offset = MEMBER(policy),
		.commands = GATED,
	},
	{
		.long_name = "save",
		.arg = "FILE",
		.help = "Save rules that are made for good to this policy; those it has "
			"answer already",
		.type = OPTION_FILE,
		.offset = MEMBER(save),
		.commands = ASK,
	},
	{
		.long_name = "ask-socket",
		.arg = "PATH",
		.help = "Let programs answer, over a Unix socket made there, instead of a "
			"person at the terminal",
		.type = OPTION_FILE,
		.offset = MEMBER(ask_socket),
		.commands = ASK,
	},
	{
		.long_name = "ask-timeout",
		.arg = "DURATION",
		.help = "Deny what nobody has answered after DURATION, such as 30 or 2m",
		.type = OPTION_DURATION,
		.offset = MEMBER(ask_timeout_ns),
		.commands = ASK,
	},
	{
		.long_name = "watch",
		.help = "Load the policy again whenever one of its files changes",
		.type = OPTION_FLAG,
		.offset = MEMBER(watch),
		.commands = COMMAND_BIT(COMMAND_AUDIT) | COMMAND_BIT(COMMAND_ENFORCE),
	},
	{
		.long_name = "fail-on",
		.arg = "deny",
		.help = "Exit with 124 when a call was denied, or in audit would have been",
		.type = OPTION_CHOICE,
		.offset = MEMBER(fail_on),
		.commands = GATED,
		.choices = fail_on_choices,
	},
	{
		.short_name = 'o',
		.arg = "FILE",
		.help = "Write the text lines to FILE instead of the standard error",
		.type = OPTION_FILE,
		.offset = MEMBER(output),
		.commands = RUNS,
	},
	/* clang-format off */
	SINK_FILES(SINK_ROW)
	/* clang-format on */
	{
		.short_name = 'e',
		.arg = "EXPR",
		.help = "Watch these calls: names and classes as in strace's trace=, such as "
			"%net,%process,connect or !socket; the last -e wins",
		.type = OPTION_TEXT,
		.offset = MEMBER(expr),
		.commands = TRACE,
	},
	{
		.short_name = 'k',
		.arg = "[k][N][=all|=denied]",
		.attached = true,
		.help = "Show where in the program calls were made: the stack, of at most N "
			"frames, with -kk source lines and inlined functions, too; by default of "
			"all calls in trace, else of those denied",
		.type = OPTION_STACKS,
		.offset = MEMBER(stack),
		.commands = RUNS,
	},
	{
		.short_name = 'c',
		.help = "Show no lines, but a summary at the end",
		.type = OPTION_FLAG,
		.offset = MEMBER(summary_only),
		.commands = RUNS,
	},
	{
		.long_name = "denied-only",
		.help = "Show only what was denied, or would have been",
		.type = OPTION_FLAG,
		.offset = MEMBER(denied_only),
		.commands = RUNS,
	},
	{
		.long_name = "time",
		.arg = "STYLE",
		.help = "Begin lines with the seconds since the start, the time of day, or neither",
		.type = OPTION_CHOICE,
		.offset = MEMBER(time),
		.commands = RUNS,
		.choices = time_choices,
	},
	{
		.long_name = "color",
		.arg = "WHEN",
		.help = "Colour the verdicts; auto is on a terminal, unless NO_COLOR is set",
		.type = OPTION_CHOICE,
		.offset = MEMBER(color),
		.commands = RUNS | REPORT,
		.choices = color_choices,
	},
	{
		.short_name = 'q',
		.help = "Show calls only: no exits, and no warnings but of lost data",
		.type = OPTION_NUMBER,
		.offset = MEMBER(verbosity),
		.commands = RUNS,
		.value = -1,
	},
	{
		.short_name = 'v',
		.help = "Show more: environments, the first bytes of what is sent, threads' exits",
		.type = OPTION_NUMBER,
		.offset = MEMBER(verbosity),
		.commands = RUNS,
		.value = 1,
	},
	{
		.long_name = "backend",
		.arg = "BACKEND",
		.help = "How calls are stopped: notify is fast, ptrace knows every result; auto "
			"is notify in enforce where the kernel has it",
		.type = OPTION_CHOICE,
		.offset = MEMBER(backend),
		.commands = RUNS,
		.choices = backend_choices,
	},
	{
		.long_name = "timeout",
		.arg = "DURATION",
		.help = "End the command after DURATION, such as 10, 500ms or 2m, and exit with "
			"124",
		.type = OPTION_DURATION,
		.offset = MEMBER(timeout_ns),
		.commands = RUNS,
	},
	{
		.long_name = "kill-on-exit",
		.help = "When the command ends, kill the processes it left running",
		.type = OPTION_FLAG,
		.offset = MEMBER(kill_on_exit),
		.commands = RUNS,
	},
	{
		.long_name = "against",
		.arg = "LOG...",
		.help = "Replay the calls of each LOG and list those that would be denied",
		.type = OPTION_LIST,
		.more = true,
		.offset = MEMBER(against),
		.commands = CHECK,
	},
	{
		.long_name = "diff",
		.arg = "OLD",
		.help = "With --against, list only what the policy OLD decides otherwise",
		.type = OPTION_FILE,
		.offset = MEMBER(diff),
		.commands = CHECK,
	},
	{
		.short_name = 'o',
		.arg = "POLICY",
		.help = "Write to POLICY; one that is there already gets the rules it lacks",
		.type = OPTION_FILE,
		.offset = MEMBER(output),
		.commands = LEARN,
	},
	{
		.short_name = 'p',
		.long_name = "policy",
		.arg = "POLICY",
		.help = "Leave out what this policy allows; several are joined in their order",
		.type = OPTION_LIST,
		.offset = MEMBER(policy),
		.commands = LEARN,
	},
	{
		.long_name = "widen",
		.arg = "net",
		.help = "Write networks for addresses: of 256 addresses, in IPv6 of a /64",
		.type = OPTION_CHOICE,
		.offset = MEMBER(widen),
		.commands = LEARN,
		.choices = widen_choices,
	},
	{
		.long_name = "risky",
		.help = "Make risky grants rules, too, and not comments",
		.type = OPTION_FLAG,
		.offset = MEMBER(risky),
		.commands = LEARN,
	},
	{
		.long_name = "exe",
		.arg = "FILE",
		.help = "The program that makes the call",
		.type = OPTION_FILE,
		.offset = MEMBER(exe),
		.commands = EXPLAIN,
	},
	{
		.long_name = "script",
		.arg = "FILE",
		.help = "The script that program was started for",
		.type = OPTION_FILE,
		.offset = MEMBER(script),
		.commands = EXPLAIN,
	},
	{
		.long_name = "lineage",
		.arg = "FILE",
		.help = "An ancestor of the program; the nearest first when given several times",
		.type = OPTION_LIST,
		.offset = MEMBER(lineage),
		.commands = EXPLAIN,
	},
	{
		.long_name = "uid",
		.arg = "NUMBER",
		.help = "The user the call is made as",
		.type = OPTION_TEXT,
		.offset = MEMBER(uid),
		.commands = EXPLAIN,
	},
	{
		.long_name = "format",
		.arg = "FORMAT",
		.help = "Write text, an HTML page, Chrome's trace events, or folded stacks",
		.type = OPTION_CHOICE,
		.offset = MEMBER(format),
		.commands = REPORT,
		.choices = format_choices,
	},
	{
		.long_name = "stack",
		.arg = "FILE",
		.help = "The library or program that the call is made from",
		.type = OPTION_FILE,
		.offset = MEMBER(module),
		.commands = EXPLAIN,
	},
	{
		.long_name = "strict",
		.help = "Write nothing when something of the source cannot be held",
		.type = OPTION_FLAG,
		.offset = MEMBER(strict),
		.commands = IMPORT,
	},
	{
		.long_name = "write",
		.arg = "DIR",
		.help = "A directory that may be written; may be given several times",
		.type = OPTION_LIST,
		.offset = MEMBER(write),
		.commands = IMPORT,
	},
	{
		.long_name = "json",
		.help = "Print JSON",
		.type = OPTION_FLAG,
		.offset = MEMBER(json),
		.commands = DOCTOR | EXPLAIN,
	},
	{
		.short_name = 'h',
		.long_name = "help",
		.help = "Show this help",
		.type = OPTION_FLAG,
		.offset = MEMBER(help),
		.commands = COMMANDS_ALL,
	},
	{
		.long_name = "version",
		.help = "Show the version",
		.type = OPTION_FLAG,
		.offset = MEMBER(version),
		.commands = COMMANDS_ALL,
	},
};

const size_t option_table_len = sizeof(option_table) / sizeof(option_table[0]);

static_assert(
	sizeof(option_table) / sizeof(option_table[0]) <= OPTION_ROWS_MAX, "raise OPTION_ROWS_MAX");
