#include "supervisor/ask/terminal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "supervisor/task_facts.h"

enum {
	WRITE_WAIT_MS = 3000,
	SEQUENCE_WAIT_MS = 50, /* between the bytes of one key */
	WIDTH_DEFAULT = 80,
	WIDTH_MIN = 20,
};

static bool shows_utf8(void)
{
	locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
	bool utf8;

	if (!locale)
		return false;
	utf8 = strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0;
	freelocale(locale);
	return utf8;
}

void ask_terminal_open(struct ask_terminal *terminal, bool color)
{
	*terminal = (struct ask_terminal){
		/* Non-blocking: this open file is ours alone, whatever the command does. */
		.fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK),
		.color = color,
		.utf8 = shows_utf8(),
	};
	ask_terminal_measure(terminal);
}

void ask_terminal_close(struct ask_terminal *terminal)
{
	ask_terminal_give_back(terminal);
	if (terminal->fd >= 0)
		close(terminal->fd);
	terminal->fd = -1;
}

/* From proc(5), /proc/PID/stat: pid (comm) state ppid pgrp; the comm may hold anything. */
static pid_t group_of(const char *pid)
{
	char path[64], line[1024];
	cleanup_file FILE *f = NULL;
	const char *end;
	int group;

	snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
	f = fopen(path, "re");
	if (!f || !fgets(line, sizeof(line), f) || !(end = strrchr(line, ')')))
		return -1;
	return sscanf(end, ") %*c %*d %d", &group) == 1 ? group : -1;
}

/*
 * May we step in front of this group? When it is of the command: an interactive
 * shell makes a group of every job. The shell that callgate was started from, or
 * another job of it, is not to be disturbed.
 */
static bool group_is_ours(pid_t group)
{
	cleanup_dir DIR *proc = NULL;
	struct dirent *entry;

	if (group == getpgrp())
		return true;
	proc = opendir("/proc");
	while (proc && (entry = readdir(proc))) {
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' &&
			group_of(entry->d_name) == group && task_is_traced(atoi(entry->d_name)))
			return true;
	}
	return false;
}

/* Keys come at once, unseen, and none of them is a signal; lines end where they should. */
static void make_raw(const struct termios *modes, struct termios *raw)
{
	*raw = *modes;
	raw->c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
	raw->c_iflag |= ICRNL;
	raw->c_iflag &= ~(tcflag_t)(INLCR | IGNCR | ISTRIP);
	raw->c_oflag |= OPOST | ONLCR;
	raw->c_cc[VMIN] = 1;
	raw->c_cc[VTIME] = 0;
}

bool ask_terminal_take(struct ask_terminal *terminal)
{
	pid_t foreground = tcgetpgrp(terminal->fd);
	struct termios raw;

	if (terminal->taken)
		return true;
	if (foreground < 0 || !group_is_ours(foreground) ||
		tcgetattr(terminal->fd, &terminal->modes) < 0)
		return false;
	/* SIGTTOU is blocked in every thread of ours: tcsetpgrp(3). */
	if (foreground != getpgrp() && tcsetpgrp(terminal->fd, getpgrp()) < 0)
		return false;
	terminal->foreground = foreground;
	terminal->taken = true;
	make_raw(&terminal->modes, &raw);
	if (tcsetattr(terminal->fd, TCSAFLUSH, &raw) == 0)
		return true;
	ask_terminal_give_back(terminal);
	return false;
}

/* Nothing is thrown away: what was typed meanwhile was typed at the question. */
bool ask_terminal_keep(struct ask_terminal *terminal)
{
	pid_t foreground = tcgetpgrp(terminal->fd);
	struct termios raw;

	if (!terminal->taken || foreground == getpgrp())
		return terminal->taken;
	if (foreground < 0 || !group_is_ours(foreground) || tcsetpgrp(terminal->fd, getpgrp()) < 0)
		return false;
	terminal->foreground = foreground;
	make_raw(&terminal->modes, &raw);
	return tcsetattr(terminal->fd, TCSANOW, &raw) == 0;
}

void ask_terminal_give_back(struct ask_terminal *terminal)
{
	if (!terminal->taken)
		return;
	terminal->taken = false;
	tcsetattr(terminal->fd, TCSANOW, &terminal->modes);
	/* Where another has taken it from us meanwhile, it is not ours to give. */
	if (terminal->foreground != getpgrp() && tcgetpgrp(terminal->fd) == getpgrp())
		tcsetpgrp(terminal->fd, terminal->foreground);
}

bool ask_terminal_is_gone(const struct ask_terminal *terminal)
{
	struct pollfd poller = { .fd = terminal->fd, .events = POLLIN };

	return terminal->fd < 0 || (poll(&poller, 1, 0) > 0 && (poller.revents & POLLHUP));
}

void ask_terminal_flush(struct ask_terminal *terminal)
{
	tcflush(terminal->fd, TCIFLUSH);
}

bool ask_terminal_measure(struct ask_terminal *terminal)
{
	unsigned width = terminal->width;
	struct winsize size = { 0 };

	if (terminal->fd < 0 || ioctl(terminal->fd, TIOCGWINSZ, &size) < 0)
		size = (struct winsize){ 0 };
	terminal->width = size.ws_col ? size.ws_col : WIDTH_DEFAULT;
	if (terminal->width < WIDTH_MIN)
		terminal->width = WIDTH_MIN;
	return terminal->width != width;
}

void ask_terminal_write(struct ask_terminal *terminal, const char *text, size_t len)
{
	struct pollfd poller = { .fd = terminal->fd, .events = POLLOUT };

	while (len > 0) {
		ssize_t n = write(terminal->fd, text, len);

		if (n > 0) {
			text += n;
			len -= (size_t)n;
			continue;
		}
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return;
		if (poll(&poller, 1, WRITE_WAIT_MS) <= 0)
			return; /* held with Ctrl-S, or nobody reads it */
	}
}

/* One byte, or an enum ask_key. */
static int next_byte(struct ask_terminal *terminal, int changed_fd, int timeout_ms)
{
	struct pollfd pollers[] = {
		{ .fd = terminal->fd, .events = POLLIN },
		{ .fd = changed_fd, .events = POLLIN },
	};
	unsigned char byte;
	ssize_t n;

	if (poll(pollers, 2, timeout_ms) <= 0)
		return ASK_KEY_NONE;
	if (pollers[0].revents) {
		n = read(terminal->fd, &byte, 1);
		if (n == 1)
			return byte;
		/* EIO is also for a group in the background that blocks SIGTTIN: read(2). */
		if (n < 0 && errno == EIO && !(pollers[0].revents & POLLHUP) &&
			tcgetpgrp(terminal->fd) != getpgrp())
			return ask_terminal_keep(terminal) ? ASK_KEY_NONE : ASK_KEY_LOST;
		if (n == 0 || (errno != EAGAIN && errno != EINTR))
			return ASK_KEY_END;
	}
	return pollers[1].revents ? ASK_KEY_CHANGED : ASK_KEY_NONE;
}

/* The rest of a control string, up to its end: BEL, or ESC and a backslash (ECMA-48). */
static void skip_string(struct ask_terminal *terminal)
{
	int byte;

	do
		byte = next_byte(terminal, -1, SEQUENCE_WAIT_MS);
	while (byte >= 0 && byte != '\a' && byte != ASK_KEY_ESCAPE);
	if (byte == ASK_KEY_ESCAPE)
		next_byte(terminal, -1, SEQUENCE_WAIT_MS);
}

/*
 * After ESC. What the terminal answers to a program that asked it something
 * comes as such a sequence, with letters in it that must not be taken for keys.
 * Returns ESC when it was the key itself.
 */
static int skip_sequence(struct ask_terminal *terminal)
{
	int byte = next_byte(terminal, -1, SEQUENCE_WAIT_MS);

	if (byte < 0)
		return ASK_KEY_ESCAPE;
	if (byte == '[' || byte == 'O') {
		do
			byte = next_byte(terminal, -1, SEQUENCE_WAIT_MS);
		while (byte >= 0x20 && byte < 0x40);
	} else if (strchr("]PX^_", byte) && byte) {
		skip_string(terminal);
	}
	return ASK_KEY_OTHER;
}

int ask_terminal_key(struct ask_terminal *terminal, int changed_fd, int timeout_ms)
{
	int byte = next_byte(terminal, changed_fd, timeout_ms);

	return byte == ASK_KEY_ESCAPE ? skip_sequence(terminal) : byte;
}
