#include "cli/log_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
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

/* What report/sink.h says of the sinks that have a file. */
#define SINK_KIND(name, option, help) [SINK_##name] = { option, sink_##name##_open },
static const struct {
	const char *option; /* without the -- */
	sink_open *open;
} sink_kinds[] = { SINK_FILES(SINK_KIND) };
#undef SINK_KIND

static int open_sink_file(enum sink_id id, const char *path, struct err **err)
{
	char option[32];

	if (strcmp(path, "-") == 0)
		return STDOUT_FILENO;
	snprintf(option, sizeof(option), "--%s", sink_kinds[id].option);
	return open_file(option, path, err);
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

/* fds: of the text, then of the sinks; -1 for one that is not wanted. */
static int open_all(int *fds, const struct options *options, struct err **err)
{
	fds[0] = open_output(options, err);
	if (fds[0] < 0)
		return -1;
	for (unsigned id = 0; id < SINK_FILES_LEN; id++) {
		const char *path = options->sink_files[id];

		fds[1 + id] = path ? open_sink_file(id, path, err) : -1;
		if (path && fds[1 + id] < 0)
			return -1;
		for (unsigned other = 0; path && other <= id; other++) {
			if (same_file(fds[other], fds[1 + id]))
				return err_set(err, 0, "%s%s and --%s name the same file, %s",
					other ? "--" : "-",
					other ? sink_kinds[other - 1].option : "o",
					sink_kinds[id].option, path);
		}
	}
	return 0;
}

int log_files_open(struct log_files *files, const struct options *options, struct err **err)
{
	int fds[1 + SINK_FILES_LEN];

	*files = (struct log_files){ 0 };
	/* On failure callgate ends; the descriptors end with it. */
	if (open_all(fds, options, err) < 0 || add_text(files, options, fds[0], err) < 0)
		return -1;
	for (unsigned id = 0; id < SINK_FILES_LEN; id++) {
		if (fds[1 + id] < 0)
			continue;
		if (sink_kinds[id].open(fds[1 + id], &files->sinks[files->nsinks], err) < 0)
			return -1;
		files->nsinks++;
	}
	return 0;
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
