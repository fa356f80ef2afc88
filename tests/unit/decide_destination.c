/*
 * Deciding about destinations: addresses that are not what they seem, and what
 * the socket says of them.
 */
#include "tests/support/decided_request.h"

#include <errno.h>
#include <linux/netlink.h>

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
	request.socket = (struct socket_facts){ true, AF_UNIX, SOCK_DGRAM, 0 };
	expect(policy, &request, VERDICT_ALLOW, "destination.none");
	/* Not every family looks at it: net/l2tp/l2tp_ppp.c. */
	request.socket = (struct socket_facts){ true, AF_PPPOX, SOCK_DGRAM, 1 };
	expect(policy, &request, VERDICT_DENY, "default");
	request.socket.known = false;
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_without_destination_reaches_nothing),
		cmocka_unit_test(an_address_that_cannot_be_known_is_denied_whatever_the_policy),
		cmocka_unit_test(an_address_too_short_for_its_family_reaches_nothing),
		cmocka_unit_test(the_address_of_a_send_on_a_unix_stream_is_none),
		cmocka_unit_test(af_unspec_is_inet_where_the_kernel_says_so),
		cmocka_unit_test(the_kernel_is_no_destination_of_netlink),
		cmocka_unit_test(the_socket_says_what_an_address_is),
		cmocka_unit_test(protocols_of_sockets),
		cmocka_unit_test(unix_names_are_bytes),
	};

	return cmocka_run_group_tests_name("decide_destination", tests, NULL, NULL);
}
