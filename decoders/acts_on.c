#include "decoders/acts_on.h"

#include <linux/ioprio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>

#define TASK(n, who_arg, change_arg)                                                               \
	{                                                                                          \
		.name = n, .word = n ":other", .which = ACTS_NO_ARG, .who = who_arg,               \
		.change = change_arg                                                               \
	}

#define WHICH(n, process_value, group_value)                                                       \
	{                                                                                          \
		.name = n, .word = n ":other", .which = 0, .process = process_value,               \
		.group = group_value, .who = 1, .change = ACTS_NO_ARG                              \
	}

#define SIGNAL(n, who_arg, is_descriptor)                                                          \
	{                                                                                          \
		.name = n, .word = n ":other", .which = ACTS_NO_ARG, .who = who_arg,               \
		.change = ACTS_NO_ARG, .signal = true, .descriptor = is_descriptor                 \
	}

#define REQUEST(n, value)                                                                          \
	{                                                                                          \
		.name = "ioctl", .word = "ioctl:" n, .request = value, .which = ACTS_NO_ARG,       \
		.change = ACTS_NO_ARG                                                              \
	}

enum { REQUEST_ARG = 1 };

static const struct acts_on calls[] = {
	TASK("prlimit64", 0, 2),
	TASK("sched_setaffinity", 0, ACTS_NO_ARG),
	TASK("sched_setattr", 0, ACTS_NO_ARG),
	TASK("sched_setparam", 0, ACTS_NO_ARG),
	TASK("sched_setscheduler", 0, ACTS_NO_ARG),
	WHICH("setpriority", PRIO_PROCESS, PRIO_PGRP),
	REQUEST("tiocsti", TIOCSTI),
	REQUEST("tioclinux", TIOCLINUX),
	WHICH("ioprio_set", IOPRIO_WHO_PROCESS, IOPRIO_WHO_PGRP),
	SIGNAL("kill", 0, false),
	SIGNAL("tkill", 0, false),
	SIGNAL("tgkill", 1, false),
	SIGNAL("rt_sigqueueinfo", 0, false),
	SIGNAL("rt_tgsigqueueinfo", 1, false),
	SIGNAL("pidfd_send_signal", 0, true),
};

enum { CALLS = sizeof(calls) / sizeof(calls[0]) };

const struct acts_on *acts_on_at(size_t i)
{
	return i < CALLS ? &calls[i] : NULL;
}

const struct acts_on *acts_on_by_word(const char *word)
{
	for (size_t i = 0; i < CALLS; i++) {
		if (strcmp(calls[i].word, word) == 0)
			return &calls[i];
	}
	return NULL;
}

/* The kernel takes ids, kinds of them and requests as 32 bits. */
static bool is_about_other(const struct acts_on *acts, const uint64_t args[static 6])
{
	if (acts->request)
		return (uint32_t)args[REQUEST_ARG] == acts->request;
	if (acts->descriptor)
		return true;
	if (acts->change != ACTS_NO_ARG && args[acts->change] == 0)
		return false;
	return (uint32_t)args[acts->who] != 0 ||
	       (acts->which != ACTS_NO_ARG && (uint32_t)args[acts->which] != acts->process);
}

const struct acts_on *acts_on_by_name(const char *name)
{
	for (size_t i = 0; i < CALLS; i++) {
		if (strcmp(calls[i].name, name) == 0)
			return &calls[i];
	}
	return NULL;
}

const struct acts_on *acts_on_args(const char *name, const uint64_t args[static 6])
{
	for (size_t i = 0; i < CALLS; i++) {
		if (strcmp(calls[i].name, name) == 0 && is_about_other(&calls[i], args))
			return &calls[i];
	}
	return NULL;
}

const struct acts_on *acts_on_other(const struct call *call)
{
	return acts_on_args(call->name, call->args);
}
