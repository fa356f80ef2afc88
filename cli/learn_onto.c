#include "cli/learn_onto.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "policy/yaml.h"
#include "report/output.h"

enum { ITEM_INDENT = 2 };

#define RULES "rules:"

/* The line after this one; at the end, the end. */
static const char *next_line(const char *line)
{
	const char *newline = strchr(line, '\n');

	return newline ? newline + 1 : line + strlen(line);
}

static bool is_blank(const char *line)
{
	line += strspn(line, " \t\r");
	return *line == '\n' || *line == '\0';
}

static bool is_comment(const char *line)
{
	return line[strspn(line, " \t")] == '#';
}

/* A line of the list: indented, or an item at the beginning of the line. */
static bool is_in_list(const char *line)
{
	return *line == ' ' || *line == '\t' || (*line == '-' && strncmp(line, "---", 3) != 0);
}

static const char *find_rules(const char *text)
{
	for (; *text; text = next_line(text)) {
		if (strncmp(text, RULES, strlen(RULES)) == 0)
			return text;
	}
	return NULL;
}

/* Where the list ends: after its last line that is neither blank nor a comment. */
static const char *list_end(const char *line)
{
	const char *end = line;

	for (; *line; line = next_line(line)) {
		if (is_blank(line) || is_comment(line))
			continue;
		if (!is_in_list(line))
			break;
		end = next_line(line);
	}
	return end;
}

/* How far the items are indented; -1 when there is none. */
static int list_indent(const char *line, const char *end)
{
	for (; line < end; line = next_line(line)) {
		size_t spaces = strspn(line, " ");

		if (line[spaces] == '-' && (line[spaces + 1] == ' ' || line[spaces + 1] == '\n'))
			return (int)spaces;
	}
	return -1;
}

/* Is there a line that is the same, however it is indented? */
static bool has_line(const char *text, const char *line)
{
	size_t len = strcspn(line += strspn(line, " "), "\n");

	for (; *text; text = next_line(text)) {
		text += strspn(text, " ");
		if (strcspn(text, "\n") == len && memcmp(text, line, len) == 0)
			return true;
	}
	return false;
}

static bool is_note(const char *line)
{
	line += strspn(line, " ");
	return strncmp(line, "# risky", 7) == 0 || strncmp(line, "# not allowed", 13) == 0;
}

/* The items without notes that the text has: those end with what they are about. */
static void drop_known_notes(const char *items, const char *text, struct sbuf *out)
{
	while (*items) {
		const char *last = items, *end = next_line(items);

		while (is_note(items) && is_comment(end) && !is_note(end)) {
			last = end;
			end = next_line(end);
		}
		if (!is_note(items) || !has_line(text, last))
			sbuf_add(out, items, (size_t)(end - items));
		items = end;
	}
}

static void add_items(const char *items, int indent, struct sbuf *out)
{
	while (*items) {
		const char *next = next_line(items);

		for (int i = 0; i < indent; i++)
			sbuf_char(out, ' ');
		items += strspn(items, " ") < ITEM_INDENT ? strspn(items, " ") : ITEM_INDENT;
		sbuf_add(out, items, (size_t)(next - items));
		items = next;
	}
}

/* What has no newline at its end gets one. */
static void add_lines(const char *text, size_t len, struct sbuf *out)
{
	sbuf_add(out, text, len);
	if (len && text[len - 1] != '\n')
		sbuf_char(out, '\n');
}

/* Where the document ends: at its marker `...`, or at the end of the text. */
static const char *document_end(const char *text)
{
	while (*text && strncmp(text, "...", 3) != 0)
		text = next_line(text);
	return text;
}

/* The first line that says something. */
static const char *first_line(const char *text)
{
	while (*text && (is_blank(text) || is_comment(text)))
		text = next_line(text);
	return text;
}

/* What follows `rules:` in its line is an empty list, or nothing at all. */
static bool is_empty_list(const char *rest)
{
	rest += strspn(rest, " \t");
	if (*rest == '[')
		rest += 1 + strspn(rest + 1, " \t");
	rest += *rest == ']';
	return is_blank(rest) || is_comment(rest);
}

/* Says where the text is not written in lines, which alone can be added to. */
static int not_in_lines(
	const char *name, const char *old, const char *at, const char *what, struct err **err)
{
	int line = 1, column = 1;

	for (; old < at; old++) {
		line += *old == '\n';
		column = *old == '\n' ? 1 : column + 1;
	}
	return err_set(err, 0,
		"%s:%d:%d: %s not stand in lines of their own, and cannot be added to: write them "
		"so, or have what is learned in another file: -p %s -o NEW",
		name, line, column, what, name);
}

/* The rest of the line without the empty list; a remark stays. */
static void add_without_list(const char *rest, struct sbuf *out)
{
	const char *remark = rest + strcspn(rest, "#\n");

	if (*remark == '#')
		sbuf_char(out, ' ');
	add_lines(remark, strcspn(remark, "\n"), out);
	if (*remark != '#')
		sbuf_char(out, '\n');
}

/* The items after the first line of the rules. */
static int add_to_rules(const char *name, const char *old, const char *rules, const char *items,
	struct sbuf *out, struct err **err)
{
	const char *rest = rules + strlen(RULES), *list = next_line(rules), *end = list_end(list);
	int indent = list_indent(list, end);

	if (indent >= 0 && (is_blank(rest) || is_comment(rest))) {
		add_lines(old, (size_t)(end - old), out);
	} else if (indent < 0 && is_empty_list(rest)) {
		indent = ITEM_INDENT;
		end = list;
		sbuf_add(out, old, (size_t)(rest - old));
		add_without_list(rest, out);
	} else {
		return not_in_lines(name, old, rest + strspn(rest, " \t"), "the rules do", err);
	}
	add_items(items, indent, out);
	sbuf_str(out, end);
	return 0;
}

int learn_onto(
	const char *name, const char *old, const char *items, struct sbuf *out, struct err **err)
{
	const char *rules = find_rules(old), *end = document_end(old), *first = first_line(old);
	cleanup_sbuf struct sbuf fresh = SBUF_INIT;

	drop_known_notes(items, old, &fresh);
	items = sbuf_text(&fresh);
	out->failed |= fresh.failed;
	if (!*items) {
		sbuf_str(out, old);
		return 0;
	}
	if (*first == '{')
		return not_in_lines(name, old, first, "the keys do", err);
	if (rules)
		return add_to_rules(name, old, rules, items, out, err);
	add_lines(old, (size_t)(end - old), out);
	sbuf_str(out, RULES "\n");
	add_items(items, ITEM_INDENT, out);
	sbuf_str(out, end);
	return 0;
}

int learn_read(const char *path, struct sbuf *out, struct err **err)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char buf[8192];
	struct stat st;
	ssize_t n;

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set(err, errno, "cannot read %s", path);
	if (!S_ISREG(st.st_mode))
		return 0;
	if (st.st_size > YAML_TEXT_MAX)
		return err_set(err, EFBIG, "%s cannot be a policy", path);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		sbuf_add(out, buf, (size_t)n);
	if (n < 0)
		return err_set(err, errno, "cannot read %s", path);
	return out->failed ? err_set(err, ENOMEM, "cannot read %s", path) : 1;
}

static int write_to(int fd, const char *path, const struct sbuf *text, struct err **err)
{
	int rc = fd < 0 ? -errno : output_write(fd, sbuf_text(text), text->len);

	return rc < 0 ? err_set(err, -rc, "cannot write %s", path) : 0;
}

/* Beside the file, so that the rename stays within one file system. */
static int write_and_rename(
	const char *path, mode_t mode, bool keep_mode, const struct sbuf *text, struct err **err)
{
	char name[PATH_MAX + 32];
	cleanup_close int fd = -1;
	int rc;

	snprintf(name, sizeof(name), "%s.new.%d", path, (int)getpid());
	fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, keep_mode ? 0600 : mode);
	rc = write_to(fd, name, text, err);
	if (rc < 0 && fd < 0)
		return rc;
	if (rc == 0 &&
		((keep_mode && fchmod(fd, mode) < 0) || fsync(fd) < 0 || rename(name, path) < 0))
		rc = err_set(err, errno, "cannot write %s", path);
	if (rc < 0)
		unlink(name);
	return rc;
}

int learn_write(const char *path, const struct sbuf *text, struct err **err)
{
	char whole[PATH_MAX];
	struct stat st;

	if (stat(path, &st) < 0)
		return write_and_rename(path, 0666, false, text, err);
	if (!S_ISREG(st.st_mode)) {
		cleanup_close int fd = open(path, O_WRONLY | O_CLOEXEC);

		return write_to(fd, path, text, err);
	}
	/* A link stays one: the file it leads to is written. */
	if (!realpath(path, whole))
		return err_set(err, errno, "cannot write %s", path);
	return write_and_rename(whole, st.st_mode & 07777, true, text, err);
}
