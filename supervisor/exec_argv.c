#include "supervisor/exec_argv.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "tracer/proc_path.h"

enum { ARGV_BYTES_MAX = 128 * 1024 };

/* The arguments of a stopped process as they lie in its memory: each ends with a NUL. */
struct arguments {
	const uint8_t *bytes;
	size_t len;
	bool cut; /* there is more */
};

static bool read_arguments(pid_t pid, struct arena *arena, struct arguments *out)
{
	char path[PROC_PATH_SIZE];
	cleanup_close int fd = -1;
	uint8_t *bytes = arena_alloc(arena, ARGV_BYTES_MAX);
	ssize_t n;

	proc_path(path, pid, "cmdline");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	out->bytes = bytes;
	out->len = 0;
	if (fd < 0 || !bytes)
		return false;
	while (out->len < ARGV_BYTES_MAX) {
		n = read(fd, bytes + out->len, ARGV_BYTES_MAX - out->len);
		if (n <= 0)
			break;
		out->len += (size_t)n;
	}
	out->cut = out->len == ARGV_BYTES_MAX;
	return out->len > 0;
}

static size_t item_len(const uint8_t *item, const struct arguments *arguments)
{
	size_t left = (size_t)(arguments->bytes + arguments->len - item);
	const uint8_t *end = memchr(item, '\0', left);

	return end ? (size_t)(end - item) : left;
}

static size_t count_items(const struct arguments *arguments)
{
	size_t n = 0;

	for (size_t at = 0; at < arguments->len; n++)
		at += item_len(arguments->bytes + at, arguments) + 1;
	return n;
}

static size_t split(const struct arguments *arguments, struct bytes_value *items, size_t max)
{
	size_t n = 0;

	for (size_t at = 0; at < arguments->len && n < max; n++) {
		size_t len = item_len(arguments->bytes + at, arguments);

		items[n] = (struct bytes_value){
			.status = VALUE_OK,
			.data = arguments->bytes + at,
			.len = len,
			.full_len = len,
		};
		at += len + 1;
	}
	return n;
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

void exec_argv_refresh(pid_t pid, struct pending *pending)
{
	struct value *argv = (struct value *)call_value(&pending->call, "argv");
	struct arguments arguments;
	struct bytes_value *items;
	size_t n, first = 0;

	if (!argv || argv->strings.status != VALUE_OK ||
		!read_arguments(pid, &pending->arena, &arguments))
		return;
	n = count_items(&arguments);
	items = arena_alloc(&pending->arena, n * sizeof(*items));
	if (!items)
		return;
	n = split(&arguments, items, n);
	if (pending->program && pending->program->script) {
		first = find_script(&pending->call, items, n, argv->strings.len);
		if (argv->strings.len && first < n)
			items[first] = argv->strings.items[0];
	}
	argv->strings.items = items + first;
	argv->strings.len = argv->strings.full_len = n - first;
	if (arguments.cut)
		argv->strings.status = VALUE_CUT;
}
