#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cli/command.h"
#include "cli/message.h"
#include "supervisor/run.h"
#include "tracer/proc_path.h"

/* The beginning of /proc/PID/NAME, ended with a NUL. */
static bool read_entry(pid_t pid, const char *name, char *buf, size_t size)
{
	char path[PROC_PATH_SIZE];
	cleanup_close int fd = -1;
	ssize_t n;

	proc_path(path, pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, buf, size - 1);
	buf[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* Any other program, and callgate trace, would take SIGHUP for what it mostly means. */
static bool has_policy(pid_t pid)
{
	char own[64], theirs[64], arguments[512];
	const char *subcommand;

	if (!read_entry(getpid(), "comm", own, sizeof(own)) ||
		!read_entry(pid, "comm", theirs, sizeof(theirs)) || strcmp(own, theirs) != 0 ||
		!read_entry(pid, "cmdline", arguments, sizeof(arguments)))
		return false;
	subcommand = arguments + strlen(arguments) + 1;
	return subcommand < arguments + sizeof(arguments) &&
	       (!strcmp(subcommand, "audit") || !strcmp(subcommand, "enforce"));
}

static int command_reload(const struct options *options, char *const *args)
{
	char *end;
	long pid;

	(void)options;
	errno = 0;
	pid = strtol(args[0], &end, 10);
	if (*end || end == args[0] || errno || pid <= 0 || pid > INT32_MAX) {
		message_print("'%s' is no process id", args[0]);
		return EXIT_CALLGATE;
	}
	if (!has_policy((pid_t)pid)) {
		message_print("process %ld is no callgate audit or enforce", pid);
		return EXIT_CALLGATE;
	}
	if (kill((pid_t)pid, SIGHUP) == 0)
		return 0;
	message_print("cannot signal process %ld: %s", pid, strerrordesc_np(errno));
	return EXIT_CALLGATE;
}

const struct command reload_command = {
	.id = COMMAND_RELOAD,
	.name = "reload",
	.args = "PID",
	.summary = "have a running callgate load its policy again",
	.description = "Sends SIGHUP to the callgate with that process id, which must be an audit "
		       "or enforce. It loads its files again beside the run and puts the new "
		       "policy in the old one's place, whole, for the calls to come. What came of "
		       "it "
		       "is told there, as a warning: policy.reloaded, policy.kept or "
		       "policy.closed.",
	.min_args = 1,
	.max_args = 1,
	.run = command_reload,
};
