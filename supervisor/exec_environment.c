#include "supervisor/exec_environment.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "policy/environment.h"
#include "tracer/memory.h"
#include "tracer/proc_path.h"

/* The kernel takes no more than 6 MiB of arguments and environment: fs/exec.c, bprm_stack_limits().
 */
enum { ENVIRONMENT_MAX = 8 << 20 };

static bool is_ignored(const struct judge *judge, const char *entry, size_t len)
{
	for (const char *const *e = judge->env_ignored; e && *e; e++)
		if (strlen(*e) == len && !memcmp(*e, entry, len))
			return true;
	return false;
}

/* True when the entry is one; its name is then in pending->env_code. */
static bool take(const struct judge *judge, const char *entry, size_t len, struct pending *pending)
{
	size_t name = environment_code(judge_policy(judge, pending), entry, len);

	if (!name || is_ignored(judge, entry, len))
		return false;
	snprintf(pending->env_code, sizeof(pending->env_code), "%.*s", (int)name, entry);
	return true;
}

void exec_environment_gather(
	const struct judge *judge, const struct task *task, struct pending *pending)
{
	const struct decode_options options = { .contents = true };
	pid_t tid = task->tid;
	struct mem_reader mem = task_memory_reader(&tid);
	const struct value *envp;
	struct call call;

	pending->env_code[0] = '\0';
	if (!pending->exec || !policy_names_program(judge_policy(judge, pending),
				      &pending->exec->program, judge->by_path))
		return;
	call_decode(&call, &pending->trap, &mem, &pending->arena, &options);
	envp = call_value(&call, "envp");
	/* What is cut or unreadable here is not when the program runs. */
	for (size_t i = 0; envp && i < envp->strings.len; i++) {
		const struct bytes_value *s = &envp->strings.items[i];

		if (s->status != VALUE_UNREADABLE &&
			take(judge, (const char *)s->data, s->len, pending))
			return;
	}
}

/* The whole of /proc/PID/environ; the caller frees it. */
static bool read_environment(pid_t pid, char **out, size_t *len)
{
	char path[PROC_PATH_SIZE];
	cleanup_close int fd = -1;
	cleanup_free char *text = NULL;
	size_t size = 0, used = 0;
	ssize_t n = 1;

	proc_path(path, pid, "environ");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && n > 0 && size < ENVIRONMENT_MAX) {
		char *more = realloc(text, size += 1 << 16);

		if (!more)
			return false;
		text = more;
		while (used < size && (n = read(fd, text + used, size - used)) > 0)
			used += (size_t)n;
	}
	*len = used;
	*out = take_ptr(text);
	return fd >= 0 && n == 0;
}

bool exec_environment_again(const struct judge *judge, pid_t pid, const struct program *program,
	struct pending *pending)
{
	cleanup_free char *text = NULL;
	size_t len = 0;

	pending->env_code[0] = '\0';
	if (!policy_names_program(judge_policy(judge, pending), program, judge->by_path))
		return true;
	if (!read_environment(pid, &text, &len))
		return false;
	for (size_t at = 0; at < len;) {
		size_t n = strnlen(text + at, len - at);

		if (take(judge, text + at, n, pending))
			break;
		at += n + 1;
	}
	return true;
}

/* Names that are being collected. */
struct names {
	struct arena *arena;
	const char **items; /* NULL: none yet */
	size_t len;
};

static void add_name(struct names *names, const char *entry, size_t len)
{
	char *name;

	if (!names->items)
		names->items =
			arena_alloc(names->arena, (CODE_VARIABLES_MAX + 1) * sizeof(*names->items));
	name = names->items && names->len < CODE_VARIABLES_MAX ? arena_alloc(names->arena, len + 1)
							       : NULL;
	if (!name)
		return;
	memcpy(name, entry, len);
	names->items[names->len++] = name;
}

static bool is_known(char *const *known, const char *entry, size_t len)
{
	for (; known && *known; known++)
		if (strlen(*known) == len && !memcmp(*known, entry, len))
			return true;
	return false;
}

const char *const *exec_environment_variables(pid_t pid, char *const *known, struct arena *arena)
{
	struct names names = { .arena = arena };
	cleanup_free char *text = NULL;
	size_t len = 0;

	if (!read_environment(pid, &text, &len))
		return NULL;
	for (size_t at = 0; at < len;) {
		size_t n = strnlen(text + at, len - at);
		size_t name = environment_code_anywhere(text + at, n);

		if (name && !is_known(known, text + at, n))
			add_name(&names, text + at, name);
		at += n + 1;
	}
	return names.items;
}

const char *const *exec_environment_names(char *const *envp, struct arena *arena)
{
	struct names names = { .arena = arena };

	for (; *envp; envp++) {
		size_t name = environment_code_anywhere(*envp, strlen(*envp));

		if (name)
			add_name(&names, *envp, name);
	}
	return names.items;
}
