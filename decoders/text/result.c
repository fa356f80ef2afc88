#include "decoders/text.h"

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
		return name;
	snprintf(buf, size, "errno %d", errnum);
	return buf;
}

static void add_number(struct sbuf *out, int64_t value)
{
	sbuf_str(out, "= ");
	sbuf_int(out, value);
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
		add_number(out, result->value);
		return;
	}
	/* Errors are -4095..-1 (MAX_ERRNO); anything else is shown as the number it is. */
	errnum = result->value < 0 && result->value >= -4095 ? (int)-result->value : 0;
	if (!errnum) {
		add_number(out, result->value);
		return;
	}
	words = strerrordesc_np(errnum);
	if (!words && name_of(restart_codes, (uint64_t)errnum))
		words = "interrupted by a signal";
	sbuf_str(out, "= ");
	sbuf_str(out, text_errno(errnum, name, sizeof(name)));
	if (!words)
		return;
	sbuf_str(out, " (");
	sbuf_str(out, words);
	sbuf_char(out, ')');
}
