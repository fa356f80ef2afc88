#include "cli/message.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "report/output.h"
#include "report/words.h"
#include "supervisor/run.h"

void message_print(const char *fmt, ...)
{
	cleanup_sbuf struct sbuf text = SBUF_INIT, line = SBUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	sbuf_vfmt(&text, fmt, ap);
	va_end(ap);
	sbuf_str(&line, "callgate: ");
	words_add(&line, text.failed ? "out of memory" : sbuf_text(&text));
	sbuf_char(&line, '\n');
	/* A stderr that cannot be written leaves nobody to tell. */
	output_write(STDERR_FILENO, line.data, line.len);
}

int message_fail(int status, const struct err *err)
{
	message_print("%s", err_text(err));
	return status;
}

int message_output(const struct sbuf *text)
{
	cleanup_err struct err *err = NULL;
	int rc;

	rc = text->failed ? -ENOMEM : output_write(STDOUT_FILENO, text->data, text->len);
	if (rc == 0)
		return EXIT_SUCCESS;
	err_set(&err, -rc, "cannot write to the standard output");
	return message_fail(EXIT_CALLGATE, err);
}
