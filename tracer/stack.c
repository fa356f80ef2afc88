#include "tracer/stack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tracer/stack_symbol.h"

/* Above this every process's mappings are forgotten, and read again as needed. */
enum { SPACES_MAX = 64 };

struct entry {
	pid_t pid;
	struct stack_space *space;
	UT_hash_handle hh;
};

struct stacks {
	struct stack_options options;
	struct stack_files files;
	struct entry *entries;
	struct stack_pc *pcs; /* scratch */
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

	if (stacks) {
		stacks->options = *options;
		if (!stacks->options.frames)
			stacks->options.frames = STACK_FRAMES_DEFAULT;
		stacks->pcs = calloc(stacks->options.frames + 1, sizeof(*stacks->pcs));
	}
	if (!stacks || !stacks->pcs || elf_version(EV_CURRENT) == EV_NONE) {
		stacks_free(stacks);
		return err_set(err, ENOMEM, "cannot make ready for stacks");
	}
	*out = stacks;
	return 0;
}

static void entry_free(struct stacks *stacks, struct entry *entry)
{
	HASH_DEL(stacks->entries, entry);
	stack_space_free(entry->space);
	free(entry);
}

/* Modules of a space point to files: spaces go first. */
static void forget_all(struct stacks *stacks)
{
	struct entry *entry, *next;

	HASH_ITER (hh, stacks->entries, entry, next)
		entry_free(stacks, entry);
	stack_files_free(&stacks->files);
}

void stacks_free(struct stacks *stacks)
{
	if (!stacks)
		return;
	forget_all(stacks);
	free(stacks->pcs);
	free(stacks);
}

void stacks_forget(struct stacks *stacks, pid_t pid)
{
	struct entry *entry = NULL;

	if (stacks)
		HASH_FIND_INT(stacks->entries, &pid, entry);
	if (entry)
		entry_free(stacks, entry);
}

static struct stack_space *add_space(struct stacks *stacks, pid_t pid, uint16_t machine)
{
	struct entry *entry = calloc(1, sizeof(*entry));

	if (!entry)
		return NULL;
	entry->pid = pid;
	entry->space = stack_space_new(pid, machine, &stacks->files);
	if (!entry->space) {
		free(entry);
		return NULL;
	}
	HASH_ADD_INT(stacks->entries, pid, entry);
	return entry->space;
}

static struct stack_space *find_space(struct stacks *stacks, pid_t pid, uint16_t machine)
{
	struct entry *entry;

	HASH_FIND_INT(stacks->entries, &pid, entry);
	if (entry && stack_space_machine(entry->space) == machine)
		return entry->space;
	/* A process may go from 64-bit code to 32-bit code and back. */
	if (entry)
		entry_free(stacks, entry);
	if (HASH_COUNT(stacks->entries) >= SPACES_MAX || stack_files_are_full(&stacks->files))
		forget_all(stacks);
	return add_space(stacks, pid, machine);
}

static void take(struct stacks *stacks, const struct task *task, bool symbols, struct arena *arena,
	struct stack *out)
{
	struct stack_frame *frames;
	struct stack_regs regs;
	struct stack_space *space;
	size_t n;

	*out = (struct stack){ .end = STACK_END_GONE };
	if (!stack_regs_read(task->tid, &regs))
		return;
	out->end = STACK_END_LOST;
	space = find_space(stacks, task->process->pid, regs.machine);
	if (!space)
		return;
	n = stack_space_walk(
		space, task->tid, &regs, stacks->pcs, stacks->options.frames, &out->end);
	frames = arena_alloc(arena, n * sizeof(*frames));
	if (!frames)
		return;
	for (size_t i = 0; i < n; i++) {
		if (symbols)
			stack_symbol_find(space, &stacks->files, &stacks->pcs[i],
				stacks->options.lines, arena, &frames[i]);
		else
			stack_module_find(space, &stacks->pcs[i], arena, &frames[i]);
	}
	out->frames = frames;
	out->len = n;
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
