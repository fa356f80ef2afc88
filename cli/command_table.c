#include "cli/command.h"

#include <string.h>

static const char *const import_sources[] = { "openshell", "codex", NULL };
static const char *const shells[] = { "bash", "zsh", "fish", NULL };

const struct command command_table[] = {
	{
		.id = COMMAND_TRACE,
		.name = "trace",
		.args = "[OPTION]... [--] CMD [ARG]...",
		.summary = "show what a command tries to do",
		.description =
			"Runs CMD and shows every call by which it, and every process it makes, "
			"reaches outside itself: sockets made, connected and bound, messages "
			"sent to an address, programs run, processes and threads made. Nothing "
			"is refused. The exit status is that of CMD.",
		.runs_command = true,
		.min_args = 1,
		.max_args = -1,
		.run = command_trace,
	},
	{
		.id = COMMAND_AUDIT,
		.name = "audit",
		.args = "-p POLICY [OPTION]... [--] CMD [ARG]...",
		.summary = "show what a policy would refuse, and refuse nothing",
		.description =
			"Runs CMD as trace does, and records for every call what enforce would "
			"have done under the same policy. The exit status is that of CMD.",
		.runs_command = true,
		.min_args = 1,
		.max_args = -1,
		.run = command_audit,
	},
	{
		.id = COMMAND_ASK,
		.name = "ask",
		.args = "[-p POLICY] [OPTION]... [--] CMD [ARG]...",
		.summary = "ask a person, or a program, about every call a policy leaves open",
		.description =
			"Runs CMD as enforce does, and holds every call whose verdict is ask until "
			"it is answered: at the terminal, or over the socket of --ask-socket. An "
			"answer is for one call, for this run, or a rule saved to --save FILE. "
			"Without a policy, connecting, binding and running programs are asked "
			"about. What nobody answers is denied. The exit status is that of CMD.",
		.runs_command = true,
		.min_args = 1,
		.max_args = -1,
		.run = command_ask,
	},
	{
		.id = COMMAND_ENFORCE,
		.name = "enforce",
		.args = "-p POLICY [OPTION]... [--] CMD [ARG]...",
		.summary = "hold a command, and all it runs, to a policy",
		.description =
			"Runs CMD and carries out the policy's verdict on every call by which it, "
			"and every process it makes, reaches outside itself. What is denied fails "
			"with an errno and is shown with the rule and a way to mend it. Calls "
			"that name a destination are made by callgate itself from its own copy of "
			"the arguments, so that nothing the program does meanwhile changes where "
			"they go. The exit status is that of CMD.",
		.runs_command = true,
		.min_args = 1,
		.max_args = -1,
		.run = command_enforce,
	},
	{
		.id = COMMAND_RELOAD,
		.name = "reload",
		.args = "PID",
		.summary = "have a running callgate load its policy again",
		.description =
			"Sends SIGHUP to the callgate with that process id, which must be an audit "
			"or enforce. It loads its files again beside the run and puts the new "
			"policy in the old one's place, whole, for the calls to come. What came of "
			"it "
			"is told there, as a warning: policy.reloaded, policy.kept or "
			"policy.closed.",
		.min_args = 1,
		.max_args = 1,
		.run = command_reload,
	},
	{
		.id = COMMAND_IMPORT,
		.name = "import",
		.args = "openshell FILE | codex MODE [--write DIR]...",
		.summary = "write a policy from one of another program",
		.description =
			"Prints a callgate policy that decides as the source does. openshell reads "
			"a sandbox policy of OpenShell; what system calls cannot show, such as "
			"HTTP methods, is listed on the standard error and in comments, and with "
			"--strict is an error. codex writes a mode of the Codex sandbox: "
			"restricted, proxy or full-access, with the directories that may be "
			"written.",
		.words = import_sources,
		.min_args = 2,
		.max_args = 2,
		.run = command_import,
	},
	{
		.id = COMMAND_DOCTOR,
		.name = "doctor",
		.args = "[OPTION]...",
		.summary = "say what this kernel and this user can do",
		.description =
			"Tries what callgate needs from the kernel and says for each whether it "
			"works here, what it is for, and what to do where it does not. The exit "
			"status is 0 when trace can work here, else 1.",
		.run = command_doctor,
	},
	{
		.id = COMMAND_CHECK,
		.name = "check",
		.args = "POLICY... [--against LOG]... [--diff OLD]",
		.summary = "read a policy and say what is wrong with it, or what it would do",
		.description =
			"Loads the files as one policy and looks for what can hardly be meant: "
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
	},
	{
		.id = COMMAND_EXPLAIN,
		.name = "explain",
		.args = "POLICY [OPTION]... CALL [ARG]",
		.summary = "say what a policy decides about a call, and why",
		.description =
			"Prints the verdict, the rule it comes from, and why each rule before it "
			"does not match. CALL is connect or bind, with tcp:ADDRESS:PORT, "
			"udp:ADDRESS:PORT, unix:/PATH, unix:@NAME or vsock:CID:PORT; exec PATH; "
			"spawn; socket or socketpair FAMILY/TYPE; syscall NAME; read or write "
			"PATH, which is about files; or, for a "
			"network mode, getsockopt, listen, accept, sendto and their like with "
			"FAMILY/TYPE of the socket. Programs are told apart by "
			"their paths; links are followed. Without --exe nothing is known of the "
			"program. The exit status is 0, whatever the verdict.",
		.min_args = 2,
		.max_args = -1,
		.run = command_explain,
	},
	{
		.id = COMMAND_REPORT,
		.name = "report",
		.args = "LOG [OPTION]...",
		.summary = "show what a log tells of a run",
		.description =
			"Reads a log that --log wrote, and writes to the standard output what came "
			"of it: what was denied, with a rule that would allow it; which processes "
			"ran, and for how long; who reached what; the slowest connects. As text, "
			"as "
			"one HTML page that needs no other file, as trace events for Perfetto and "
			"Chrome, or as folded stacks for flame graphs. LOG may be -, the standard "
			"input. The exit status is 0, or 125 when the log cannot be read.",
		.min_args = 1,
		.max_args = 1,
		.run = command_report,
	},
	{
		.id = COMMAND_LEARN,
		.name = "learn",
		.args = "LOG... [-o POLICY | -p POLICY]... [OPTION]...",
		.summary = "make a policy from what runs did",
		.description =
			"Writes the smallest policy under which the calls of the logs pass: a "
			"rule for each program, with what it ran, reached and made, and budgets "
			"with a margin. What is risky to allow is a comment, with the reason: "
			"shells that reach the network, cloud metadata, hosts of inner "
			"networks, whatever others than root may replace. With -o, a POLICY that "
			"is there already gets the rules it lacks; with -p, what those policies "
			"lack is a policy to be given after them. Read what you get: it allows "
			"what was done, which need not be what is right. The exit status is 0, "
			"or 125 when there is no policy.",
		.min_args = 1,
		.max_args = -1,
		.run = command_learn,
	},
	{
		.id = COMMAND_COMPLETIONS,
		.name = "completions",
		.args = "bash|zsh|fish",
		.summary = "print completions for a shell",
		.description =
			"Prints a script that completes callgate's commands and options. For "
			"bash: callgate completions bash > "
			"~/.local/share/bash-completion/completions/callgate",
		.words = shells,
		.min_args = 1,
		.max_args = 1,
		.run = command_completions,
	},
	{
		.id = COMMAND_MAN,
		.name = "man",
		.args = "FRAME",
		.summary = "fill the man page's frame from the tables",
		.description = "Prints the file FRAME with the lines @SYNOPSIS@, @COMMANDS@ and "
			       "@VERSION@ replaced. The build makes the man page with it.",
		.hidden = true,
		.min_args = 1,
		.max_args = 1,
		.run = command_man,
	},
};

const size_t command_table_len = sizeof(command_table) / sizeof(command_table[0]);

const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < command_table_len; i++) {
		if (strcmp(command_table[i].name, name) == 0)
			return &command_table[i];
	}
	return NULL;
}

const struct command *command_default(void)
{
	return command_find("trace");
}
