/* What the parts of behalf.h share. */
#ifndef CALLGATE_SUPERVISOR_BEHALF_IMPL_H
#define CALLGATE_SUPERVISOR_BEHALF_IMPL_H

#include <sys/socket.h>

#include "supervisor/behalf.h"
#include "supervisor/credentials.h"

/* An address as we give it to the kernel. */
struct behalf_address {
	struct sockaddr_storage bytes;
	socklen_t len;
	bool none; /* a send that is to have no address at all */
};

/* A piece of the task's memory. */
struct behalf_segment {
	uint64_t addr, len;
};

/* One message to be sent. */
struct behalf_message {
	const struct behalf_address *to; /* NULL: none was named */
	const struct behalf_segment *segments;
	size_t segments_len;
	const void *control; /* ours; NULL: none */
	size_t control_len;
	int flags; /* as the task gave them */
};

/*
 * Our copy of the address, a Unix path replaced by the inode it was judged to
 * lead to. `index` is that of call_destination(). Returns 0 or what the call
 * fails with.
 */
int behalf_address(const struct behalf *b, const struct credentials_pair *who,
	const struct sockaddr_value *addr, size_t index, struct behalf_address *out);

/* Whether the address is a Unix path to this socket. */
bool behalf_is_path(const struct behalf *b, const struct sockaddr_value *addr);

/* What -EINTR of a call that has done nothing is to the task. */
int64_t behalf_interrupted(const struct behalf *b);

int64_t behalf_connect(const struct behalf *b, const struct credentials_pair *who);
int64_t behalf_bind(
	struct behalf *b, const struct credentials_pair *who); /* supervisor/behalf/bind.c */

/* Whether the Unix socket of our descriptor is bound to this file: bound_file.c. */
enum bound_file {
	BOUND_UNKNOWN, /* not asked: a kernel without unix_diag, or another network namespace */
	BOUND_HERE,
	BOUND_ELSEWHERE,
};
struct stat;
enum bound_file behalf_bound_file(int fd, const struct stat *file);

int64_t behalf_sendto(const struct behalf *b, const struct credentials_pair *who);
int64_t behalf_sendmsg(const struct behalf *b, const struct credentials_pair *who);
int64_t behalf_sendmmsg(const struct behalf *b, const struct credentials_pair *who);

/*
 * Sends a message: bytes sent, or -errno. *all tells whether they are all of
 * it. (supervisor/behalf/send.c)
 */
int64_t behalf_send(const struct behalf *b, const struct credentials_pair *who,
	const struct behalf_message *message, bool *all);

/* Control messages made anew for us: the bytes, and the descriptors they carry. */
struct behalf_control {
	uint8_t *bytes;
	size_t len;
	int fds[253]; /* SCM_MAX_FD, include/net/scm.h */
	size_t fds_len;
};

#define cleanup_control __attribute__((cleanup(behalf_control_free)))

/* Returns 0 or what the call fails with. To be freed in any case. (supervisor/behalf/control.c) */
int behalf_control_make(const struct behalf *b, const struct credentials_pair *who,
	const struct msg_value *msg, struct behalf_control *out);

void behalf_control_free(struct behalf_control *control);

#endif
