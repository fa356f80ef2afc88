/*
 * Typed values: what a decoder makes of registers and memory. Rendering them
 * is the business of text.h and json.h, judging them that of policy/.
 *
 * Everything here was chosen by the traced program. A value read through a
 * pointer says how the reading went; only VALUE_OK and VALUE_CUT have content.
 */
#ifndef CALLGATE_DECODERS_VALUE_H
#define CALLGATE_DECODERS_VALUE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum value_status {
	VALUE_OK,
	VALUE_NULL,       /* the pointer is NULL */
	VALUE_UNREADABLE, /* EFAULT: not, or not wholly, in readable memory */
	VALUE_CUT,        /* there is more than our bounds, or the arena, let us keep */
	VALUE_BAD_LENGTH, /* a length the kernel refuses: a negative one, an address over 128 bytes
			   */
	VALUE_NOT_READ, /* out argument of a call that has not succeeded; contents nobody asked for
			 */
};

/* Bytes of the task; not NUL-terminated, not necessarily text. */
struct bytes_value {
	enum value_status status;
	const uint8_t *data; /* in the call's arena */
	size_t len;          /* bytes kept */
	uint64_t full_len;   /* bytes the program named; above len when cut or unread */
	uint64_t addr;       /* where the program had it */
};

/* A vector of strings: argv, envp. */
struct strings_value {
	enum value_status
		status; /* VALUE_CUT: there are more strings, or the array became unreadable */
	const struct bytes_value *items;
	size_t len;      /* items kept */
	size_t full_len; /* items there, as far as counted */
};

enum unix_kind { UNIX_UNNAMED, UNIX_PATH, UNIX_ABSTRACT };

/*
 * A socket address. `raw` is always what was read, up to sizeof(struct
 * sockaddr_storage); sockaddr_decode() in sockaddr.h makes the rest of it.
 * Not to be copied by assignment: un.name points into raw.
 */
struct sockaddr_value {
	enum value_status status;
	uint64_t addr; /* where the program had it */
	int64_t len;   /* as the program gave it; may be absurd */
	uint8_t raw[128];
	size_t raw_len;
	uint16_t family; /* AF_*; valid when raw_len >= 2 */
	bool decoded;    /* a whole address of a family in family.h; else show family and raw */
	union { /* the families that a policy looks into; others are read from raw where shown */
		/*
		 * Also of AF_UNSPEC: a send on an IPv4 UDP socket takes such an
		 * address as AF_INET (net/ipv4/udp.c), connect(2) dissolves the
		 * association.
		 */
		struct {
			struct in_addr addr;
			uint16_t port; /* host order */
		} inet;
		struct {
			struct in6_addr addr;
			uint16_t port;     /* host order */
			uint32_t flowinfo; /* host order */
			uint32_t scope_id;
		} inet6;
		struct {
			enum unix_kind kind; /* UNIX_UNNAMED in bind(2) asks for autobind */
			const uint8_t *name; /* in raw; abstract: without the leading NUL */
			size_t name_len;
		} un;
		struct {
			uint32_t pid, groups;
		} netlink;
		struct {
			uint32_t cid, port;
			uint8_t flags;
		} vsock;
	};
};

/* One control message. */
struct cmsg_value {
	int32_t level, type;
	uint64_t len;       /* cmsg_len as given */
	const int32_t *fds; /* SCM_RIGHTS */
	size_t fds_len;
	bool has_creds; /* SCM_CREDENTIALS */
	int32_t pid;
	uint32_t uid, gid;
};

/* One message of sendmsg(2) or sendmmsg(2). */
struct msg_value {
	enum value_status status;          /* of the msghdr itself */
	uint64_t addr;                     /* where the program had it */
	const struct sockaddr_value *name; /* NULL: no destination named */
	uint64_t iov_addr;                 /* where the program had the segments */
	uint64_t iov_len;                  /* number of segments as given */
	uint64_t bytes;                    /* sum of the segments; what the call would send */
	struct bytes_value data;           /* the first bytes, when contents were asked for */
	const struct cmsg_value *cmsgs;
	size_t cmsgs_len;
	uint64_t control_addr;
	uint64_t control_len;   /* msg_controllen as given */
	const uint8_t *control; /* all of them, as read, in the arena; NULL when cut or unread */
	enum value_status control_status;
	uint32_t sent; /* mmsghdr.msg_len, after the call */
};

struct msgs_value {
	enum value_status status;
	const struct msg_value *items;
	size_t len;      /* kept */
	size_t full_len; /* vlen as the kernel takes it (at most UIO_MAXIOV) */
};

/* How an argument's register, or what it points to, is to be understood. */
enum value_type {
	VALUE_INT,  /* signed 32 bit */
	VALUE_UINT, /* unsigned 32 bit */
	VALUE_HEX,  /* a long or a pointer shown as such */
	VALUE_SIZE,
	VALUE_FD,
	VALUE_DIRFD, /* AT_FDCWD has a name */
	VALUE_PID,
	VALUE_FAMILY,       /* AF_* */
	VALUE_SOCKET_TYPE,  /* SOCK_* with SOCK_CLOEXEC, SOCK_NONBLOCK */
	VALUE_PROTOCOL,     /* depends on the call's family */
	VALUE_SOCKET_FLAGS, /* accept4: SOCK_CLOEXEC, SOCK_NONBLOCK */
	VALUE_MSG_FLAGS,    /* MSG_* */
	VALUE_AT_FLAGS,     /* AT_* */
	VALUE_CLONE_FLAGS,  /* CLONE_*; the exit signal is a value of its own */
	VALUE_SIGNAL,
	VALUE_PATH,        /* bytes: a NUL-terminated path */
	VALUE_BYTES,       /* bytes: a buffer with a length argument */
	VALUE_STRINGS,     /* argv */
	VALUE_ENVIRONMENT, /* envp: counted; kept only when contents are asked for */
	VALUE_SOCKADDR,
	VALUE_SOCKADDR_OUT, /* filled by the kernel: accept's peer */
	VALUE_FD_PAIR_OUT,  /* socketpair's two descriptors */
	VALUE_MSG,
	VALUE_MSGS,
	VALUE_NAMED,       /* a number with names of its own: ptrace requests, bpf commands, ... */
	VALUE_NAMED_FLAGS, /* bits with names of their own: mount flags, ... */
	VALUE_TYPES
};

struct value {
	enum value_type type;
	/*
	 * Of num. VALUE_OK unless the number itself stands in memory, as those
	 * of clone3(2) and of i386's socketcall(2) do, and could not be read.
	 */
	enum value_status status;
	/*
	 * The register, truncated to what the kernel looks at. Signed numbers
	 * (INT, FD, DIRFD, PID, FAMILY) are the low 32 bits, not extended: cast them to int32_t.
	 */
	uint64_t num;
	union {
		struct bytes_value bytes;
		struct strings_value strings;
		const struct sockaddr_value *sockaddr; /* never NULL for the sockaddr types */
		const struct msg_value *msg;           /* never NULL for VALUE_MSG */
		struct msgs_value msgs;
		struct {
			enum value_status status;
			int32_t fds[2];
		} fd_pair;
	};
};

#endif
