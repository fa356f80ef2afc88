#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "policy/lint/impl.h"

void lint_report(const struct lint *lint, enum lint_level level, const char *code,
	const struct place *place, const char *fmt, ...)
{
	cleanup_sbuf struct sbuf text = SBUF_INIT;
	cleanup_free char *raw = NULL;
	struct lint_finding finding = { .level = level, .code = code, .place = *place };
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&raw, fmt, ap);
	va_end(ap);
	if (len < 0)
		raw = NULL;
	else
		escape_text(&text, raw, (size_t)len);
	finding.text = raw && !text.failed ? sbuf_text(&text) : "out of memory";
	lint->fn(lint->ctx, &finding);
}
