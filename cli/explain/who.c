#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "cli/explain.h"
#include "policy/elf_interpreter.h"
#include "policy/root/view.h"

/* BINPRM_BUF_SIZE: as much of a script's first line as execve(2) looks at. */
enum { SCRIPT_LINE = 256, SCRIPTS_MAX = 5 };

enum { CALL_MEMORY = 1 << 20 };

void explain_call_init(struct explain_call *call)
{
	memset(call, 0, sizeof(*call));
	arena_init(&call->arena, CALL_MEMORY);
}

void explain_call_free(struct explain_call *call)
{
	arena_free(&call->arena);
	sbuf_free(&call->notes);
}

char *explain_keep(struct explain_call *call, const char *text, struct err **err)
{
	size_t len = strlen(text);
	char *copy = arena_alloc(&call->arena, len + 1);

	if (!copy) {
		err_set(err, ENOMEM, "cannot keep the call");
		return NULL;
	}
	memcpy(copy, text, len + 1);
	return copy;
}

static void add_note(struct explain_call *call, const char *before, const char *after)
{
	escape_text(&call->notes, before, strlen(before));
	escape_text(&call->notes, after, strlen(after));
	sbuf_char(&call->notes, '\n');
}

/* Where the path leads; the path itself, with a note, when it leads nowhere. */
static char *follow(
	struct explain_call *call, const char *path, struct resolution *r, struct err **err)
{
	cleanup_sbuf struct sbuf text = SBUF_INIT;

	if (path[0] != '/') {
		err_set(err, 0, "'%s' is not the absolute path of a program", path);
		return NULL;
	}
	if (root_view_resolve_program(NULL, path, r) < 0) {
		resolution_fault(r, &text);
		sbuf_fmt(&call->notes, "%s; taken as it is written\n", sbuf_text(&text));
		return explain_keep(call, path, err);
	}
	if (r->nlinks > 0) {
		resolution_chain(r, &text);
		sbuf_fmt(&call->notes, "%s\n", sbuf_text(&text));
	}
	return explain_keep(call, r->path, err);
}

/*
 * The interpreter in the `#!` line of the file, NULL when it has none or cannot
 * be read; then it is what runs.
 */
static char *script_interpreter(const struct resolution *r, struct program *out)
{
	cleanup_close int fd = r->errnum ? -1 : root_view_open_file(NULL, r, NULL);
	char line[SCRIPT_LINE + 1];
	ssize_t n = fd < 0 ? -1 : pread(fd, line, SCRIPT_LINE, 0);
	char *start;

	out->interpreter = n > 0 && elf_is_interpreter(fd);
	if (n < 2 || line[0] != '#' || line[1] != '!')
		return NULL;
	line[n] = '\0';
	start = line + 2 + strspn(line + 2, " \t");
	start[strcspn(start, " \t\n")] = '\0';
	return *start == '/' ? strdup(start) : NULL;
}

int explain_program(
	struct explain_call *call, const char *path, struct program *out, struct err **err)
{
	cleanup_free char *next = strdup(path);

	for (int depth = 0; next; depth++) {
		cleanup_resolution struct resolution r = { 0 };
		char *interpreter;

		out->path = follow(call, next, &r, err);
		if (!out->path)
			return -1;
		interpreter = script_interpreter(&r, out);
		free(next);
		next = interpreter;
		if (!next)
			return 0;
		if (depth == SCRIPTS_MAX)
			return err_set(err, ELOOP, "%s has too many interpreters", path);
		/* The kernel tells of the first: the file that was to be run. */
		if (!out->script)
			out->script = out->path;
		add_note(call, out->path, " is a script: what runs is its interpreter");
	}
	return err_set(err, ENOMEM, "cannot keep the call");
}

static int set_uid(struct explain_call *call, const char *text, struct err **err)
{
	char *end = NULL;
	unsigned long uid;

	call->request.uid = geteuid();
	if (!text)
		return 0;
	errno = 0;
	uid = strtoul(text, &end, 10);
	/* (uid_t)-1 is nobody: setreuid(2). */
	if (text[0] < '0' || text[0] > '9' || *end || errno || uid >= UINT_MAX)
		return err_set(err, 0, "option --uid: '%s' is not the number of a user", text);
	call->request.uid = (uid_t)uid;
	return 0;
}

/* The running program is nameless when only ancestors are given: no path is its. */
static int set_running(struct explain_call *call, const struct options *options, struct err **err)
{
	struct program *program = &call->programs[0];
	cleanup_resolution struct resolution r = { 0 };

	program->path = "";
	program->nameless = !options->exe;
	if (options->exe && explain_program(call, options->exe, program, err) < 0)
		return err_wrap(err, "option --exe");
	if (!options->script)
		return 0;
	program->script = follow(call, options->script, &r, err);
	return program->script ? 0 : err_wrap(err, "option --script");
}

int explain_who(struct explain_call *call, const struct options *options, struct err **err)
{
	size_t ancestors = options->lineage.len;

	call->request.by_path = true;
	call->request.module = options->module;
	if (set_uid(call, options->uid, err) < 0)
		return -1;
	if (!options->exe && !options->script && ancestors == 0)
		return 0;
	if (set_running(call, options, err) < 0)
		return -1;
	for (size_t i = 0; i <= ancestors; i++) {
		if (i > 0 && explain_program(call, options->lineage.items[i - 1],
				     &call->programs[i], err) < 0)
			return err_wrap(err, "option --lineage");
		call->lineage[i].program = &call->programs[i];
		if (i > 0)
			call->lineage[i - 1].parent = &call->lineage[i];
	}
	call->request.lineage = call->lineage;
	return 0;
}
