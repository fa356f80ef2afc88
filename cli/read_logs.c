#include "cli/read_logs.h"

#include <string.h>
#include <unistd.h>

#include "base/escape.h"
#include "cli/message.h"
#include "report/progress.h"

/* Names of files and fields of a log are anybody's text. */
void read_logs_print_note(void *ctx, const char *text)
{
	cleanup_sbuf struct sbuf line = SBUF_INIT;

	(void)ctx;
	escape_text(&line, text, strlen(text));
	message_print("%s", sbuf_text(&line));
}

int read_log(struct log_reader *reader, const char *path, read_logs_fn *fn, read_logs_note_fn *note,
	void *ctx, struct err **err)
{
	const struct log_record *record;
	struct progress progress;
	uint64_t done, total;
	int rc = 0;

	progress_init(&progress, STDERR_FILENO);
	while (rc >= 0 && (rc = log_reader_next(reader, &record, err)) > 0) {
		rc = fn(ctx, record, err);
		log_reader_position(reader, &done, &total);
		progress_show(&progress, path, done, total);
	}
	progress_clear(&progress);
	log_reader_notes(reader, note, ctx);
	return rc;
}

int read_logs(const char *const *paths, read_logs_fn *fn, void *ctx, struct err **err)
{
	int rc = 0;

	for (size_t i = 0; rc >= 0 && paths[i]; i++) {
		cleanup_log_reader struct log_reader *reader = NULL;

		rc = log_reader_open(paths[i], &reader, err);
		if (rc == 0)
			rc = read_log(reader, paths[i], fn, read_logs_print_note, ctx, err);
	}
	return rc;
}
