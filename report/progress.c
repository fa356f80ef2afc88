#include "report/progress.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/sbuf.h"
#include "report/output.h"

enum {
	BAR_WIDTH = 24,
	NAME_WIDTH = 40, /* bytes of the name that are shown: its end */
	INTERVAL_NS = 100 * 1000 * 1000,
	FIRST_NS = 400 * 1000 * 1000, /* what is through by then needs no bar */
};

static uint64_t now_ns(void)
{
	struct timespec now;

	/* The coarse clock costs no system call, and a tick is fine enough. */
	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void progress_init(struct progress *progress, int fd)
{
	*progress = (struct progress){ .fd = fd, .on = isatty(fd) };
	progress->next_ns = progress->on ? now_ns() + FIRST_NS : 0;
}

static void add_bar(struct sbuf *line, uint64_t done, uint64_t total)
{
	unsigned percent = (unsigned)(100.0 * (double)done / (double)total);

	percent = percent > 100 ? 100 : percent;
	sbuf_fmt(line, "%3u%% [", percent);
	for (unsigned i = 0; i < BAR_WIDTH; i++)
		sbuf_char(line, i < percent * BAR_WIDTH / 100 ? '#' : ' ');
	sbuf_str(line, "] ");
}

void progress_show(struct progress *progress, const char *name, uint64_t done, uint64_t total)
{
	cleanup_sbuf struct sbuf line = SBUF_INIT;
	size_t len = strlen(name);
	uint64_t now;

	if (!progress->on)
		return;
	now = now_ns();
	if (now < progress->next_ns)
		return;
	progress->next_ns = now + INTERVAL_NS;
	sbuf_char(&line, '\r');
	if (total)
		add_bar(&line, done, total);
	else
		sbuf_fmt(&line, "%llu MiB ", (unsigned long long)(done >> 20));
	if (len > NAME_WIDTH)
		name += len - NAME_WIDTH;
	escape_text(&line, name, strlen(name));
	sbuf_str(&line, "\033[K"); /* ECMA-48: erase to the end of the line */
	output_write(progress->fd, line.data, line.len);
	progress->shown = true;
}

void progress_clear(struct progress *progress)
{
	if (progress->shown)
		output_write(progress->fd, "\r\033[K", 4);
	progress->shown = false;
}
