#include <stdarg.h>

#include "base/escape.h"
#include "policy/lint/impl.h"

void lint_report(const struct lint *lint, enum lint_level level, const char *code,
	const struct place *place, const char *fmt, ...)
{
	cleanup_sbuf struct sbuf raw = SBUF_INIT, text = SBUF_INIT;
	struct lint_finding finding = { .level = level, .code = code, .place = *place };
	va_list ap;

	va_start(ap, fmt);
	sbuf_vfmt(&raw, fmt, ap);
	va_end(ap);
	escape_text(&text, sbuf_text(&raw), raw.len);
	finding.text = raw.failed || text.failed ? "out of memory" : sbuf_text(&text);
	lint->fn(lint->ctx, &finding);
}
