/*
 * Calls that act on another process. They ask nobody but the user's id, or a
 * capability, whether they may.
 *
 * Some change how a process is run that is named by its number in a register:
 * its limits, its priority, its processors; some send it a signal. The word
 * "CALL:other" stands for such a call that is not about the caller itself.
 *
 * Some are requests of ioctl(2) that type into a terminal, for whoever reads from
 * it: "ioctl:tiocsti", and "ioctl:tioclinux" (ioctl_console(2)), which pastes; some are
 * of devices that do what a call or a socket would: "ioctl:userfaultfd", "ioctl:tunsetiff".
 *
 * Some are options of a socket that name in memory who gets its packets, past the
 * destination of any call: "setsockopt:ip_options" (source routes, ip(7)) and
 * "setsockopt:ipv6_rthdr" (RFC 3542), which "setsockopt:ipv6_flowlabel_mgr" may have behind
 * it (net/ipv6/ip6_flowlabel.c); SCTP's connect and bind (sctp(7)); "setsockopt:ip_hdrincl" and
 * its like, with which programs write the IP header themselves (raw(7)).
 */
#ifndef CALLGATE_DECODERS_ACTS_ON_H
#define CALLGATE_DECODERS_ACTS_ON_H

#include <stdbool.h>
#include <stddef.h>

#include "decoders/call.h"

enum { ACTS_NO_ARG = -1 };

struct acts_on {
	const char *name, *word; /* "setpriority", "setpriority:other" */
	unsigned request;        /* ioctl: its second argument; of a socket: the option; or 0 */
	int level;               /* of the option; ACTS_NO_ARG: it is none */
	int which;               /* argument that says what `who` is; ACTS_NO_ARG: a task */
	unsigned process, group; /* its values for a task, and for a process group */
	int who;                 /* argument with the number; 0 is the caller */
	bool signal;             /* sends one; of kill(2), a negative number is a group's */
	bool descriptor;         /* `who` is no number but a pidfd, and never the caller */
	int change; /* pointer or length that is 0 where nothing is changed; ACTS_NO_ARG: none */
};

/* The i-th, NULL past the last. */
const struct acts_on *acts_on_at(size_t i);

/* By its word; NULL when there is none. */
const struct acts_on *acts_on_by_word(const char *word);

/* The first by the name of its call; NULL when there is none. */
const struct acts_on *acts_on_by_name(const char *name);

/* What the call is, when its registers make it one of these; else NULL. */
const struct acts_on *acts_on_args(const char *name, const uint64_t args[static 6]);

/*
 * The same for a decoded call; of a message that is sent, the option that one of its
 * control messages stands for. What socketcall(2) has instead of registers may change:
 * there every call is taken for the first of its name.
 */
const struct acts_on *acts_on_other(const struct call *call);

#endif
