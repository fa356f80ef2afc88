#include "supervisor/exec_argv.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "tracer/proc_path.h"

enum { ARGV_BYTES_MAX = 128 * 1024 };

/* Arguments as they lie in memory: each ends with a NUL. */
struct arguments {
	const uint8_t *bytes;
	size_t len, n;
	bool cut; /* there is more */
};

static size_t item_len(const uint8_t *item, const struct arguments *arguments)
{
	size_t left = (size_t)(arguments->bytes + arguments->len - item);
	const uint8_t *end = memchr(item, '\0', left);

	return end ? (size_t)(end - item) : left;
}

/*
 * The kernel puts one behind the other (copy_strings() in fs/exec.c). False where that is not
 * so, or where there are more of them than were read.
 */
static bool take_arguments(
	const struct exec_stack *stack, struct arena *arena, struct arguments *out)
{
	size_t len;
	const char *first = exec_stack_argument(stack, 0, &len), *next = first;
	uint8_t *bytes;

	for (size_t i = 0; i < stack->argc; i++) {
		if (!next || exec_stack_argument(stack, i, &len) != next)
			return false;
		next += len + 1;
	}
	if (!first)
		return false;
	out->len = (size_t)(next - first);
	out->n = stack->argc;
	out->bytes = bytes = arena_alloc(arena, out->len);
	if (bytes)
		memcpy(bytes, first, out->len);
	return bytes;
}

static bool read_arguments(pid_t pid, struct arena *arena, struct arguments *out)
{
	char path[PROC_PATH_SIZE];
	cleanup_close int fd = -1;
	uint8_t *bytes = arena_alloc(arena, ARGV_BYTES_MAX);
	ssize_t n;

	proc_path(path, pid, "cmdline");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	out->bytes = bytes;
	if (fd < 0 || !bytes)
		return false;
	while (out->len < ARGV_BYTES_MAX) {
		n = read(fd, bytes + out->len, ARGV_BYTES_MAX - out->len);
		if (n <= 0)
			break;
		out->len += (size_t)n;
	}
	out->cut = out->len == ARGV_BYTES_MAX;
	for (size_t at = 0; at < out->len; out->n++)
		at += item_len(bytes + at, out) + 1;
	return out->len > 0;
}

static void split(const struct arguments *arguments, struct bytes_value *items)
{
	size_t at = 0;

	for (size_t i = 0; i < arguments->n; i++) {
		size_t len = item_len(arguments->bytes + at, arguments);

		items[i] = (struct bytes_value){
			.status = VALUE_OK,
			.data = arguments->bytes + at,
			.len = len,
			.full_len = len,
		};
		at += len + 1;
	}
}

/* Where a script's own path stands among them: what is before it is its interpreters'. */
static size_t find_script(
	const struct call *call, const struct bytes_value *items, size_t n, size_t given)
{
	const struct value *path = call_value(call, "path");

	for (size_t i = 0; path && i < n; i++) {
		if (items[i].len == path->bytes.len && path->bytes.status == VALUE_OK &&
			memcmp(items[i].data, path->bytes.data, items[i].len) == 0)
			return i;
	}
	return n >= given ? n - given : 0;
}

void exec_argv_refresh(pid_t pid, const struct exec_stack *stack, struct pending *pending)
{
	struct value *argv = (struct value *)call_value(&pending->call, "argv");
	struct arguments arguments = { 0 };
	struct bytes_value *items;
	size_t first = 0;

	if (!argv || argv->strings.status != VALUE_OK)
		return;
	if (!take_arguments(stack, &pending->arena, &arguments) &&
		!read_arguments(pid, &pending->arena, &arguments))
		return;
	items = arena_alloc(&pending->arena, arguments.n * sizeof(*items));
	if (!items)
		return;
	split(&arguments, items);
	if (pending->program && pending->program->script) {
		first = find_script(&pending->call, items, arguments.n, argv->strings.len);
		if (argv->strings.len && first < arguments.n)
			items[first] = argv->strings.items[0];
	}
	argv->strings.items = items + first;
	argv->strings.len = argv->strings.full_len = arguments.n - first;
	if (arguments.cut)
		argv->strings.status = VALUE_CUT;
}
