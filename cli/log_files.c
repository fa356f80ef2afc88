#include "cli/log_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cli/color.h"

/* What a command says over the network, and to whom, is its user's business alone. */
enum { LOG_MODE = 0600 };

static int open_file(const char *option, const char *path, struct err **err)
{
	int fd = open(
		path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOCTTY, LOG_MODE);

	if (fd < 0)
		return err_set(err, errno, "%s: cannot write %s", option, path);
	return fd;
}

static int open_output(const struct options *options, struct err **err)
{
	if (!options->output)
		return STDERR_FILENO;
	if (strcmp(options->output, "-") == 0)
		return err_set(err, 0,
			"-o -: the text never goes to the command's standard output; "
			"name a file, or leave -o out for the standard error");
	return open_file("-o", options->output, err);
}

static int open_log(const struct options *options, struct err **err)
{
	if (strcmp(options->log, "-") == 0)
		return STDOUT_FILENO;
	return open_file("--log", options->log, err);
}

static bool same_file(int a, int b)
{
	struct stat x, y;

	return fstat(a, &x) == 0 && fstat(b, &y) == 0 && S_ISREG(x.st_mode) &&
	       x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static int add_text(
	struct log_files *files, const struct options *options, int fd, struct err **err)
{
	struct text_options text = {
		.fd = fd,
		.color = color_wanted(options->color, fd),
		.time = (enum time_style)options->time,
		.verbosity = options->verbosity,
		.denied_only = options->denied_only,
		.summary_only = options->summary_only,
	};
	int rc = sink_text_open(&text, &files->sinks[files->nsinks], err);

	if (rc == 0)
		files->nsinks++;
	return rc;
}

static int add_log(struct log_files *files, int fd, struct err **err)
{
	int rc = sink_jsonl_open(fd, &files->sinks[files->nsinks], err);

	if (rc == 0)
		files->nsinks++;
	return rc;
}

int log_files_open(struct log_files *files, const struct options *options, struct err **err)
{
	int text_fd, log_fd = -1;
	int rc = 0;

	*files = (struct log_files){ 0 };
	text_fd = open_output(options, err);
	if (text_fd < 0)
		return text_fd;
	if (options->log)
		log_fd = rc = open_log(options, err);
	if (rc >= 0 && same_file(text_fd, log_fd))
		rc = err_set(err, 0, "-o and --log name the same file, %s", options->output);
	/* On failure callgate ends; the descriptors end with it. */
	if (rc >= 0)
		rc = add_text(files, options, text_fd, err);
	if (rc >= 0 && options->log)
		rc = add_log(files, log_fd, err);
	return rc < 0 ? rc : 0;
}

int log_files_close(struct log_files *files, struct err **err)
{
	int rc = 0;

	for (size_t i = 0; i < files->nsinks; i++) {
		struct sink *sink = files->sinks[i];

		if (sink->close(sink, rc < 0 ? NULL : err) < 0)
			rc = -1;
	}
	files->nsinks = 0;
	return rc;
}
