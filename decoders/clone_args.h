/*
 * The layout of struct clone_args, the argument of clone3(2): all its members
 * are 64 bit numbers, whatever the ABI (linux/sched.h).
 */
#ifndef CALLGATE_DECODERS_CLONE_ARGS_H
#define CALLGATE_DECODERS_CLONE_ARGS_H

enum clone_args_index {
	CLONE_ARGS_FLAGS,
	CLONE_ARGS_PIDFD,
	CLONE_ARGS_CHILD_TID,
	CLONE_ARGS_PARENT_TID,
	CLONE_ARGS_EXIT_SIGNAL,
	CLONE_ARGS_STACK,
	CLONE_ARGS_STACK_SIZE,
	CLONE_ARGS_TLS,
	CLONE_ARGS_SET_TID,
	CLONE_ARGS_SET_TID_SIZE,
	CLONE_ARGS_CGROUP,
	CLONE_ARGS_LEN,
	CLONE_ARGS_SIZE = CLONE_ARGS_LEN, /* not in memory: the size itself, the second argument */
	CLONE_ARGS_NUMBERS
};

/* CLONE_ARGS_SIZE_VER0, and PAGE_SIZE: sizes that the kernel takes (kernel/fork.c). */
enum { CLONE_ARGS_BYTES_MIN = 64, CLONE_ARGS_BYTES_MAX = 4096 };

#endif
