#include "supervisor/ask/save.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"

enum {
	/* For five seconds: whoever has it only adds a line. Short waits, because flock(2) without
	 * waiting has no queue, and one who comes often would leave no turn to the others. */
	LOCK_TRIES = 500,
	LOCK_WAIT_MS = 10,
	FILE_MAX = 16 << 20,
	OPENS_MAX = 10,
};

static int take_lock(int fd, const char *path, struct err **err)
{
	const struct timespec wait = { .tv_nsec = LOCK_WAIT_MS * 1000000L };

	for (int i = 0; i < LOCK_TRIES; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return 0;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return err_set(err, errno, "cannot lock %s", path);
		nanosleep(&wait, NULL);
	}
	return err_set(err, 0, "cannot save to %s: another program has it locked", path);
}

/* False when another file has taken the name since: editors replace what they save. */
static bool is_still_there(int fd, const char *path)
{
	struct stat open_one, named;

	return fstat(fd, &open_one) == 0 && stat(path, &named) == 0 &&
	       open_one.st_dev == named.st_dev && open_one.st_ino == named.st_ino;
}

/* The file with its lock, which goes with the descriptor. */
static int open_locked(const char *path, struct err **err)
{
	for (int i = 0; i < OPENS_MAX; i++) {
		cleanup_close int fd = open(path,
			O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0666);
		struct stat st;

		if (fd < 0 || fstat(fd, &st) < 0)
			return err_set(err, errno, "cannot save rules to %s", path);
		if (!S_ISREG(st.st_mode))
			return err_set(
				err, 0, "cannot save rules to %s: it is not a regular file", path);
		if (st.st_size > FILE_MAX)
			return err_set(err, EFBIG, "cannot save rules to %s", path);
		if (take_lock(fd, path, err) < 0)
			return -1;
		if (is_still_there(fd, path))
			return take_fd(&fd);
	}
	return err_set(err, 0, "cannot save rules to %s: it is replaced again and again", path);
}

static int read_text(int fd, const char *path, struct sbuf *out, struct err **err)
{
	char buf[16384];
	ssize_t n;

	while ((n = pread(fd, buf, sizeof(buf), (off_t)out->len)) > 0 && !out->failed &&
		out->len <= FILE_MAX)
		sbuf_add(out, buf, (size_t)n);
	if (n < 0)
		return err_set(err, errno, "cannot read %s", path);
	return out->failed ? err_set(err, ENOMEM, "cannot read %s", path) : 0;
}

/* A new name, too, is on the disk only with its directory. */
static int sync_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	cleanup_free char *dir = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	cleanup_close int fd = dir ? open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

/* Adds the bytes, or leaves the file as it was. */
static int append(
	int fd, const char *path, size_t old_len, const struct sbuf *text, struct err **err)
{
	size_t done = 0;

	while (done < text->len) {
		ssize_t n = write(fd, text->data + done, text->len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			int errnum = n < 0 ? errno : EIO;

			if (done && ftruncate(fd, (off_t)old_len) < 0)
				return err_set(err, errnum,
					"%s has half a rule at its end now: remove it. write",
					path);
			return err_set(err, errnum, "cannot write to %s", path);
		}
		done += (size_t)n;
	}
	return fsync(fd) < 0 ? err_set(err, errno, "cannot write to %s: fsync", path) : 0;
}

int ask_save_open(const char *path, const char *header, struct policy **out, struct err **err)
{
	/* Whoever asked once has the answer further down. */
	const struct policy_env env = { .without_ask = true };
	cleanup_close int fd = open_locked(path, err);
	cleanup_sbuf struct sbuf text = SBUF_INIT, made = SBUF_INIT;
	int rc;

	if (fd < 0)
		return -1;
	rc = read_text(fd, path, &text, err);
	if (rc == 0 && text.len == 0) {
		sbuf_str(&made, header);
		sbuf_str(&text, header);
		rc = made.failed || text.failed ? err_set(err, ENOMEM, "cannot make %s", path)
						: append(fd, path, 0, &made, err);
		if (rc == 0 && sync_directory(path) < 0)
			rc = err_set(err, errno, "cannot make %s: fsync", path);
	}
	if (rc == 0)
		rc = policy_load_text(sbuf_text(&text), text.len, path, &env, out, err);
	return rc < 0 ? err_wrap(err, "--save") : 0;
}

static size_t count_rules(const struct sbuf *text, const char *path, struct err **err)
{
	struct policy *policy = NULL;
	size_t n;

	if (policy_load_text(sbuf_text(text), text->len, path, NULL, &policy, err) < 0)
		return SIZE_MAX;
	n = policy_rules(policy);
	policy_free(policy);
	return n;
}

static int count_lines(const struct sbuf *text)
{
	int lines = 1;

	for (size_t i = 0; i < text->len; i++)
		lines += text->data[i] == '\n';
	return lines;
}

/*
 * How a list goes on depends on its indentation, and a file may end in something
 * else than its rules. Tries the ways there are until one makes a policy of one
 * rule more.
 */
static int find_form(const struct sbuf *old, const char *path, const char *line,
	struct sbuf *written, int *number, struct err **err)
{
	static const char *const forms[] = { "  - ", "- ", "    - ", "rules:\n  - " };
	size_t rules = count_rules(old, path, err);

	for (size_t i = 0; rules != SIZE_MAX && i < sizeof(forms) / sizeof(forms[0]); i++) {
		cleanup_sbuf struct sbuf text = SBUF_INIT;

		sbuf_reset(written);
		if (old->len && old->data[old->len - 1] != '\n')
			sbuf_char(written, '\n');
		sbuf_str(written, forms[i]);
		sbuf_add(&text, sbuf_text(old), old->len);
		sbuf_add(&text, sbuf_text(written), written->len);
		*number = count_lines(&text);
		sbuf_fmt(&text, "%s\n", line);
		sbuf_fmt(written, "%s\n", line);
		if (text.failed || written->failed)
			return err_set(err, ENOMEM, "cannot save to %s", path);
		if (count_rules(&text, path, NULL) == rules + 1)
			return 0;
	}
	if (rules == SIZE_MAX)
		return err_wrap(err, "cannot save the rule");
	return err_set(err, 0,
		"cannot save the rule: %s does not end with its list of rules; put \"rules:\" last",
		path);
}

int ask_save_add(
	const char *path, const char *line, int *number, struct sbuf *written, struct err **err)
{
	cleanup_close int fd = open_locked(path, err);
	cleanup_sbuf struct sbuf old = SBUF_INIT;

	if (fd < 0 || read_text(fd, path, &old, err) < 0 ||
		find_form(&old, path, line, written, number, err) < 0)
		return -1;
	return append(fd, path, old.len, written, err);
}
