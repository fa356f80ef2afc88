/*
 * A call: a decoded system call. One const row per call describes its
 * arguments; decoding walks the row, and so does rendering. A new call is a
 * new row in call_table.c and its number in each ABI's table.
 */
#ifndef CALLGATE_DECODERS_CALL_H
#define CALLGATE_DECODERS_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "decoders/abi.h"
#include "decoders/reader.h"
#include "decoders/socket_facts.h"
#include "decoders/trap.h"
#include "decoders/value.h"

/* What a policy can speak of. */
enum call_kind {
	CALL_KIND_OTHER,   /* shown in trace, judged by no rule: listen, accept, undecoded calls */
	CALL_KIND_CONNECT, /* names a destination: connect, sendto, sendmsg, sendmmsg */
	CALL_KIND_BIND,
	CALL_KIND_EXEC,    /* execve, execveat */
	CALL_KIND_SPAWN,   /* clone, clone3, fork, vfork */
	CALL_KIND_SOCKET,  /* socket, socketpair */
	CALL_KIND_SYSCALL, /* the default deny list: ptrace, io_uring_setup, ... */
};

/* "connect", "bind", ... as in the policy file; "other" for CALL_KIND_OTHER. */
const char *call_kind_name(enum call_kind kind);

/* Every call with a decoder; call_table.c has a row for each. Complete this list there. */
enum call_id {
	CALL_NONE,
	CALL_SOCKET,
	CALL_SOCKETPAIR,
	CALL_CONNECT,
	CALL_BIND,
	CALL_LISTEN,
	CALL_ACCEPT,
	CALL_ACCEPT4,
	CALL_SENDTO,
	CALL_SEND, /* i386 socketcall only */
	CALL_SENDMSG,
	CALL_SENDMMSG,
	CALL_EXECVE,
	CALL_EXECVEAT,
	CALL_CLONE,
	CALL_CLONE3,
	CALL_FORK,
	CALL_VFORK,
	/* The default deny list of design point 11. */
	CALL_PTRACE,
	CALL_PROCESS_VM_WRITEV,
	CALL_PIDFD_GETFD,
	CALL_IO_URING_SETUP,
	CALL_IO_URING_ENTER,
	CALL_IO_URING_REGISTER,
	CALL_USERFAULTFD,
	CALL_BPF,
	CALL_PERF_EVENT_OPEN,
	CALL_SETNS,
	CALL_UNSHARE,
	CALL_MOUNT,
	CALL_UMOUNT2,
	CALL_PIVOT_ROOT,
	CALL_CHROOT,
	CALL_OPEN_TREE,
	CALL_MOVE_MOUNT,
	CALL_FSOPEN,
	CALL_FSCONFIG,
	CALL_FSMOUNT,
	CALL_FSPICK,
	CALL_MOUNT_SETATTR,
	CALL_SECCOMP,
	CALL_KEXEC_LOAD,
	CALL_INIT_MODULE,
	CALL_FINIT_MODULE,
	CALL_DELETE_MODULE,
	CALL_KEXEC_FILE_LOAD,
	CALL_UMOUNT, /* i386 only */
	CALL_COUNT
};

enum { CALL_FIELDS_MAX = 7 };

/* One argument of a call. */
struct call_field {
	const char *name; /* as in the man page: "fd", "family", "flags" */
	enum value_type type;
	uint8_t arg;     /* index of the register; clone3: of the number in struct clone_args */
	uint8_t len_arg; /* index of the register with its length, where it has one */
	const struct name_row *names; /* VALUE_NAMED, VALUE_NAMED_FLAGS: see base/names.h */
	uint64_t mask; /* bits of a number that the kernel looks at; 0: as its type says */
};

struct call_desc {
	enum call_id id;
	const char *name; /* as in the man pages: "execve" */
	enum call_kind kind;
	struct call_field fields[CALL_FIELDS_MAX]; /* ends at a NULL name */
};

/* The row of a call; NULL for CALL_NONE. */
const struct call_desc *call_desc(enum call_id id);

struct call {
	const struct abi *abi;        /* never NULL */
	const struct call_desc *desc; /* NULL: no decoder; args are all there is */
	char name[32];                /* name of the call, also when there is no decoder */
	int64_t nr;                   /* as in the trap: socketcall's for its subcalls */
	uint64_t args[6];             /* of the call itself: socketcall's are unpacked */
	bool args_unreadable;         /* socketcall whose argument block could not be read */
	int read_errno; /* errno when the task itself could not be read (ESRCH, EPERM), else 0 */
	size_t values_len;
	struct value values[CALL_FIELDS_MAX]; /* one for each field of desc; then nothing is set */
};

struct decode_options {
	bool contents; /* keep environment strings and the first bytes of what is sent */
};

/*
 * Decodes a trap. Always succeeds: what cannot be read or understood is marked
 * as such in the values. Variable-length parts live in the arena, which the
 * caller has reset and must keep as long as the call.
 */
void call_decode(struct call *call, const struct trap *trap, const struct mem_reader *mem,
	struct arena *arena, const struct decode_options *options);

/* The kind of the call a trap is at, from its registers alone. */
enum call_kind trap_call_kind(const struct trap *trap);

/* Result of a call, from its exit. */
struct call_result {
	bool known;    /* false: the task died in it, or nobody looked */
	bool went_on;  /* not known, because it was let go and nobody looked */
	bool is_error; /* value is -errno; -512..-516 are the kernel's restart codes */
	int64_t value;
};

/*
 * Fills the out arguments (accept's peer, socketpair's descriptors, sendmmsg's
 * counts) once the call has returned. Uses the arena of call_decode().
 */
void call_decode_result(struct call *call, const struct call_result *result,
	const struct mem_reader *mem, struct arena *arena);

/* The value of the field of that name, or NULL when this call has none. */
const struct value *call_value(const struct call *call, const char *field);

/* The socket that socket(2) or socketpair(2) asks for; unknown when it cannot be read. */
struct socket_facts call_asked_socket(const struct call *call);

/*
 * The i-th destination the call names: connect's and bind's address, sendto's,
 * each message's of sendmsg and sendmmsg that has one. NULL past the last.
 *
 * What could not be read or kept is a destination too, with the status that
 * says so: a message that is unreadable, the ones of sendmmsg that there was
 * no room for. Nobody can take such a call for one without a destination.
 */
const struct sockaddr_value *call_destination(const struct call *call, size_t i);

/* The i-th message that sendmsg or sendmmsg sends, as far as kept; NULL past the last. */
const struct msg_value *call_message(const struct call *call, size_t i);

/* Whether it is made through socketcall(2), which has its arguments in memory. */
bool call_is_socketcall(const struct call *call);

/* The kind of the call; CALL_KIND_OTHER when it has no decoder. */
static inline enum call_kind call_kind(const struct call *call)
{
	return call->desc ? call->desc->kind : CALL_KIND_OTHER;
}

#endif
