#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct err {
	int errnum;
	char *text; /* NULL when there was no memory for it */
};

__attribute__((format(printf, 1, 0))) static char *format_text(const char *fmt, va_list ap)
{
	char *text = NULL;

	if (vasprintf(&text, fmt, ap) < 0)
		return NULL;
	return text;
}

static char *join_text(const char *head, const char *tail)
{
	char *joined = NULL;

	if (!head || asprintf(&joined, "%s: %s", head, tail) < 0)
		return NULL;
	return joined;
}

int err_set(struct err **err, int errnum, const char *fmt, ...)
{
	int result = errnum > 0 ? -errnum : -1;
	va_list ap;

	if (!err)
		return result;
	err_free(err);
	*err = calloc(1, sizeof(**err));
	if (!*err)
		return result;
	(*err)->errnum = errnum;
	va_start(ap, fmt);
	(*err)->text = format_text(fmt, ap);
	va_end(ap);
	if (errnum > 0) {
		char *joined = join_text((*err)->text, strerrordesc_np(errnum));

		if (joined) {
			free((*err)->text);
			(*err)->text = joined;
		}
	}
	return result;
}

int err_wrap(struct err **err, const char *fmt, ...)
{
	char *context, *joined;
	va_list ap;

	if (!err || !*err)
		return -1;
	va_start(ap, fmt);
	context = format_text(fmt, ap);
	va_end(ap);
	joined = join_text(context, err_text(*err));
	if (joined) {
		free((*err)->text);
		(*err)->text = joined;
	}
	free(context);
	return (*err)->errnum > 0 ? -(*err)->errnum : -1;
}

const char *err_text(const struct err *err)
{
	if (!err || !err->text)
		return "out of memory";
	return err->text;
}

void err_free(struct err **err)
{
	if (!err || !*err)
		return;
	free((*err)->text);
	free(*err);
	*err = NULL;
}
