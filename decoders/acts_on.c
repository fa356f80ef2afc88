#include "decoders/acts_on.h"

#include <linux/if_tun.h>
#include <linux/in6.h>
#include <linux/ioprio.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>

#define TASK(n, who_arg, change_arg)                                                               \
	{                                                                                          \
		.name = n, .word = n ":other", .level = ACTS_NO_ARG, .which = ACTS_NO_ARG,         \
		.who = who_arg, .change = change_arg                                               \
	}

#define WHICH(n, process_value, group_value)                                                       \
	{                                                                                          \
		.name = n, .word = n ":other", .level = ACTS_NO_ARG, .which = 0,                   \
		.process = process_value, .group = group_value, .who = 1, .change = ACTS_NO_ARG    \
	}

#define SIGNAL(n, who_arg, is_descriptor)                                                          \
	{                                                                                          \
		.name = n, .word = n ":other", .level = ACTS_NO_ARG, .which = ACTS_NO_ARG,         \
		.who = who_arg, .change = ACTS_NO_ARG, .signal = true, .descriptor = is_descriptor \
	}

#define REQUEST(n, value)                                                                          \
	{                                                                                          \
		.name = "ioctl", .word = "ioctl:" n, .request = value, .level = ACTS_NO_ARG,       \
		.which = ACTS_NO_ARG, .change = ACTS_NO_ARG                                        \
	}

/* To set one of no length is to unset it. */
#define OPTION(n, level_value, value)                                                              \
	{                                                                                          \
		.name = "setsockopt", .word = "setsockopt:" n, .request = value,                   \
		.level = level_value, .which = ACTS_NO_ARG, .change = 4                            \
	}

/* SCTP's that connects and tells of it at once. */
#define OPTION_GET(n, level_value, value)                                                          \
	{                                                                                          \
		.name = "getsockopt", .word = "getsockopt:" n, .request = value,                   \
		.level = level_value, .which = ACTS_NO_ARG, .change = ACTS_NO_ARG                  \
	}

enum { REQUEST_ARG = 1, LEVEL_ARG = 1, OPTION_ARG = 2 };

/* include/uapi/linux/sctp.h, which not every system has. */
enum {
	SCTP_BINDX_ADD = 100,
	SCTP_CONNECTX_OLD = 107,
	SCTP_CONNECTX = 110,
	SCTP_CONNECTX3 = 111,
	SCTP_TO_IPV4 = 7, /* SCTP_DSTADDRV4, a control message */
	SCTP_TO_IPV6 = 8,
};

/* USERFAULTFD_IOC_NEW of /dev/userfaultfd: include/uapi/linux/userfaultfd.h, Linux 6.1. */
enum { NEW_USERFAULTFD = 0xaa00 };

static const struct acts_on calls[] = {
	TASK("prlimit64", 0, 2),
	TASK("sched_setaffinity", 0, ACTS_NO_ARG),
	TASK("sched_setattr", 0, ACTS_NO_ARG),
	TASK("sched_setparam", 0, ACTS_NO_ARG),
	TASK("sched_setscheduler", 0, ACTS_NO_ARG),
	WHICH("setpriority", PRIO_PROCESS, PRIO_PGRP),
	REQUEST("tiocsti", TIOCSTI),
	REQUEST("tioclinux", TIOCLINUX),
	REQUEST("userfaultfd", NEW_USERFAULTFD),
	REQUEST("tunsetiff", TUNSETIFF),
	WHICH("ioprio_set", IOPRIO_WHO_PROCESS, IOPRIO_WHO_PGRP),
	SIGNAL("kill", 0, false),
	SIGNAL("tkill", 0, false),
	SIGNAL("tgkill", 1, false),
	SIGNAL("rt_sigqueueinfo", 0, false),
	SIGNAL("rt_tgsigqueueinfo", 1, false),
	SIGNAL("pidfd_send_signal", 0, true),
	OPTION("ip_options", IPPROTO_IP, IP_OPTIONS),
	OPTION("ip_hdrincl", IPPROTO_IP, IP_HDRINCL),
	OPTION("ipv6_hdrincl", IPPROTO_IPV6, IPV6_HDRINCL),
	OPTION("raw_hdrincl", IPPROTO_RAW, IPV6_HDRINCL), /* the same: net/ipv6/raw.c */
	OPTION("ipv6_rthdr", IPPROTO_IPV6, IPV6_RTHDR),
	OPTION("ipv6_2292pktoptions", IPPROTO_IPV6, IPV6_2292PKTOPTIONS),
	OPTION("ipv6_flowlabel_mgr", IPPROTO_IPV6, IPV6_FLOWLABEL_MGR),
	OPTION("sctp_bindx", IPPROTO_SCTP, SCTP_BINDX_ADD),
	OPTION("sctp_connectx", IPPROTO_SCTP, SCTP_CONNECTX),
	OPTION("sctp_connectx_old", IPPROTO_SCTP, SCTP_CONNECTX_OLD),
	OPTION_GET("sctp_connectx3", IPPROTO_SCTP, SCTP_CONNECTX3),
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
	if (acts->level != ACTS_NO_ARG)
		return (int32_t)args[LEVEL_ARG] == acts->level &&
		       (uint32_t)args[OPTION_ARG] == acts->request &&
		       (acts->change == ACTS_NO_ARG || (uint32_t)args[acts->change] != 0);
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

/* Control messages that do for one message what an option does for all. */
static const struct {
	int level, type;
	const char *word;
} messages[] = {
	{ IPPROTO_IP, IP_RETOPTS, "setsockopt:ip_options" },
	{ IPPROTO_IPV6, IPV6_RTHDR, "setsockopt:ipv6_rthdr" },
	{ IPPROTO_IPV6, IPV6_2292RTHDR, "setsockopt:ipv6_rthdr" },
	{ IPPROTO_SCTP, SCTP_TO_IPV4, "setsockopt:sctp_connectx" },
	{ IPPROTO_SCTP, SCTP_TO_IPV6, "setsockopt:sctp_connectx" },
};

static const struct acts_on *acts_on_message(const struct msg_value *m)
{
	for (size_t i = 0; i < m->cmsgs_len; i++) {
		for (size_t j = 0; j < sizeof(messages) / sizeof(messages[0]); j++) {
			if (m->cmsgs[i].level == messages[j].level &&
				m->cmsgs[i].type == messages[j].type)
				return acts_on_by_word(messages[j].word);
		}
	}
	return NULL;
}

static const struct acts_on *acts_on_messages(const struct call *call)
{
	const struct acts_on *acts = NULL;
	const struct msg_value *m;

	for (size_t i = 0; !acts && (m = call_message(call, i)); i++)
		acts = acts_on_message(m);
	return acts;
}

const struct acts_on *acts_on_other(const struct call *call)
{
	if (call->desc && (call->desc->id == CALL_SENDMSG || call->desc->id == CALL_SENDMMSG))
		return acts_on_messages(call);
	if (call_is_socketcall(call))
		return acts_on_by_name(call->name);
	/* None of the others has a decoder. */
	return call->desc ? NULL : acts_on_args(call->name, call->args);
}
