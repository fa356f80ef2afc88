/*
 * Where in a program a call was made: the frames of a task's stack, each with
 * its module, symbol and, where asked for, its source line.
 *
 * libdwfl of elfutils unwinds (by .eh_frame, .debug_frame, else by frame
 * pointers) and finds symbols (.symtab, .dynsym, mini debug info in
 * .gnu_debugdata, separate debug files by build-id). It unwinds i386 tasks from
 * a 64-bit tracer, too, bounds what a hostile DWARF expression may do, and was
 * two orders of magnitude faster here than libunwind's ptrace accessors.
 *
 * A task chooses all of this: its registers, its memory, the files it maps and
 * the perf maps it writes. A stack is for people who look for a cause; it
 * proves nothing.
 */
#ifndef CALLGATE_TRACER_STACK_H
#define CALLGATE_TRACER_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"
#include "tracer/task.h"

/* What keeps a frame from having a symbol. */
enum stack_lack {
	STACK_LACK_NOTHING,
	STACK_LACK_SYMBOLS, /* the file has none there: it is stripped */
	STACK_LACK_FILE,    /* the file was deleted, or is another by now */
	STACK_LACK_ACCESS,  /* the file cannot be read, or is no ELF file */
	STACK_LACK_CODE,    /* code made at run time, of which no perf map tells */
	STACK_LACK_MAPPING, /* nothing executable is mapped there */
	STACK_LACK_COUNT,
};

/* The word of the log and the words for people; "" for nothing. */
const char *stack_lack_code(enum stack_lack lack);
const char *stack_lack_text(enum stack_lack lack);

struct stack_frame {
	uint64_t address;   /* where it stands, or will return to */
	const char *module; /* path as the process has it, or "[vdso]"; NULL: of no file */
	const char *symbol; /* demangled; NULL: see lack */
	uint64_t offset; /* from the symbol; without one, or inlined, the address within the module
			  */
	const char *source; /* file of the source; NULL: not known, or not asked for */
	unsigned line;      /* in it */
	bool inlined;       /* it has no code of its own: it is part of the next frame's function */
	enum stack_lack lack;
};

/* How a stack ends. */
enum stack_end {
	STACK_END_WHOLE,
	STACK_END_LIMIT,  /* there is more than was asked for */
	STACK_END_LOST,   /* how to go on from the last frame is not known */
	STACK_END_GONE,   /* the task was killed meanwhile */
	STACK_END_FAILED, /* what the task maps made reading it fail */
	STACK_END_OFF,    /* that has been so too often: no more are taken */
	STACK_END_COUNT,
};

const char *stack_end_code(enum stack_end end);
const char *stack_end_text(enum stack_end end);

/* The innermost frame first. Without frames, all that is known is how it ends. */
struct stack {
	const struct stack_frame *frames;
	size_t len;
	enum stack_end end;
};

enum { STACK_FRAMES_DEFAULT = 64, STACK_FRAMES_MAX = 1024 };

/* A file that makes every reading fail must not keep us at trying: after so many, none is taken. */
enum { STACK_FAILURES_MAX = 16 };

struct stack_options {
	unsigned frames; /* at most; 0: STACK_FRAMES_DEFAULT */
	bool lines;      /* find source lines, too */
};

struct stacks;

int stacks_new(const struct stack_options *options, struct stacks **out, struct err **err);

/* Has it told, once, that no more stacks are taken: STACK_FAILURES_MAX. */
void stacks_tell_off(struct stacks *stacks, void (*off)(void *ctx), void *ctx);

/* NULL is allowed. */
void stacks_free(struct stacks *stacks);

/*
 * Takes the stack of a task that is in a ptrace stop now, of whatever kind.
 * What the result points to is in the arena. Only for the thread that may make
 * ptrace requests. Never fails: what cannot be known is said in the stack.
 */
void stacks_take(
	struct stacks *stacks, const struct task *task, struct arena *arena, struct stack *out);

/* The same with modules only: frames have no symbols and no lines. */
void stacks_take_modules(
	struct stacks *stacks, const struct task *task, struct arena *arena, struct stack *out);

/*
 * Ends what stacks_take() started: a process, tracer/stack/worker.h. To be called when the
 * last task is gone, before waiting for more. NULL is allowed.
 */
void stacks_stop(struct stacks *stacks);

/* The process runs another program now, or is gone: forgets what it had mapped. NULL is
 * allowed. */
void stacks_forget(struct stacks *stacks, pid_t pid);

/*
 * The module of the innermost frame that is not of the C library, the dynamic
 * loader or the vDSO; NULL when there is none, or the stack is lost before.
 */
const char *stack_caller(const struct stack *stack);

#endif
