/*
 * Reads the reference table's words for who calls and what is called into a
 * request; see README. A mistake in the table ends the test.
 */
#ifndef CALLGATE_TESTS_UNIT_REFERENCE_REQUEST_H
#define CALLGATE_TESTS_UNIT_REFERENCE_REQUEST_H

#include <arpa/inet.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "tests/support/fake_root.h"

#include "base/cleanup.h"
#include "base/names.h"
#include "decoders/sockaddr.h"
#include "policy/identity.h"
#include "policy/policy.h"

enum { PROGRAMS_MAX = 6 };

/* A request and what it borrows. */
struct row_request {
	struct request request;
	struct program programs[PROGRAMS_MAX], target;
	struct lineage lineage[PROGRAMS_MAX];
	struct sockaddr_value address;
	char text[512]; /* cut into words */
	char paths[16][128];
	size_t npaths;
};

static inline const char *row_keep(struct row_request *row, const char *before, const char *text)
{
	assert_true(row->npaths < 16);
	snprintf(row->paths[row->npaths], sizeof(row->paths[0]), "%s%s", before, text);
	return row->paths[row->npaths++];
}

/* The file in the root; what is not there has facts all the same: the program runs after all. */
static inline struct identity row_identity(const struct fake_root *root, const char *path)
{
	struct identity id = { .known = true, .dev = 77, .ino = 4711, .size = 12 };
	struct stat st;

	if (fstatat(root->fd, path + 1, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode))
		identity_of_stat(&st, &id);
	return id;
}

/* "curl", "/opt/x", with a '!' when another file is there now. */
static inline const char *row_file(
	struct row_request *row, const struct fake_root *root, char *word, struct identity *id)
{
	size_t len = strlen(word);
	bool replaced = word[len - 1] == '!';
	const char *path;

	if (replaced)
		word[len - 1] = '\0';
	path = row_keep(row, word[0] == '/' ? "" : "/usr/bin/", word);
	*id = row_identity(root, path);
	id->ino += replaced;
	return path;
}

/* "PROGRAM" or "PROGRAM #! SCRIPT". */
static inline void row_program(
	struct row_request *row, const struct fake_root *root, char *text, struct program *program)
{
	char *script = strstr(text, "#!");
	char *state = NULL, *word;

	if (script) {
		*script = '\0';
		word = strtok_r(script + 2, " ", &state);
		program->script = row_file(row, root, word, &program->script_id);
	}
	word = strtok_r(text, " ", &state);
	assert_non_null(word);
	program->nameless = strcmp(word, "memfd") == 0;
	if (program->nameless) {
		program->path = "/memfd:x (deleted)";
		program->id = (struct identity){ .known = true, .dev = 1, .ino = 99 };
		return;
	}
	program->path = row_file(row, root, word, &program->id);
}

static inline void row_who(struct row_request *row, const struct fake_root *root, char *text)
{
	char *uid = strstr(text, "uid="), *state = NULL, *part;
	size_t n = 0;

	row->request.uid = uid ? (uid_t)strtoul(uid + 4, NULL, 10) : 1000;
	if (uid)
		*uid = '\0';
	if (text[0] == '?')
		return;
	for (part = strtok_r(text, "<", &state); part; part = strtok_r(NULL, "<", &state)) {
		assert_true(n < PROGRAMS_MAX);
		row_program(row, root, part, &row->programs[n]);
		row->lineage[n].program = &row->programs[n];
		if (n > 0)
			row->lineage[n - 1].parent = &row->lineage[n];
		n++;
	}
	row->request.lineage = row->lineage;
}

static const struct name_row row_families[] = { { AF_INET, "inet" }, { AF_INET6, "inet6" },
	{ AF_UNIX, "unix" }, { AF_NETLINK, "netlink" }, { AF_PACKET, "packet" },
	{ AF_VSOCK, "vsock" }, { AF_BLUETOOTH, "bluetooth" }, { AF_ALG, "alg" }, { 0, NULL } };

static const struct name_row row_types[] = { { SOCK_STREAM, "stream" }, { SOCK_DGRAM, "dgram" },
	{ SOCK_RAW, "raw" }, { SOCK_SEQPACKET, "seqpacket" }, { 0, NULL } };

static const struct name_row row_protocols[] = { { NETLINK_ROUTE, "route" },
	{ NETLINK_AUDIT, "audit" }, { IPPROTO_ICMP, "icmp" }, { IPPROTO_TCP, "tcp" }, { 0, NULL } };

static inline int row_number(const struct name_row *table, const char *name)
{
	const struct name_row *found = name_find(table, name);

	if (!found)
		fail_msg("the table knows no '%s'", name);
	return (int)found->value;
}

/* "inet/stream", "netlink/raw:route". */
static inline void row_socket(struct row_request *row, char *word)
{
	char *type = strchr(word, '/'), *protocol = strchr(word, ':');
	struct socket_facts *facts = &row->request.socket;

	assert_non_null(type);
	*type++ = '\0';
	if (protocol)
		*protocol++ = '\0';
	facts->known = true;
	facts->family = row_number(row_families, word);
	facts->type = row_number(row_types, type);
	facts->protocol = protocol ? row_number(row_protocols, protocol) : 0;
}

/* The address as a program gives it, decoded as if it had. */
static inline void row_address(struct row_request *row, const void *raw, size_t len)
{
	struct sockaddr_value *a = &row->address;

	memcpy(a->raw, raw, len);
	a->raw_len = len;
	a->len = (int64_t)len;
	sockaddr_decode(a);
	row->request.destination = a;
}

/* "10.1.2.3:443", "[2001:db8::1]:443". */
static inline void row_ip(struct row_request *row, char *word)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in in = { .sin_family = AF_INET };
	char *port = strrchr(word, ':');

	assert_non_null(port);
	*port++ = '\0';
	in.sin_port = in6.sin6_port = htons((uint16_t)strtoul(port, NULL, 10));
	if (word[0] == '[') {
		word[strlen(word) - 1] = '\0';
		assert_int_equal(inet_pton(AF_INET6, word + 1, &in6.sin6_addr), 1);
		row_address(row, &in6, sizeof(in6));
	} else {
		assert_int_equal(inet_pton(AF_INET, word, &in.sin_addr), 1);
		row_address(row, &in, sizeof(in));
	}
}

static inline void row_transport(struct row_request *row, const char *how, char *word)
{
	struct socket_facts *facts = &row->request.socket;

	row_ip(row, word);
	facts->known = strcmp(how, "unknown") != 0;
	facts->family = row->address.family;
	facts->type = strcmp(how, "tcp") == 0   ? SOCK_STREAM
		      : strcmp(how, "udp") == 0 ? SOCK_DGRAM
						: SOCK_RAW;
	facts->protocol = strcmp(how, "tcp") == 0   ? IPPROTO_TCP
			  : strcmp(how, "udp") == 0 ? IPPROTO_UDP
						    : IPPROTO_ICMP;
}

/* "/path", "@name" with \0 for a NUL byte, "unnamed". */
static inline void row_unix(struct row_request *row, const char *word)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	size_t n = 0;

	if (word[0] == '@')
		un.sun_path[n++] = '\0';
	for (const char *c = word + n; *c && strcmp(word, "unnamed") != 0; c++) {
		bool nul = c[0] == '\\' && c[1] == '0';

		un.sun_path[n++] = nul ? '\0' : *c;
		c += nul;
	}
	row_address(row, &un, offsetof(struct sockaddr_un, sun_path) + n);
	if (word[0] == '/')
		row->request.unix_path = row_keep(row, "", word);
}

static inline void row_vsock(struct row_request *row, const char *word)
{
	struct sockaddr_vm vm = { .svm_family = AF_VSOCK };

	assert_int_equal(sscanf(word, "%u:%u", &vm.svm_cid, &vm.svm_port), 2);
	row_address(row, &vm, sizeof(vm));
}

static inline void row_destination(struct row_request *row, const char *how, char *word)
{
	struct sockaddr_nl netlink = { .nl_family = AF_NETLINK };
	const struct name_row *family = name_find(row_families, how);

	if (!family) {
		row_transport(row, how, word);
		return;
	}
	if (family->value == AF_UNIX)
		row_unix(row, word);
	else if (family->value == AF_VSOCK)
		row_vsock(row, word);
	else {
		netlink.nl_pid = (unsigned)strtoul(word, NULL, 10);
		row_address(row, &netlink, sizeof(netlink));
	}
	row->request.socket = (struct socket_facts){
		.known = true, .family = (int)family->value, .type = SOCK_STREAM
	};
}

static inline void row_call(struct row_request *row, const struct fake_root *root, char *text)
{
	static const struct name_row kinds[] = { { CALL_KIND_CONNECT, "connect" },
		{ CALL_KIND_BIND, "bind" }, { CALL_KIND_EXEC, "exec" },
		{ CALL_KIND_SPAWN, "spawn" }, { CALL_KIND_SOCKET, "socket" },
		{ CALL_KIND_SYSCALL, "syscall" }, { CALL_KIND_OTHER, "other" }, { 0, NULL } };
	char *state = NULL, *kind = strtok_r(text, " ", &state);
	struct request *r = &row->request;

	r->kind = (enum call_kind)row_number(kinds, kind);
	r->is_connect = r->kind == CALL_KIND_CONNECT;
	if (r->kind == CALL_KIND_EXEC) {
		r->target = &row->target;
		row_program(row, root, state, &row->target);
	} else if (r->kind == CALL_KIND_SOCKET) {
		row_socket(row, strtok_r(NULL, " ", &state));
	} else if (r->kind == CALL_KIND_SYSCALL) {
		r->syscall = strtok_r(NULL, " ", &state);
	} else if (r->kind == CALL_KIND_CONNECT || r->kind == CALL_KIND_BIND) {
		char *how = strtok_r(NULL, " ", &state);

		row_destination(row, how, strtok_r(NULL, " ", &state));
	}
}

/* Fills the row from "WHO" and "CALL"; who is cut into words, call is copied. */
static inline void row_request_read(
	struct row_request *row, const struct fake_root *root, char *who, const char *call)
{
	memset(row, 0, sizeof(*row));
	row_who(row, root, who);
	snprintf(row->text, sizeof(row->text), "%s", call);
	row_call(row, root, row->text);
}

#endif
