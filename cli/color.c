#include "cli/color.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/options.h"

/* https://no-color.org: set and not empty. A dumb terminal knows no colours either. */
bool color_wanted(int color, int fd)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (color != COLOR_AUTO)
		return color == COLOR_ALWAYS;
	if (no_color && *no_color)
		return false;
	return isatty(fd) && !(term && strcmp(term, "dumb") == 0);
}
