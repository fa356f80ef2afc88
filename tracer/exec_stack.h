/*
 * What execve(2) leaves on the stack of a new program: its arguments, its environment, and
 * what the kernel tells it. They lie close together, and at PTRACE_EVENT_EXEC the stack
 * pointer is where they begin (create_elf_tables() in fs/binfmt_elf.c): one read has
 * them all, where /proc has a file for each, dear to look up for a process so new.
 *
 * Nothing of the program has run, and nobody shares its memory. Only a process that may trace
 * it can write there (/proc/PID/mem), and so it can to what /proc/PID/cmdline shows: what is
 * read tells what a program was given, and nothing is granted for it.
 */
#ifndef CALLGATE_TRACER_EXEC_STACK_H
#define CALLGATE_TRACER_EXEC_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { EXEC_STACK_MAX = 32 * 1024 }; /* bytes that are read; more is rare, and in /proc */

struct exec_stack {
	uint64_t start; /* address of the first byte */
	size_t len;     /* 0: nothing could be read */
	size_t argc;
	unsigned word_size;
	uint64_t execfn; /* AT_EXECFN: address of the path execve(2) was given; 0: not found */
	uint8_t bytes[EXEC_STACK_MAX];
};

/*
 * Reads the stack of a process that is stopped at PTRACE_EVENT_EXEC. `start` is its stack
 * pointer, word_size the size of a pointer of the new program, in bytes.
 */
void exec_stack_read(struct exec_stack *stack, pid_t pid, uint64_t start, unsigned word_size);

/* The string at an address, and its length without the NUL. NULL when it was not read to its end.
 */
const char *exec_stack_string(const struct exec_stack *stack, uint64_t addr, size_t *len);

/* The same, of the i-th argument. */
const char *exec_stack_argument(const struct exec_stack *stack, size_t i, size_t *len);

#endif
