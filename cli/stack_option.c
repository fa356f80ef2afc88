#include <string.h>

#include "cli/options.h"
#include "tracer/stack.h"

static int fail(const char *text, struct err **err)
{
	return err_set(err, 0,
		"'%s' is not understood: after -k come k for source lines, a number of frames up "
		"to %d, and =all or =denied, as in -kk20=all",
		text, STACK_FRAMES_MAX);
}

/* Digits; none at all leave the number as it is. False: 0, or too many. */
static bool take_frames(const char **at, unsigned *frames)
{
	const char *p = *at;
	unsigned value = 0;

	for (; *p >= '0' && *p <= '9' && value <= STACK_FRAMES_MAX; p++)
		value = value * 10 + (unsigned)(*p - '0');
	if (p == *at)
		return true;
	*at = p;
	*frames = value;
	return value > 0 && value <= STACK_FRAMES_MAX;
}

int stack_choices_parse(const char *text, struct stack_choices *out, struct err **err)
{
	const char *p = text ? text : "";

	*out = (struct stack_choices){ .which = STACKS_BY_MODE };
	if (*p == 'k') {
		out->lines = true;
		p++;
	}
	if (!take_frames(&p, &out->frames))
		return fail(text, err);
	if (strcmp(p, "=all") == 0)
		out->which = STACKS_ALL;
	else if (strcmp(p, "=denied") == 0)
		out->which = STACKS_DENIED;
	else if (*p)
		return fail(text, err);
	return 0;
}
