#include "tracer/stack/unwind.h"

#include "tracer/stack/step.h"

/* libdwfl's questions about the task. Their argument is the address of the walk's. */

static struct stack_walk *walk_of(void *arg)
{
	return *(struct stack_walk **)arg;
}

static bool read_word(Dwfl *dwfl, Dwarf_Addr address, Dwarf_Word *word, void *arg)
{
	struct stack_walk *walk = walk_of(arg);

	(void)dwfl;
	*word = 0; /* little-endian: a narrow one fills its beginning */
	if (stack_pages_read(&walk->pages, address, word, walk->regs.word_size))
		return true;
	walk->unread = true;
	return false;
}

static pid_t next_thread(Dwfl *dwfl, void *arg, void **thread_arg)
{
	(void)dwfl;
	if (*thread_arg)
		return 0;
	*thread_arg = arg;
	return walk_of(arg)->pages.request->tid;
}

static bool get_thread(Dwfl *dwfl, pid_t tid, void *arg, void **thread_arg)
{
	(void)dwfl;
	(void)tid;
	*thread_arg = arg;
	return true;
}

static bool set_registers(Dwfl_Thread *thread, void *arg)
{
	const struct stack_walk *walk = walk_of(arg);
	const struct stack_regs *regs = &walk->regs;

	dwfl_thread_state_register_pc(thread, regs->pc);
	for (unsigned i = 0; i < regs->len; i++) {
		if (!(walk->unknown >> i & 1) &&
			!dwfl_thread_state_registers(thread, (int)i, 1, &regs->dwarf[i]))
			return false;
	}
	return true;
}

static const Dwfl_Thread_Callbacks thread_callbacks = {
	.next_thread = next_thread,
	.get_thread = get_thread,
	.memory_read = read_word,
	.set_initial_registers = set_registers,
};

bool stack_unwind_attach(Dwfl *dwfl, Elf *model, struct stack_walk **walk)
{
	/* The process number is libdwfl's own affair. */
	return dwfl_attach_state(dwfl, model, 1, &thread_callbacks, walk);
}

/* Code of no file has no unwind tables: its own instructions may tell where it returns to. */
static bool step_out(struct stack_walk *walk, Dwfl_Frame *frame, uint64_t pc)
{
	const struct stack_map *map = stack_maps_find(walk->maps, pc);
	struct stack_regs regs = walk->regs;
	uint32_t unknown = 0;

	if (!map || map->kind != STACK_MAP_CODE)
		return false;
	for (unsigned i = 0; i < regs.len; i++) {
		if (dwfl_frame_reg(frame, i, &regs.dwarf[i]) != 0)
			unknown |= 1u << i;
	}
	regs.pc = pc;
	if (!stack_step_out(&walk->pages, &regs, &unknown))
		return false;
	walk->regs = regs;
	walk->unknown = unknown;
	return true;
}

static int on_frame(Dwfl_Frame *frame, void *arg)
{
	struct stack_walk *walk = arg;
	struct stack_pc *pc = &walk->pcs[walk->len];

	walk->unread = false;
	walk->cut = walk->len == walk->max;
	if (walk->cut || !dwfl_frame_pc(frame, &pc->address, &pc->active))
		return DWARF_CB_ABORT;
	if (walk->resumed) {
		/* libdwfl takes where it begins for where the task stands. */
		walk->resumed = false;
		pc->address++;
		pc->active = false;
	}
	walk->len++;
	walk->stepped = !pc->active && step_out(walk, frame, pc->address);
	return walk->stepped ? DWARF_CB_ABORT : DWARF_CB_OK;
}

enum stack_end stack_unwind(Dwfl *dwfl, struct stack_walk *walk)
{
	int rc = 0;

	walk->regs = walk->pages.request->regs;
	walk->unknown = 0;
	walk->len = 0;
	walk->stepped = false;
	walk->unread = false;
	do {
		walk->resumed = walk->stepped;
		walk->stepped = false;
		rc = dwfl_getthread_frames(dwfl, walk->pages.request->tid, on_frame, walk);
	} while (walk->stepped);
	if (walk->cut)
		return STACK_END_LIMIT;
	/* To libdwfl (0.188) a return address that cannot be read is that of the outermost frame.
	 */
	return rc == 0 && !walk->unread ? STACK_END_WHOLE : STACK_END_LOST;
}
