#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cli/command.h"
#include "cli/help.h"
#include "cli/message.h"
#include "supervisor/run.h"

/*
 * When callgate is started with fd 0, 1 or 2 closed, the next files it opens
 * would take their place and receive what is meant for nobody. Descriptors
 * that can be neither read nor written fill the gaps; they close on exec, so
 * the command finds its own closed as they were.
 */
static void reserve_standard_fds(void)
{
	int fd;

	do
		fd = open("/", O_PATH | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

static int usage_error(const struct command *command, const char *text)
{
	message_print("%s", text);
	message_print("try 'callgate %s --help'", command->name);
	return EXIT_CALLGATE;
}

static int check_args(const struct command *command, int nargs)
{
	cleanup_sbuf struct sbuf text = SBUF_INIT;

	if (nargs < command->min_args) {
		sbuf_fmt(&text, "%s: callgate %s %s",
			command->runs_command ? "no command to run is given"
					      : "an argument is missing",
			command->name, command->args);
		return usage_error(command, sbuf_text(&text));
	}
	if (command->max_args >= 0 && nargs > command->max_args)
		return usage_error(command, "too many arguments");
	return 0;
}

int main(int argc, char **argv)
{
	const struct command *named = argc > 1 ? command_find(argv[1]) : NULL;
	const struct command *command = named ? named : command_default();
	cleanup_err struct err *err = NULL;
	struct options options;
	int first_arg, status;

	reserve_standard_fds();
	if (argc < 1)
		return EXIT_CALLGATE;
	argc -= named != NULL;
	argv += named != NULL;
	if (options_parse(command, argc, argv, &options, &first_arg, &err) < 0)
		return usage_error(command, err_text(err));
	if (options.help)
		return help_print(named);
	if (options.version)
		return help_version();
	status = check_args(command, argc - first_arg);
	if (status)
		return status;
	return command->run(&options, argv + first_arg);
}
