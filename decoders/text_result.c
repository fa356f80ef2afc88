#include "decoders/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/names.h"

/* include/linux/errno.h: seen by tracers only, when a signal interrupts a call. */
static const struct name_row restart_codes[] = {
	{ 512, "ERESTARTSYS" },
	{ 513, "ERESTARTNOINTR" },
	{ 514, "ERESTARTNOHAND" },
	{ 515, "ENOIOCTLCMD" },
	{ 516, "ERESTART_RESTARTBLOCK" },
	{ 0, NULL },
};

const char *text_errno(int errnum, char *buf, size_t size)
{
	const char *name = errnum > 0 ? strerrorname_np(errnum) : NULL;

	if (!name && errnum > 0)
		name = name_of(restart_codes, (uint64_t)errnum);
	if (name)
		snprintf(buf, size, "%s", name);
	else
		snprintf(buf, size, "errno %d", errnum);
	return buf;
}

void text_result(struct sbuf *out, const struct call_result *result)
{
	const char *words;
	char name[48];
	int errnum;

	if (!result->known) {
		sbuf_str(out, "= ?");
		return;
	}
	if (!result->is_error) {
		sbuf_fmt(out, "= %" PRId64, result->value);
		return;
	}
	/* Errors are -4095..-1 (MAX_ERRNO); anything else is shown as the number it is. */
	errnum = result->value < 0 && result->value >= -4095 ? (int)-result->value : 0;
	if (!errnum) {
		sbuf_fmt(out, "= %" PRId64, result->value);
		return;
	}
	words = strerrordesc_np(errnum);
	if (!words && name_of(restart_codes, (uint64_t)errnum))
		words = "interrupted by a signal";
	sbuf_fmt(out, "= %s", text_errno(errnum, name, sizeof(name)));
	if (words)
		sbuf_fmt(out, " (%s)", words);
}
