#include "cli/read_logs.h"

#include <string.h>
#include <unistd.h>

#include "base/escape.h"
#include "cli/message.h"
#include "report/progress.h"

/* Names of files and fields of a log are anybody's text. */
static void print_note(void *ctx, const char *text)
{
	cleanup_sbuf struct sbuf line = SBUF_INIT;

	(void)ctx;
	escape_text(&line, text, strlen(text));
	message_print("%s", sbuf_text(&line));
}

static int read_log(const char *path,
	int (*fn)(void *ctx, const struct log_record *record, struct err **err), void *ctx,
	struct progress *progress, struct err **err)
{
	cleanup_log_reader struct log_reader *reader = NULL;
	const struct log_record *record;
	uint64_t done, total;
	int rc = log_reader_open(path, &reader, err);

	while (rc >= 0 && (rc = log_reader_next(reader, &record, err)) > 0) {
		rc = fn(ctx, record, err);
		log_reader_position(reader, &done, &total);
		progress_show(progress, path, done, total);
	}
	progress_clear(progress);
	if (rc >= 0)
		log_reader_notes(reader, print_note, NULL);
	return rc;
}

int read_logs(const char *const *paths,
	int (*fn)(void *ctx, const struct log_record *record, struct err **err), void *ctx,
	struct err **err)
{
	struct progress progress;
	int rc = 0;

	progress_init(&progress, STDERR_FILENO);
	for (size_t i = 0; rc >= 0 && paths[i]; i++)
		rc = read_log(paths[i], fn, ctx, &progress, err);
	return rc;
}
