#include "cli/color.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/options.h"

/* https://no-color.org: set and not empty. A dumb terminal knows no colours either. */
bool color_on_terminal(int color)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (color != COLOR_AUTO)
		return color == COLOR_ALWAYS;
	return !(no_color && *no_color) && !(term && strcmp(term, "dumb") == 0);
}

bool color_wanted(int color, int fd)
{
	return color_on_terminal(color) && (color == COLOR_ALWAYS || isatty(fd));
}

unsigned color_columns(int fd)
{
	struct winsize size;

	/* ioctl_tty(2); ENOTTY for what is no terminal. */
	return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}
