/*
 * Deciding: what the reference table cannot say in its words. Addresses that
 * are not what they seem, what cannot be known, and what holds for every call.
 */
#include "tests/support/fake_root.h"
#include <linux/netlink.h>

#include "tests/support/policy_text.h"

#include <errno.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>

#include "policy/identity.h"
#include "policy/name_resolver.h"

#define HEAD "version: 1\ndefault: deny\n"

static const struct program curl = { .path = "/usr/bin/curl" };
static const struct lineage by_curl = { NULL, &curl };

/* A connect by curl over TCP, to be changed by the test. */
static struct request connect_to(const struct sockaddr_value *address)
{
	return (struct request){ .lineage = &by_curl,
		.by_path = true,
		.kind = CALL_KIND_CONNECT,
		.destination = address,
		.is_connect = true,
		.socket = socket_tcp4 };
}

static struct decision decide(const struct policy *policy, const struct request *request)
{
	struct decision decision;

	memset(&decision, 0xa5, sizeof(decision));
	policy_decide(policy, request, &decision);
	return decision;
}

static void expect(const struct policy *policy, const struct request *request, enum verdict verdict,
	const char *reason)
{
	struct decision got = decide(policy, request);

	assert_string_equal(verdict_name(got.verdict), verdict_name(verdict));
	assert_string_equal(got.reason, reason);
	assert_true((got.verdict == VERDICT_ALLOW) == (got.errnum == 0));
}

static void a_decision_says_where_it_comes_from(void **state)
{
	struct policy *policy = policy_of("version: 1\n"
					  "default: {connect: ask, exec: allow}\n"
					  "rules:\n"
					  "  - id: web\n"
					  "    connect: '*:443'\n"
					  "    verdict: deny\n"
					  "    errno: EHOSTUNREACH\n"
					  "    why: not from here\n"
					  "  - connect: '*:80'\n"
					  "    verdict: kill\n",
		NULL);
	struct sockaddr_value address;
	struct request request = connect_to(&address);
	struct decision d;

	(void)state;
	address_of_inet(&address, "10.0.0.1", 443);
	d = decide(policy, &request);
	assert_string_equal(d.rule.id, "web");
	assert_string_equal(d.rule.file, "p.yaml");
	assert_int_equal(d.rule.line, 4);
	assert_string_equal(d.why, "not from here");
	assert_int_equal(d.errnum, EHOSTUNREACH);
	assert_int_equal(d.near_miss, -1);

	address_of_inet(&address, "10.0.0.1", 80);
	d = decide(policy, &request);
	assert_int_equal(d.verdict, VERDICT_KILL);
	assert_string_equal(d.rule.id, "");
	assert_int_equal(d.rule.line, 9);
	assert_null(d.why);

	address_of_inet(&address, "10.0.0.1", 25);
	d = decide(policy, &request);
	assert_int_equal(d.verdict, VERDICT_ASK);
	assert_string_equal(d.reason, "default");
	assert_int_equal(d.rule.line, 2);

	/* A kind that the default does not name. */
	request.kind = CALL_KIND_SPAWN;
	d = decide(policy, &request);
	assert_int_equal(d.verdict, VERDICT_DENY);
	assert_int_equal(d.errnum, EAGAIN);
	assert_null(d.rule.file);
	request.kind = CALL_KIND_SOCKET;
	assert_int_equal(decide(policy, &request).errnum, EACCES);

	request.kind = CALL_KIND_OTHER;
	expect(policy, &request, VERDICT_ALLOW, "unjudged");
	policy_free(policy);
}

static void a_call_without_destination_reaches_nothing(void **state)
{
	struct policy *policy = policy_of(HEAD, NULL);
	struct sockaddr_value address;
	struct request request = connect_to(NULL);

	(void)state;
	expect(policy, &request, VERDICT_ALLOW, "destination.none");
	request.destination = &address;
	address = (struct sockaddr_value){ .status = VALUE_NULL };
	expect(policy, &request, VERDICT_ALLOW, "destination.none");
	address = (struct sockaddr_value){ .status = VALUE_OK, .len = 0 };
	expect(policy, &request, VERDICT_ALLOW, "destination.none");
	policy_free(policy);
}

static void an_address_that_cannot_be_known_is_denied_whatever_the_policy(void **state)
{
	struct policy *policy = policy_of("version: 1\ndefault: allow\n", NULL);
	static const struct {
		enum value_status status;
		size_t raw_len;
		int errnum;
	} cases[] = {
		{ VALUE_UNREADABLE, 0, EFAULT },
		{ VALUE_BAD_LENGTH, 0, EINVAL },
		{ VALUE_CUT, 128, EFAULT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sockaddr_value address = { .status = cases[i].status,
			.len = 99,
			.raw_len = cases[i].raw_len,
			.raw = { AF_INET } };
		struct request request = connect_to(&address);

		sockaddr_decode(&address);
		expect(policy, &request, VERDICT_DENY, "unreadable");
		assert_int_equal(decide(policy, &request).errnum, cases[i].errnum);
	}
	policy_free(policy);
}

static void an_address_too_short_for_its_family_reaches_nothing(void **state)
{
	struct policy *policy = policy_of("version: 1\ndefault: deny\n", NULL);
	static const struct socket_facts unknown = { 0 },
					 udp4 = { true, AF_INET, SOCK_DGRAM, IPPROTO_UDP },
					 udp6 = { true, AF_INET6, SOCK_DGRAM, IPPROTO_UDP },
					 packet = { true, AF_PACKET, SOCK_RAW, 0 };
	static const struct {
		const struct socket_facts *socket;
		sa_family_t family;
		size_t len;
		const char *reason;
	} cases[] = {
		{ &udp4, AF_INET, 1, "destination.none" },
		{ &udp4, AF_INET, 15, "destination.none" },
		{ &udp4, AF_INET, 16, "default" },
		{ &udp4, AF_UNSPEC, 15, "destination.none" },
		{ &udp4, AF_INET6, 23, "destination.none" },
		{ &udp6, AF_INET6, 24, "default" },
		{ &udp4, AF_UNIX, 128, "default" },
		{ &packet, AF_INET, 7, "default" },
		{ &unknown, AF_INET, 7, "unreadable" },
		{ &unknown, AF_INET, 1, "unreadable" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sockaddr_value address = {
			.status = VALUE_OK, .len = (int64_t)cases[i].len, .raw_len = cases[i].len
		};
		struct request request = connect_to(&address);

		memcpy(address.raw, &cases[i].family, sizeof(cases[i].family));
		sockaddr_decode(&address);
		request.is_connect = false;
		request.socket = *cases[i].socket;
		assert_string_equal(decide(policy, &request).reason, cases[i].reason);
	}
	policy_free(policy);
}

static void the_address_of_a_send_on_a_unix_stream_is_none(void **state)
{
	struct policy *policy = policy_of("version: 1\ndefault: deny\n", NULL);
	struct sockaddr_value address = {
		.status = VALUE_OK, .len = 6, .raw_len = 6, .raw = { AF_UNIX, 0, '/', 's' }
	};
	struct request request = connect_to(&address);

	(void)state;
	sockaddr_decode(&address);
	request.unix_path = "/s";
	request.socket = (struct socket_facts){ true, AF_UNIX, SOCK_STREAM, 0 };
	expect(policy, &request, VERDICT_DENY, "default");
	request.is_connect = false;
	expect(policy, &request, VERDICT_ALLOW, "destination.none");
	request.socket.type = SOCK_DGRAM;
	expect(policy, &request, VERDICT_DENY, "default");
	policy_free(policy);
}

/* net/ipv4/udp.c, raw.c and af_inet.c take AF_UNSPEC for AF_INET; connect(2) undoes with it. */
static void af_unspec_is_inet_where_the_kernel_says_so(void **state)
{
	struct policy *policy = policy_of(HEAD "rules: [{verdict: kill, connect: '10.0.0.1:443'},"
					       " {verdict: kill, bind: '0.0.0.0:443'}]\n",
		NULL);
	struct sockaddr_value address;
	struct request request = connect_to(&address);

	(void)state;
	address_of_inet(&address, "10.0.0.1", 443);
	address.raw[0] = AF_UNSPEC;
	sockaddr_decode(&address);
	expect(policy, &request, VERDICT_ALLOW, "destination.none");
	request.is_connect = false;
	expect(policy, &request, VERDICT_KILL, "rule");
	request.socket = socket_udp4;
	expect(policy, &request, VERDICT_KILL, "rule");
	request.socket.known = false;
	expect(policy, &request, VERDICT_KILL, "rule");
	request.socket = (struct socket_facts){ true, AF_INET6, SOCK_DGRAM, IPPROTO_UDP };
	expect(policy, &request, VERDICT_ALLOW, "destination.none");
	request.socket.known = false;
	address.raw_len = address.len = 8;
	sockaddr_decode(&address);
	expect(policy, &request, VERDICT_DENY, "unreadable");
	request.socket = socket_udp4;

	request.kind = CALL_KIND_BIND;
	address_of_inet(&address, "0.0.0.0", 443);
	address.raw[0] = AF_UNSPEC;
	sockaddr_decode(&address);
	expect(policy, &request, VERDICT_KILL, "rule");
	policy_free(policy);
}

/* What a netlink socket asks of the kernel is judged when the socket is made. */
static void the_kernel_is_no_destination_of_netlink(void **state)
{
	struct policy *policy = policy_of(HEAD, NULL);
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct sockaddr_nl process = { .nl_family = AF_NETLINK, .nl_pid = 4131 };
	struct sockaddr_nl group = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	struct sockaddr_value address;
	struct request request = connect_to(&address);

	(void)state;
	request.socket = (struct socket_facts){ true, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE };
	address_take(&address, &kernel, sizeof(kernel));
	expect(policy, &request, VERDICT_ALLOW, "destination.none");
	address_take(&address, &group, sizeof(group));
	expect(policy, &request, VERDICT_DENY, "default");
	address_take(&address, &process, sizeof(process));
	expect(policy, &request, VERDICT_DENY, "default");
	/* Its own port id, which bind(2) may choose. */
	request.kind = CALL_KIND_BIND;
	expect(policy, &request, VERDICT_ALLOW, "destination.none");
	address_take(&address, &group, sizeof(group));
	expect(policy, &request, VERDICT_DENY, "default");
	address_take(&address, &kernel, sizeof(kernel));
	request.socket.known = false;
	expect(policy, &request, VERDICT_DENY, "default");
	policy_free(policy);
}

/* A packet socket sends by sockaddr_ll whatever the family in it says. */
static void the_socket_says_what_an_address_is(void **state)
{
	struct policy *policy = policy_of(HEAD "rules: [{verdict: allow, connect: '*:*'}]\n", NULL);
	struct sockaddr_value address;
	struct request request = connect_to(&address);
	static const int inet_families[] = { AF_INET, AF_INET6, AF_SMC };
	static const int others[] = { AF_PACKET, AF_NETLINK, AF_RDS, AF_UNIX, AF_VSOCK };

	(void)state;
	address_of_inet(&address, "10.0.0.1", 443);
	for (size_t i = 0; i < 3; i++) {
		request.socket = (struct socket_facts){ true, inet_families[i], SOCK_STREAM, 0 };
		expect(policy, &request, VERDICT_ALLOW, "rule");
	}
	for (size_t i = 0; i < 5; i++) {
		request.socket = (struct socket_facts){ true, others[i], SOCK_RAW, 0 };
		expect(policy, &request, VERDICT_DENY, "default");
	}
	policy_free(policy);
}

static void protocols_of_sockets(void **state)
{
	static const struct {
		struct socket_facts socket;
		const char *tcp, *udp, *port, *host; /* what allow rules of each kind say */
		const char *deny_tcp, *deny_port;    /* and deny rules: "deny" when they match */
	} cases[] = {
		{ { true, AF_INET, SOCK_STREAM, 0 }, "allow", "-", "allow", "allow", "deny",
			"deny" },
		{ { true, AF_INET, SOCK_STREAM, IPPROTO_MPTCP }, "allow", "-", "allow", "allow",
			"deny", "deny" },
		{ { true, AF_INET, SOCK_DGRAM, 0 }, "-", "allow", "allow", "allow", "-", "deny" },
		{ { true, AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE }, "-", "allow", "allow", "allow",
			"-", "deny" },
		{ { true, AF_INET, SOCK_STREAM, IPPROTO_SCTP }, "-", "-", "allow", "allow", "-",
			"deny" },
		{ { true, AF_INET, SOCK_DGRAM, IPPROTO_ICMP }, "-", "-", "-", "allow", "-", "-" },
		/* Their packets may say anything. */
		{ { true, AF_INET, SOCK_RAW, IPPROTO_ICMP }, "-", "-", "-", "allow", "deny",
			"deny" },
		{ { true, AF_INET, SOCK_DGRAM, 115 }, "-", "-", "-", "allow", "deny", "deny" },
		{ { false, 0, 0, 0 }, "-", "-", "allow", "allow", "deny", "deny" },
	};
	static const char *const rules[] = {
		"{verdict: allow, connect: 'tcp:10.0.0.1:443'}",
		"{verdict: allow, connect: 'udp:10.0.0.1:443'}",
		"{verdict: allow, connect: '10.0.0.1:443'}",
		"{verdict: allow, connect: '10.0.0.1'}",
		"{verdict: deny, connect: 'tcp:10.0.0.1'}",
		"{verdict: deny, connect: '10.0.0.1:25'}",
	};
	struct sockaddr_value address;
	struct request request = connect_to(&address);

	(void)state;
	for (size_t r = 0; r < 6; r++) {
		char text[256];
		struct policy *policy;

		snprintf(text, sizeof(text), "version: 1\ndefault: ask\nrules: [%s]\n", rules[r]);
		policy = policy_of(text, NULL);
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			const char *const wants[] = { cases[i].tcp, cases[i].udp, cases[i].port,
				cases[i].host, cases[i].deny_tcp, cases[i].deny_port };
			struct decision d;

			address_of_inet(&address, "10.0.0.1", r == 5 ? 25 : 443);
			request.socket = cases[i].socket;
			d = decide(policy, &request);
			assert_string_equal(
				d.verdict == VERDICT_ASK ? "-" : verdict_name(d.verdict), wants[r]);
		}
		policy_free(policy);
	}
}

static void unix_names_are_bytes(void **state)
{
	struct policy *policy = policy_of(HEAD "rules:\n"
					       "- {verdict: allow, connect: \"unix:@a\\0b*\"}\n"
					       "- {verdict: kill, connect: 'unix:/run/secret'}\n"
					       "- {verdict: allow, connect: 'unix:/run/**'}\n"
					       "- {verdict: allow, bind: 'unix:@*'}\n",
		NULL);
	struct sockaddr_value address;
	struct request request = connect_to(&address);

	(void)state;
	request.socket = (struct socket_facts){ true, AF_UNIX, SOCK_STREAM, 0 };
	address_of_unix(&address, "@a\0bc", 5);
	expect(policy, &request, VERDICT_ALLOW, "rule");
	address_of_unix(&address, "@a\0c", 4);
	expect(policy, &request, VERDICT_DENY, "default");
	address_of_unix(&address, "@a", 2);
	expect(policy, &request, VERDICT_DENY, "default");

	address_of_unix(&address, "/run/./x//y", 11);
	expect(policy, &request, VERDICT_ALLOW, "rule");
	address_of_unix(&address, "//run/./secret", 14);
	expect(policy, &request, VERDICT_KILL, "rule");
	/* Nobody resolved these: they may be the secret, and are allowed nothing. */
	address_of_unix(&address, "/run/x/../y", 11);
	expect(policy, &request, VERDICT_KILL, "rule");
	address_of_unix(&address, "secret", 6);
	expect(policy, &request, VERDICT_KILL, "rule");
	/* Resolved, the address's own text does not count. */
	request.unix_path = "/run/user/secret";
	expect(policy, &request, VERDICT_ALLOW, "rule");
	request.unix_path = "/srv/x";
	address_of_unix(&address, "/run/x", 6);
	expect(policy, &request, VERDICT_DENY, "default");

	/* An unnamed bind asks for some abstract name: unix(7), autobind. */
	request.kind = CALL_KIND_BIND;
	request.unix_path = NULL;
	address_of_unix(&address, "", 0);
	expect(policy, &request, VERDICT_ALLOW, "rule");
	policy_free(policy);
}

static void programs_must_be_the_files_that_were_loaded(void **state)
{
	struct fake_root root = fake_root_make();
	const struct root_view view = { .fd = root.fd };
	const struct policy_env env = { .root = &view };
	struct program shell = { .path = "/bin/sh" };
	struct lineage lineage = { NULL, &shell };
	struct sockaddr_value address;
	struct request request = connect_to(&address);
	struct policy *policy;
	struct stat st;

	(void)state;
	make_file(&root, "bin/sh");
	assert_int_equal(fstatat(root.fd, "bin/sh", &st, 0), 0);
	identity_of_stat(&st, &shell.id);
	policy = policy_of(HEAD "rules:\n"
				"- {verdict: allow, exe: /bin/sh, connect: '*:1'}\n"
				"- {verdict: kill, exe: /bin/sh, connect: '*:2'}\n"
				"- {verdict: ask, connect: '*:3'}\n"
				"- {verdict: allow, exe: '/**', connect: '*:2'}\n",
		&env);
	request.lineage = &lineage;
	request.by_path = false;
	address_of_inet(&address, "10.0.0.1", 1);
	expect(policy, &request, VERDICT_ALLOW, "rule");
	shell.id.ctime_nsec++;
	expect(policy, &request, VERDICT_DENY, "identity.changed");
	assert_int_equal(decide(policy, &request).near_miss, 0);
	/* What restricts a program restricts what took its place. */
	address_of_inet(&address, "10.0.0.1", 2);
	expect(policy, &request, VERDICT_KILL, "rule");
	/* Not the identity's doing. */
	address_of_inet(&address, "10.0.0.1", 3);
	expect(policy, &request, VERDICT_ASK, "rule");
	/* Not knowing the identity is no better. */
	shell.id.known = false;
	address_of_inet(&address, "10.0.0.1", 1);
	expect(policy, &request, VERDICT_DENY, "identity.changed");
	request.by_path = true;
	expect(policy, &request, VERDICT_ALLOW, "rule");
	/* A nameless program matches no path, not even every one. */
	shell.nameless = true;
	expect(policy, &request, VERDICT_DENY, "default");
	/* Nor does a process whose program nobody knows. */
	request.lineage = NULL;
	expect(policy, &request, VERDICT_DENY, "default");
	policy_free(policy);
	fake_root_free(&root);
}

static void a_user_who_is_not_known(void **state)
{
	struct policy *policy = policy_of(HEAD "rules: [{verdict: allow, uid: 0-4294967294},"
					       " {verdict: kill, uid: 0}]\n",
		NULL);
	struct request request = { .kind = CALL_KIND_SPAWN, .uid = 1000 };

	(void)state;
	expect(policy, &request, VERDICT_ALLOW, "rule");
	request.uid = (uid_t)-1;
	expect(policy, &request, VERDICT_KILL, "rule");
	policy_free(policy);
}

/* ---- names ---- */

static size_t one_address(void *ctx, const char *name, struct address *out, size_t max)
{
	struct in_addr in = { htonl(0x0a000001) };

	(void)max;
	(*(unsigned *)ctx)++;
	if (strcmp(name, "known.example") != 0)
		return 0;
	address_from_in(&in, true, out);
	return 1;
}

static uint64_t no_time(void *ctx)
{
	(void)ctx;
	return 1;
}

static void names_are_looked_up_only_when_they_may_match(void **state)
{
	unsigned asked = 0;
	const struct name_source source = { one_address, no_time, &asked };
	struct name_resolver *resolver = name_resolver_new(&source);
	const struct policy_env env = { .root = &nowhere, .resolver = resolver };
	struct policy *policy = policy_of(HEAD
		"rules:\n"
		"- {verdict: allow, connect: '10.9.0.0/16'}\n"
		"- {verdict: allow, exe: /usr/bin/wget, connect: 'other.example:443'}\n"
		"- {verdict: allow, connect: 'tcp:known.example:443'}\n",
		&env);
	struct sockaddr_value address;
	struct request request = connect_to(&address);

	(void)state;
	address_of_inet(&address, "10.9.0.1", 443); /* an earlier rule decides */
	assert_false(policy_wants_names(policy, &request));
	address_of_inet(&address, "10.0.0.1", 80); /* another port */
	assert_false(policy_wants_names(policy, &request));
	address_of_unix(&address, "/x", 2);
	assert_false(policy_wants_names(policy, &request));
	address_of_inet(&address, "10.0.0.1", 443);
	request.socket = socket_udp4; /* another protocol */
	assert_false(policy_wants_names(policy, &request));
	request.socket = socket_tcp4;
	expect(policy, &request, VERDICT_DENY, "default");
	assert_int_equal(asked, 0); /* deciding never asks */

	assert_true(policy_wants_names(policy, &request));
	policy_refresh_names(policy, &request);
	assert_int_equal(asked, 1); /* wget's rule is not about curl */
	assert_false(policy_wants_names(policy, &request));
	expect(policy, &request, VERDICT_ALLOW, "rule");
	policy_free(policy);
	name_resolver_free(resolver);
}

/* ---- system calls ---- */

static void denied_system_calls(void **state)
{
	struct policy *policy = policy_of(
		HEAD "syscalls:\n  deny: [chroot, ptrace]\n  allow: [bpf, unshare]\n", NULL);
	static const struct {
		const char *word;
		int errnum, line;
	} cases[] = {
		{ "ptrace", EPERM, 4 },
		{ "chroot", EPERM, 4 },
		{ "mount", EPERM, 0 },
		{ "clone:newuser", EPERM, 0 },
		{ "seccomp:listener", EPERM, 0 },
		{ "io_uring_setup", ENOSYS, 0 },
		{ "bpf", 0, 0 },
		{ "unshare:newuser", 0, 0 },
		{ "unshare", 0, 0 },
		{ "clone", 0, 0 },
		{ "seccomp", 0, 0 },
		{ "read", 0, 0 },
	};
	bool seen = false;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct request request = { .kind = CALL_KIND_SYSCALL,
			.syscall = cases[i].word };
		struct decision d = decide(policy, &request);

		assert_int_equal(d.errnum, cases[i].errnum);
		assert_string_equal(
			d.reason, cases[i].errnum ? "syscall.denied" : "syscall.allowed");
		assert_int_equal(d.rule.line, cases[i].line);
	}
	for (size_t i = 0; policy_syscall_denied(policy, i); i++) {
		seen |= !strcmp(policy_syscall_denied(policy, i), "chroot");
		assert_string_not_equal(policy_syscall_denied(policy, i), "bpf");
	}
	assert_true(seen);
	policy_free(policy);
}

static void the_word_for_a_call_is_in_its_registers(void **state)
{
	static const struct {
		const char *name, *word;
		uint64_t args[6];
	} cases[] = {
		{ "clone", "clone", { SIGCHLD } },
		{ "clone", "clone:newuser", { CLONE_NEWUSER | SIGCHLD } },
		{ "unshare", "unshare", { CLONE_NEWNS } },
		{ "unshare", "unshare:newuser", { CLONE_NEWNS | CLONE_NEWUSER } },
		{ "seccomp", "seccomp", { SECCOMP_SET_MODE_FILTER, 0 } },
		{ "seccomp", "seccomp:listener",
			{ SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER } },
		{ "ptrace", "ptrace", { 0 } },
		{ "setsockopt", "setsockopt:ip_options", { 3, IPPROTO_IP, IP_OPTIONS, 1, 8 } },
		{ "setsockopt", "setsockopt", { 3, IPPROTO_IP, IP_OPTIONS, 0, 0 } },
		{ "setsockopt", "setsockopt", { 3, IPPROTO_IP, IP_TTL, 1, 4 } },
		{ "setsockopt", "setsockopt:ipv6_rthdr", { 3, IPPROTO_IPV6, IPV6_RTHDR, 1, 8 } },
		{ "setsockopt", "setsockopt:sctp_connectx", { 3, IPPROTO_SCTP, 110, 1, 16 } },
		{ "getsockopt", "getsockopt:sctp_connectx3", { 3, IPPROTO_SCTP, 111, 1, 1 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct call call = { .abi = abi_native() };

		memcpy(call.args, cases[i].args, sizeof(call.args));
		snprintf(call.name, sizeof(call.name), "%s", cases[i].name);
		assert_string_equal(policy_syscall_word(&call), cases[i].word);
	}
}

/* ---- budgets ---- */

static void budgets_hold_below_their_program(void **state)
{
	struct policy *policy = policy_of(
		HEAD "budgets:\n- processes: 9\n- {under: /usr/bin/npm, tasks: 5}\n", NULL);
	const struct program env = { .path = "/usr/bin/env", .script = "/usr/bin/npm" };
	const struct program node = { .path = "/usr/bin/node" };
	const struct lineage by_env = { NULL, &env }, by_node = { &by_env, &node },
			     other = { NULL, &node };
	const struct budget *budgets;
	size_t len;

	(void)state;
	budgets = policy_budgets(policy, &len);
	assert_int_equal(len, 2);
	assert_true(policy_budget_applies(policy, &budgets[0], NULL));
	assert_true(policy_budget_applies(policy, &budgets[0], &other));
	assert_true(policy_budget_applies(policy, &budgets[1], &by_env));
	assert_true(policy_budget_applies(policy, &budgets[1], &by_node));
	assert_false(policy_budget_applies(policy, &budgets[1], &other));
	assert_false(policy_budget_applies(policy, &budgets[1], NULL));
	policy_free(policy);
}

/* ---- threads ---- */

struct job {
	const struct policy *policy;
	unsigned wrong;
};

static void *decide_often(void *arg)
{
	struct job *job = arg;

	for (unsigned i = 0; i < 20000; i++) {
		char host[32];
		struct sockaddr_value address;
		struct request request = connect_to(&address);

		snprintf(host, sizeof(host), "10.0.%u.1", i % 200);
		address_of_inet(&address, host, 443);
		job->wrong += decide(job->policy, &request).verdict !=
			      (i % 200 < 100 ? VERDICT_ALLOW : VERDICT_DENY);
	}
	return NULL;
}

static void many_threads_decide_by_one_policy(void **state)
{
	struct policy *policy = policy_of(HEAD
		"rules:\n"
		"- {verdict: allow, exe: /usr/bin/curl, connect: ['10.0.0.0/18:443', "
		"'10.0.64.0/19:443', '10.0.96.0/30:443', '10.0.97.0/24', '10.0.98.0/23']}\n",
		NULL);
	struct job jobs[4];
	pthread_t threads[4];

	(void)state;
	for (int i = 0; i < 4; i++) {
		jobs[i] = (struct job){ policy, 0 };
		assert_int_equal(pthread_create(&threads[i], NULL, decide_often, &jobs[i]), 0);
	}
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(jobs[i].wrong, 0);
	}
	policy_free(policy);
}

/* It runs what its arguments name, past every rule on exec. */
static void an_elf_interpreter_runs_only_by_its_name(void **state)
{
	static const char *const allowing[] = {
		"version: 1\ndefault: allow\n",
		HEAD "rules:\n  - {exec: '/**', verdict: allow}\n",
		HEAD "rules:\n  - {exec: ['/lib/ld*', /usr/bin/curl], verdict: allow}\n",
		HEAD "rules:\n  - {verdict: allow}\n",
		HEAD "rules:\n  - {exe: /usr/bin/curl, verdict: allow}\n",
		HEAD "rules:\n  - {exec: /etc/script, verdict: allow}\n",
		HEAD,
	};
	const struct program loader = {
		.path = "/lib/ld.so", .interpreter = true, .script = "/etc/script"
	};
	const struct request request = {
		.lineage = &by_curl, .by_path = true, .kind = CALL_KIND_EXEC, .target = &loader
	};
	struct policy *policy;

	(void)state;
	for (size_t i = 0; i < sizeof(allowing) / sizeof(allowing[0]); i++) {
		policy = policy_of(allowing[i], NULL);
		expect(policy, &request, VERDICT_DENY, "exec.interpreter");
		assert_int_equal(decide(policy, &request).errnum, EACCES);
		policy_free(policy);
	}
	policy = policy_of(HEAD "rules:\n"
				"  - {exec: '/**', verdict: allow}\n"
				"  - {exec: /lib/ld.so, verdict: allow}\n",
		NULL);
	expect(policy, &request, VERDICT_ALLOW, "rule");
	assert_int_equal(decide(policy, &request).rule.line, 5);
	policy_free(policy);
	policy = policy_of(HEAD "rules:\n"
				"  - {exec: '/lib/**', verdict: deny, errno: ENOENT}\n"
				"  - {exec: /lib/ld.so, verdict: allow}\n",
		NULL);
	expect(policy, &request, VERDICT_DENY, "rule");
	policy_free(policy);
	policy = policy_of("version: 1\ndefault: ask\n", NULL);
	expect(policy, &request, VERDICT_ASK, "default");
	policy_free(policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_decision_says_where_it_comes_from),
		cmocka_unit_test(a_call_without_destination_reaches_nothing),
		cmocka_unit_test(an_address_that_cannot_be_known_is_denied_whatever_the_policy),
		cmocka_unit_test(an_address_too_short_for_its_family_reaches_nothing),
		cmocka_unit_test(the_address_of_a_send_on_a_unix_stream_is_none),
		cmocka_unit_test(af_unspec_is_inet_where_the_kernel_says_so),
		cmocka_unit_test(the_kernel_is_no_destination_of_netlink),
		cmocka_unit_test(the_socket_says_what_an_address_is),
		cmocka_unit_test(protocols_of_sockets),
		cmocka_unit_test(unix_names_are_bytes),
		cmocka_unit_test(programs_must_be_the_files_that_were_loaded),
		cmocka_unit_test(a_user_who_is_not_known),
		cmocka_unit_test(an_elf_interpreter_runs_only_by_its_name),
		cmocka_unit_test(names_are_looked_up_only_when_they_may_match),
		cmocka_unit_test(denied_system_calls),
		cmocka_unit_test(the_word_for_a_call_is_in_its_registers),
		cmocka_unit_test(budgets_hold_below_their_program),
		cmocka_unit_test(many_threads_decide_by_one_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
