#include "report/who.h"

#include <string.h>

#include "base/escape.h"

enum { WHO_NAME_MAX = 32 }; /* bytes of a name that are shown */

const char *who_program(const struct program *program)
{
	return program->script ? program->script : program->path;
}

const char *who_path(const struct event_task *task)
{
	const char *path = task->lineage ? who_program(task->lineage->program) : "";

	if (*path)
		return path;
	return task->comm ? task->comm : "?";
}

void who_name(struct sbuf *out, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash && slash[1] ? slash + 1 : path;
	size_t len = strlen(name);

	if (len <= WHO_NAME_MAX) {
		escape_text(out, name, len);
		return;
	}
	len = WHO_NAME_MAX - 3;
	while (len && ((unsigned char)name[len] & 0xc0) == 0x80)
		len--; /* not in the middle of a character */
	escape_text(out, name, len);
	sbuf_str(out, "...");
}

void who_text(struct sbuf *out, const struct event_task *task)
{
	who_name(out, who_path(task));
	sbuf_char(out, '[');
	sbuf_int(out, task->pid);
	if (task->tid && task->tid != task->pid) {
		sbuf_char(out, '/');
		sbuf_int(out, task->tid);
	}
	sbuf_char(out, ']');
}
