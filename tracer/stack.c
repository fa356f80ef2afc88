#include "tracer/stack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tracer/stack/worker.h"

/* A process of which the worker knows something. */
struct known {
	pid_t pid;
	UT_hash_handle hh;
};

struct stacks {
	struct stack_options options;
	struct stack_worker worker;
	unsigned failures; /* of workers */
	void (*off)(void *ctx);
	void *off_ctx;
	struct known *known;
	struct stack_request request; /* scratch */
};

struct word {
	const char *code, *text;
};

static const struct word lacks[STACK_LACK_COUNT] = {
	[STACK_LACK_NOTHING] = { "", "" },
	[STACK_LACK_SYMBOLS] = { "symbols", "no symbols" },
	[STACK_LACK_FILE] = { "file", "its file is gone" },
	[STACK_LACK_ACCESS] = { "access", "its file cannot be read" },
	[STACK_LACK_CODE] = { "code", "code made at run time" },
	[STACK_LACK_MAPPING] = { "mapping", "nothing is mapped there" },
};

static const struct word ends[STACK_END_COUNT] = {
	[STACK_END_WHOLE] = { "whole", "" },
	[STACK_END_LIMIT] = { "limit", "more frames: -k takes their number" },
	[STACK_END_LOST] = { "lost", "what is above cannot be found" },
	[STACK_END_GONE] = { "gone", "the task is gone" },
	[STACK_END_FAILED] = { "failed", "reading it failed" },
	[STACK_END_OFF] = { "off", "reading stacks failed too often" },
};

const char *stack_lack_code(enum stack_lack lack)
{
	return lacks[lack].code;
}

const char *stack_lack_text(enum stack_lack lack)
{
	return lacks[lack].text;
}

const char *stack_end_code(enum stack_end end)
{
	return ends[end].code;
}

const char *stack_end_text(enum stack_end end)
{
	return ends[end].text;
}

int stacks_new(const struct stack_options *options, struct stacks **out, struct err **err)
{
	struct stacks *stacks = calloc(1, sizeof(*stacks));

	if (!stacks)
		return err_set(err, ENOMEM, "cannot make ready for stacks");
	stacks->options = *options;
	if (!stacks->options.frames)
		stacks->options.frames = STACK_FRAMES_DEFAULT;
	stacks->worker = (struct stack_worker)STACK_WORKER_NONE;
	*out = stacks;
	return 0;
}

void stacks_tell_off(struct stacks *stacks, void (*off)(void *ctx), void *ctx)
{
	stacks->off = off;
	stacks->off_ctx = ctx;
}

static void forget_known(struct stacks *stacks)
{
	struct known *known, *next;

	HASH_ITER (hh, stacks->known, known, next) {
		HASH_DEL(stacks->known, known);
		free(known);
	}
}

void stacks_stop(struct stacks *stacks)
{
	if (!stacks)
		return;
	stack_worker_stop(&stacks->worker);
	forget_known(stacks);
}

void stacks_free(struct stacks *stacks)
{
	stacks_stop(stacks);
	free(stacks);
}

void stacks_forget(struct stacks *stacks, pid_t pid)
{
	struct known *known = NULL;

	if (stacks)
		HASH_FIND_INT(stacks->known, &pid, known);
	if (!known)
		return;
	HASH_DEL(stacks->known, known);
	free(known);
	stack_worker_forget(&stacks->worker, pid);
}

/* What cannot be kept track of must not be known: a number may be another process's later. */
static bool remember(struct stacks *stacks, pid_t pid)
{
	struct known *known;

	HASH_FIND_INT(stacks->known, &pid, known);
	if (known)
		return true;
	known = malloc(sizeof(*known));
	if (!known)
		return false;
	known->pid = pid;
	HASH_ADD_INT(stacks->known, pid, known);
	return true;
}

static bool has_worker(struct stacks *stacks)
{
	if (stacks->worker.socket >= 0)
		return true;
	forget_known(stacks);
	return stack_worker_start(&stacks->worker, &stacks->options) == 0;
}

static bool ask_worker(struct stacks *stacks, struct arena *arena, struct stack *out)
{
	const struct stack_request *request = &stacks->request;

	return has_worker(stacks) && remember(stacks, request->pid) &&
	       stack_worker_take(&stacks->worker, request, stacks->options.frames, arena, out);
}

static void count_failure(struct stacks *stacks)
{
	stacks->failures++;
	if (stacks->failures == STACK_FAILURES_MAX && stacks->off)
		stacks->off(stacks->off_ctx);
}

static void take(struct stacks *stacks, const struct task *task, bool symbols, struct arena *arena,
	struct stack *out)
{
	*out = (struct stack){ .end = STACK_END_GONE };
	if (!stack_host_request(task->process->pid, task->tid, &stacks->request))
		return;
	stacks->request.symbols = symbols;
	if (stacks->failures >= STACK_FAILURES_MAX) {
		*out = (struct stack){ .end = STACK_END_OFF };
	} else if (!ask_worker(stacks, arena, out)) {
		*out = (struct stack){ .end = STACK_END_FAILED };
		count_failure(stacks);
	}
}

void stacks_take(
	struct stacks *stacks, const struct task *task, struct arena *arena, struct stack *out)
{
	take(stacks, task, true, arena, out);
}

void stacks_take_modules(
	struct stacks *stacks, const struct task *task, struct arena *arena, struct stack *out)
{
	take(stacks, task, false, arena, out);
}

/* The parts of glibc and musl, and the kernel's own, by the beginnings of their names. */
static bool is_libc(const char *module)
{
	static const char *const names[] = { "[vdso]", "libc.so.", "libc-2.", "libc.musl-",
		"ld-linux", "ld-musl-", "ld-2.", "libpthread.so.", "libpthread-2.", "libdl.so.",
		"librt.so.", "libresolv.so.", "libanl.so.", "libnss_" };
	const char *slash = strrchr(module, '/'), *base = slash ? slash + 1 : module;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strncmp(base, names[i], strlen(names[i])) == 0)
			return true;
	}
	return false;
}

const char *stack_caller(const struct stack *stack)
{
	for (size_t i = 0; i < stack->len; i++) {
		if (!stack->frames[i].module)
			return NULL;
		if (!is_libc(stack->frames[i].module))
			return stack->frames[i].module;
	}
	return NULL;
}
