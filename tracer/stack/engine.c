#include "tracer/stack/engine.h"

#include <stdlib.h>

#include "tracer/stack/symbol.h"

/* Above this every process's mappings are forgotten, and read again as needed. */
enum { SPACES_MAX = 64 };

struct entry {
	pid_t pid;
	struct stack_space *space;
	UT_hash_handle hh;
};

struct stack_engine {
	struct stack_options options;
	struct stack_files files;
	struct entry *entries;
	struct stack_pc *pcs; /* scratch */
};

struct stack_engine *stack_engine_new(
	const struct stack_options *options, const struct stack_host *host)
{
	struct stack_engine *engine = calloc(1, sizeof(*engine));

	if (!engine)
		return NULL;
	engine->options = *options;
	engine->files.host = host;
	engine->pcs = calloc(options->frames, sizeof(*engine->pcs));
	if (!engine->pcs || elf_version(EV_CURRENT) == EV_NONE) {
		stack_engine_free(engine);
		return NULL;
	}
	return engine;
}

static void entry_free(struct stack_engine *engine, struct entry *entry)
{
	HASH_DEL(engine->entries, entry);
	stack_space_free(entry->space);
	free(entry);
}

/* Modules of a space point to files: spaces go first. */
static void forget_all(struct stack_engine *engine)
{
	struct entry *entry, *next;

	HASH_ITER (hh, engine->entries, entry, next)
		entry_free(engine, entry);
	stack_files_free(&engine->files);
}

void stack_engine_free(struct stack_engine *engine)
{
	forget_all(engine);
	free(engine->pcs);
	free(engine);
}

void stack_engine_forget(struct stack_engine *engine, pid_t pid)
{
	struct entry *entry;

	HASH_FIND_INT(engine->entries, &pid, entry);
	if (entry)
		entry_free(engine, entry);
}

static struct stack_space *add_space(struct stack_engine *engine, pid_t pid, uint16_t machine)
{
	struct entry *entry = calloc(1, sizeof(*entry));

	if (!entry)
		return NULL;
	entry->pid = pid;
	entry->space = stack_space_new(machine, &engine->files);
	if (!entry->space) {
		free(entry);
		return NULL;
	}
	HASH_ADD_INT(engine->entries, pid, entry);
	return entry->space;
}

static struct stack_space *find_space(struct stack_engine *engine, pid_t pid, uint16_t machine)
{
	struct entry *entry;

	HASH_FIND_INT(engine->entries, &pid, entry);
	if (entry && stack_space_machine(entry->space) == machine)
		return entry->space;
	/* A process may go from 64-bit code to 32-bit code and back. */
	if (entry)
		entry_free(engine, entry);
	if (HASH_COUNT(engine->entries) >= SPACES_MAX || stack_files_are_full(&engine->files))
		forget_all(engine);
	return add_space(engine, pid, machine);
}

static size_t find_frames(struct stack_engine *engine, struct stack_space *space,
	const struct stack_request *request, const struct stack_pc *pc, struct arena *arena,
	struct stack_frame *frames, size_t max)
{
	if (request->symbols)
		return stack_symbol_find(
			space, &engine->files, pc, engine->options.lines, arena, frames, max);
	stack_module_find(space, pc, arena, frames);
	return 1;
}

void stack_engine_take(struct stack_engine *engine, const struct stack_request *request,
	struct arena *arena, struct stack *out)
{
	struct stack_space *space = find_space(engine, request->pid, request->regs.machine);
	size_t max = engine->options.frames, len = 0, n, i;
	struct stack_frame *frames = arena_alloc(arena, max * sizeof(*frames));

	*out = (struct stack){ .end = STACK_END_LOST };
	if (!space || !frames)
		return;
	n = stack_space_walk(space, request, engine->pcs, max, &out->end);
	for (i = 0; i < n && len < max; i++)
		len += find_frames(
			engine, space, request, &engine->pcs[i], arena, frames + len, max - len);
	/* Functions that were put into others count, too. */
	if (i < n || len > max)
		out->end = STACK_END_LIMIT;
	out->frames = frames;
	out->len = len < max ? len : max;
}
