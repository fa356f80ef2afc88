/* What callgate proposes to write in a policy means just what it was made from. */
#include "tests/support/policy_text.h"

#include "base/cleanup.h"
#include "policy/rule_words.h"

/* A policy whose only rule is `KEY: WORDS`, for a request by /usr/bin/curl. */
static bool allows(const char *key, const char *words, const struct request *request)
{
	static const char *const frame = "version: 1\ndefault: deny\nrules:\n"
					 "  - %s: %s\n    verdict: allow\n";
	cleanup_sbuf struct sbuf text = SBUF_INIT;
	struct decision decision;
	struct policy *policy;

	sbuf_fmt(&text, frame, key, words);
	policy = policy_of(sbuf_text(&text), NULL);
	policy_decide(policy, request, &decision);
	policy_free(policy);
	return decision.verdict == VERDICT_ALLOW;
}

static struct request reach(const struct sockaddr_value *to, struct socket_facts socket)
{
	return (struct request){
		.by_path = true,
		.uid = (uid_t)-1,
		.kind = CALL_KIND_CONNECT,
		.destination = to,
		.is_connect = true,
		.socket = socket,
	};
}

/* The words are these, and a rule with them allows the request. */
static void expect_destination(const struct request *request, const char *expected)
{
	cleanup_sbuf struct sbuf words = SBUF_INIT;

	assert_true(rule_words_destination(request, &words));
	assert_string_equal(sbuf_text(&words), expected);
	assert_true(allows("connect", sbuf_text(&words), request));
}

static void addresses_have_protocol_and_port(void **state)
{
	struct sockaddr_value four, six, mapped;
	struct socket_facts udp6 = { true, AF_INET6, SOCK_DGRAM, IPPROTO_UDP };
	struct request request;

	(void)state;
	address_of_inet(&four, "192.0.2.7", 443);
	request = reach(&four, socket_tcp4);
	expect_destination(&request, "\"tcp:192.0.2.7:443\"");
	address_of_inet(&six, "2001:db8::1", 53);
	request = reach(&six, udp6);
	expect_destination(&request, "\"udp:[2001:db8::1]:53\"");
	address_of_inet(&mapped, "::ffff:192.0.2.7", 53);
	request = reach(&mapped, udp6);
	expect_destination(&request, "\"udp:192.0.2.7:53\"");
}

static void what_is_not_known_of_the_socket_is_left_out(void **state)
{
	struct sockaddr_value to;
	struct socket_facts icmp = { true, AF_INET, SOCK_DGRAM, IPPROTO_ICMP };
	struct request request;

	(void)state;
	address_of_inet(&to, "192.0.2.7", 443);
	request = reach(&to, (struct socket_facts){ 0 });
	expect_destination(&request, "\"192.0.2.7:443\"");
	request = reach(&to, icmp);
	expect_destination(&request, "\"192.0.2.7\"");
}

static void virtual_machines_have_a_number_and_a_port(void **state)
{
	struct socket_facts vsock = { true, AF_VSOCK, SOCK_STREAM, 0 };
	struct sockaddr_value to;
	struct request request;

	(void)state;
	address_of_vsock(&to, 3, 1024);
	request = reach(&to, vsock);
	expect_destination(&request, "\"vsock:3:1024\"");
}

static void characters_of_patterns_in_a_socket_name_mean_themselves(void **state)
{
	struct sockaddr_value to, other;
	struct request request;
	cleanup_sbuf struct sbuf words = SBUF_INIT;

	(void)state;
	address_of_unix(&to, "/run/a*[b]?\\c", 14);
	request = reach(&to, (struct socket_facts){ true, AF_UNIX, SOCK_STREAM, 0 });
	expect_destination(&request, "\"unix:/run/a\\\\*\\\\[b]\\\\?\\\\\\\\c\"");
	address_of_unix(&to, "@a*b", 4);
	expect_destination(&request, "\"unix:@a\\\\*b\"");

	assert_true(rule_words_destination(&request, &words));
	address_of_unix(&other, "@axb", 4);
	request.destination = &other;
	assert_false(allows("connect", sbuf_text(&words), &request));
}

static void what_no_policy_can_name_has_no_words(void **state)
{
	struct sockaddr_value to = { .status = VALUE_UNREADABLE };
	struct request request = reach(&to, socket_tcp4);
	cleanup_sbuf struct sbuf words = SBUF_INIT;

	(void)state;
	assert_false(rule_words_destination(&request, &words));
	address_of_unix(&to, "relative/path", 14);
	assert_false(rule_words_destination(&request, &words));
	address_of_unix(&to, "/run/\xff", 7);
	request.socket.known = false;
	assert_false(rule_words_destination(&request, &words));
	assert_false(rule_words_program("memfd:x", &words));
	assert_false(rule_words_program("/bin/\xff", &words));
	assert_false(rule_words_program(NULL, &words));
	assert_int_equal(words.len, 0);
}

static void a_program_is_its_path_alone(void **state)
{
	struct program program = { .path = "/opt/a b/\"[x]\"*" },
		       other = { .path = "/opt/a b/\"x\"y" };
	struct request request = { .by_path = true, .kind = CALL_KIND_EXEC, .target = &program };
	cleanup_sbuf struct sbuf words = SBUF_INIT;

	(void)state;
	assert_true(rule_words_program(program.path, &words));
	assert_true(allows("exec", sbuf_text(&words), &request));
	request.target = &other;
	assert_false(allows("exec", sbuf_text(&words), &request));
}

static void sockets_have_family_and_type(void **state)
{
	static const struct {
		struct socket_facts facts;
		const char *words;
	} cases[] = {
		{ { true, AF_INET, SOCK_STREAM, 0 }, "\"inet/stream\"" },
		{ { true, AF_INET6, SOCK_DGRAM, IPPROTO_UDP }, "\"inet6/dgram\"" },
		{ { true, AF_INET, SOCK_DGRAM, IPPROTO_ICMP }, "\"inet:icmp/dgram\"" },
		{ { true, AF_INET, SOCK_RAW, IPPROTO_TCP }, "\"inet:tcp/raw\"" },
		{ { true, AF_NETLINK, SOCK_RAW, 15 }, "\"netlink:kobject_uevent/raw\"" },
		{ { true, AF_UNIX, SOCK_SEQPACKET, 0 }, "\"unix/seqpacket\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct request request = { .kind = CALL_KIND_SOCKET, .socket = cases[i].facts };
		cleanup_sbuf struct sbuf words = SBUF_INIT;

		assert_true(rule_words_socket(&request, &words));
		assert_string_equal(sbuf_text(&words), cases[i].words);
		assert_true(allows("socket", sbuf_text(&words), &request));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_have_protocol_and_port),
		cmocka_unit_test(what_is_not_known_of_the_socket_is_left_out),
		cmocka_unit_test(virtual_machines_have_a_number_and_a_port),
		cmocka_unit_test(characters_of_patterns_in_a_socket_name_mean_themselves),
		cmocka_unit_test(what_no_policy_can_name_has_no_words),
		cmocka_unit_test(a_program_is_its_path_alone),
		cmocka_unit_test(sockets_have_family_and_type),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
