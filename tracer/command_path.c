#include "tracer/command_path.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/escape.h"

int command_exit_status(int errnum)
{
	return errnum == ENOENT || errnum == ENOTDIR ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
}

int command_path_error(const char *command, int errnum, struct err **err)
{
	cleanup_sbuf struct sbuf name = SBUF_INIT;

	escape_word(&name, command, strlen(command));
	if (errnum == ENOENT && !strchr(command, '/'))
		err_set(err, 0, "%s: command not found in PATH", sbuf_text(&name));
	else if (errnum == ENOENT && access(command, F_OK) == 0)
		err_set(err, 0, "%s: its interpreter (the #! line, or the ELF loader) is missing",
			sbuf_text(&name));
	else if (errnum == EACCES)
		err_set(err, 0,
			"%s: permission denied: not an executable file for this user "
			"(chmod +x?), or on a noexec mount",
			sbuf_text(&name));
	else
		err_set(err, errnum, "cannot run %s", sbuf_text(&name));
	return -errnum;
}

/* 0 when the file can be run, else the errno execve(2) would give. */
static int check_file(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return errno;
	if (!S_ISREG(st.st_mode) || access(path, X_OK) < 0)
		return EACCES;
	return 0;
}

/* One directory of PATH; an empty one is the current directory. */
static int check_dir(const char *dir, size_t len, const char *command, char **path)
{
	int errnum;

	if (asprintf(path, "%.*s%s%s", (int)len, dir, len ? "/" : "./", command) < 0) {
		*path = NULL;
		return ENOMEM;
	}
	/* As the shells: what cannot be found out is not there, and only a file is not executable.
	 */
	errnum = access(*path, F_OK) < 0 ? ENOENT : check_file(*path);
	if (errnum) {
		free(*path);
		*path = NULL;
	}
	return errnum;
}

/* As execvp(3): a file that may not be run is remembered, and the search goes on. */
static int search_path(const char *command, char **path)
{
	const char *dir = getenv("PATH");
	int errnum = ENOENT;

	if (!dir)
		dir = "/bin:/usr/bin";
	for (;;) {
		size_t len = strcspn(dir, ":");
		int found = check_dir(dir, len, command, path);

		if (found == 0)
			return 0;
		if (found != ENOENT && found != ENOTDIR)
			errnum = found;
		if (!dir[len])
			return errnum;
		dir += len + 1;
	}
}

int command_path_find(const char *command, char **path, struct err **err)
{
	int errnum;

	*path = NULL;
	if (!*command)
		errnum = ENOENT;
	else if (!strchr(command, '/'))
		errnum = search_path(command, path);
	else {
		errnum = check_file(command);
		if (!errnum && !(*path = strdup(command)))
			errnum = ENOMEM;
	}
	return errnum ? command_path_error(command, errnum, err) : 0;
}
