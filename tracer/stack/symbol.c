#include "tracer/stack/symbol.h"

#include <stdlib.h>
#include <string.h>

#include "tracer/stack/demangle.h"
#include "tracer/stack/module.h"
#include "tracer/proc_path.h"

/* A string of the arena; NULL for NULL, and when there is no room. */
static const char *keep(struct arena *arena, const char *text)
{
	size_t size = text ? strlen(text) + 1 : 0;
	char *copy = text ? arena_alloc(arena, size) : NULL;

	return copy ? memcpy(copy, text, size) : NULL;
}

/* A return address stands after the call; what called is before it. */
static uint64_t lookup_address(const struct stack_pc *pc)
{
	return pc->active || !pc->address ? pc->address : pc->address - 1;
}

static struct stack_line find_line(Dwfl_Module *mod, uint64_t address)
{
	Dwfl_Line *line = dwfl_module_getsrc(mod, address);
	struct stack_line found = { 0 };
	const char *source;
	int number = 0;

	source = line ? dwfl_lineinfo(line, NULL, &number, NULL, NULL, NULL) : NULL;
	if (source && number > 0)
		found.source = strdup(source);
	found.number = found.source ? (unsigned)number : 0;
	return found;
}

/* Asks libdwfl, which goes through all symbols and, for lines, reads the debug info. */
static struct stack_symbol look_up(Dwfl_Module *mod, uint64_t address, bool lines)
{
	struct stack_symbol found = { 0 };
	GElf_Off offset;
	GElf_Sym sym;
	const char *name;

	name = dwfl_module_addrinfo(mod, address, &offset, &sym, NULL, NULL, NULL);
	if (name && *name) {
		found.name = demangled(name);
		found.offset = offset;
	}
	if (lines) {
		found.line = find_line(mod, address);
		stack_inlined_find(mod, address, &found.line, &found.inlined);
	}
	return found;
}

static void set_line(struct stack_frame *frame, const struct stack_line *line, struct arena *arena)
{
	frame->source = keep(arena, line->source);
	frame->line = frame->source ? line->number : 0;
}

static void fill(struct stack_frame *frame, const struct stack_symbol *found,
	const struct stack_pc *pc, struct arena *arena)
{
	frame->symbol = keep(arena, found->name);
	set_line(frame, &found->line, arena);
	if (frame->symbol)
		frame->offset = found->offset + (pc->active ? 0 : 1);
	else
		frame->lack = STACK_LACK_SYMBOLS;
}

/* Frames to fill, as far as there is room; `len` counts on beyond it. */
struct room {
	struct arena *arena;
	struct stack_frame *frames;
	size_t len, max;
};

static void add_frame(struct room *room, const struct stack_frame *frame)
{
	if (room->len < room->max)
		room->frames[room->len] = *frame;
	room->len++;
}

/* Those that are in the function of the frame, which has no symbol yet. */
static void add_inlined(
	struct room *room, const struct stack_symbol *found, const struct stack_frame *function)
{
	for (size_t i = 0; i < found->inlined.len; i++) {
		const struct stack_inlined *inlined = &found->inlined.items[i];
		struct stack_frame frame = *function;

		frame.symbol = keep(room->arena, inlined->name);
		frame.inlined = true;
		set_line(&frame, &inlined->line, room->arena);
		add_frame(room, &frame);
	}
}

/* In a file: what was found there before is known, whichever process asked. */
static void find_in_file(struct stack_files *files, struct stack_file *file, Dwfl_Module *mod,
	const struct stack_pc *pc, bool lines, struct room *room, struct stack_frame *frame)
{
	uint64_t address = lookup_address(pc), within;
	const struct stack_symbol *known;
	struct stack_symbol found;
	GElf_Addr bias = 0;

	if (!dwfl_module_getelf(mod, &bias))
		return;
	within = address - bias;
	frame->offset = pc->address - bias;
	known = stack_file_symbol(file, within);
	if (!known) {
		found = look_up(mod, address, lines);
		found.address = within;
		known = stack_file_add(files, file, &found);
	}
	if (!known)
		return;
	add_inlined(room, known, frame);
	fill(frame, known, pc, room->arena);
}

static void find_in_perf_map(struct stack_space *space, const struct stack_pc *pc,
	struct arena *arena, struct stack_frame *frame)
{
	uint64_t start;
	const char *name = perf_map_find(stack_space_perf_map(space), lookup_address(pc), &start);

	if (!name)
		return;
	frame->symbol = keep(arena, name);
	frame->offset = pc->address - start;
	frame->lack = STACK_LACK_NOTHING;
}

/* The vDSO: its few symbols are not worth keeping. */
static void find_in_memory(
	Dwfl_Module *mod, const struct stack_pc *pc, struct arena *arena, struct stack_frame *frame)
{
	struct stack_symbol found = look_up(mod, lookup_address(pc), false);

	fill(frame, &found, pc, arena);
	stack_symbol_clear(&found);
}

void stack_module_find(struct stack_space *space, const struct stack_pc *pc, struct arena *arena,
	struct stack_frame *frame)
{
	const struct stack_map *map = stack_space_map(space, pc->address);

	*frame = (struct stack_frame){ .address = pc->address };
	if (!map) {
		frame->offset = pc->address;
		frame->lack = STACK_LACK_MAPPING;
		return;
	}
	frame->offset = pc->address - map->start;
	if (map->kind == STACK_MAP_CODE)
		frame->lack = STACK_LACK_CODE;
	else
		frame->module = keep(arena, map->path);
}

static void find_symbol(struct stack_space *space, struct stack_files *files,
	const struct stack_pc *pc, bool lines, struct room *room, struct stack_frame *frame)
{
	Dwfl_Module *mod = stack_space_module(space, lookup_address(pc));
	GElf_Addr bias;
	struct stack_file *file;

	stack_module_find(space, pc, room->arena, frame);
	if (frame->lack == STACK_LACK_MAPPING)
		return;
	if (mod && dwfl_module_getelf(mod, &bias)) {
		file = stack_module_file(mod, &frame->lack);
		if (file)
			find_in_file(files, file, mod, pc, lines, room, frame);
		else
			find_in_memory(mod, pc, room->arena, frame);
		return;
	}
	if (mod)
		stack_module_file(mod, &frame->lack);
	find_in_perf_map(space, pc, room->arena, frame);
}

size_t stack_symbol_find(struct stack_space *space, struct stack_files *files,
	const struct stack_pc *pc, bool lines, struct arena *arena, struct stack_frame *frames,
	size_t max)
{
	struct room room = { .arena = arena, .frames = frames, .max = max };
	struct stack_frame frame;

	find_symbol(space, files, pc, lines, &room, &frame);
	add_frame(&room, &frame);
	return room.len;
}
