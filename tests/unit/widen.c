/* The ladders of rules that could answer for a call, from the narrowest to the widest. */
#include "tests/support/policy_text.h"

#include "base/cleanup.h"
#include "policy/widen.h"

static const struct program curl = { .path = "/usr/bin/curl" };
static const struct lineage by_curl = { NULL, &curl };

static struct request reach(const struct sockaddr_value *to, struct socket_facts socket)
{
	return (struct request){
		.by_path = true,
		.uid = (uid_t)-1,
		.lineage = &by_curl,
		.kind = CALL_KIND_CONNECT,
		.destination = to,
		.is_connect = true,
		.socket = socket,
	};
}

/* The rule of these rungs is this one, and it decides the request. */
static void expect_rule(
	const struct request *request, unsigned who, unsigned what, const char *expected)
{
	cleanup_sbuf struct sbuf rule = SBUF_INIT, text = SBUF_INIT;
	struct decision decision;
	struct policy *policy;

	assert_true(widen_rule(request, who, what, VERDICT_ALLOW, &rule));
	assert_string_equal(sbuf_text(&rule), expected);
	sbuf_fmt(&text, "version: 1\ndefault: deny\nrules:\n  - %s\n", expected);
	policy = policy_of(sbuf_text(&text), NULL);
	policy_decide(policy, request, &decision);
	policy_free(policy);
	assert_int_equal(decision.verdict, VERDICT_ALLOW);
	assert_string_equal(decision.reason, "rule");
}

/* The whats of /usr/bin/curl, one a rung. */
static void expect_ladder(const struct request *request, const char *const *values, unsigned n)
{
	assert_int_equal(widen_whats(request), n);
	for (unsigned i = 0; i < n; i++) {
		cleanup_sbuf struct sbuf rule = SBUF_INIT;

		sbuf_fmt(&rule, "{exe: \"/usr/bin/curl\", %s: \"%s\", verdict: allow}",
			call_kind_name(request->kind), values[i]);
		expect_rule(request, 0, i, sbuf_text(&rule));
	}
}

#define LADDER(...)                                                                                \
	(const char *const[])                                                                      \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}

static void an_address_its_network_its_port(void **state)
{
	struct sockaddr_value four, six, mapped;
	struct request request;

	(void)state;
	address_of_inet(&four, "192.0.2.77", 443);
	request = reach(&four, socket_tcp4);
	expect_ladder(
		&request, LADDER("192.0.2.77:443", "192.0.2.77", "192.0.2.0/24", "*:443", "*"), 5);
	address_of_inet(&six, "2001:db8:1:2:3::4", 53);
	request = reach(&six, socket_udp4);
	expect_ladder(&request,
		LADDER("[2001:db8:1:2:3::4]:53", "[2001:db8:1:2:3::4]", "[2001:db8:1:2::/64]",
			"*:53", "*"),
		5);
	address_of_inet(&mapped, "::ffff:10.1.2.3", 80);
	request = reach(&mapped, socket_tcp4);
	expect_ladder(&request, LADDER("10.1.2.3:80", "10.1.2.3", "10.1.2.0/24", "*:80", "*"), 5);
}

static void sockets_of_the_file_system_and_names(void **state)
{
	const struct socket_facts facts = { true, AF_UNIX, SOCK_STREAM, 0 };
	struct sockaddr_value path, odd, name, vsock;
	struct request request;

	(void)state;
	address_of_unix(&path, "/run/a/x.sock", 13);
	request = reach(&path, facts);
	expect_ladder(&request, LADDER("unix:/run/a/x.sock", "unix:/run/a/*", "unix:*", "*"), 4);
	address_of_unix(&odd, "/run/[a]/*", 10);
	request = reach(&odd, facts);
	expect_ladder(&request,
		LADDER("unix:/run/\\\\[a]/\\\\*", "unix:/run/\\\\[a]/*", "unix:*", "*"), 4);
	address_of_unix(&name, "@bus", 4);
	request = reach(&name, facts);
	expect_rule(
		&request, 0, 0, "{exe: \"/usr/bin/curl\", connect: \"unix:@bus\", verdict: allow}");
	expect_rule(
		&request, 0, 1, "{exe: \"/usr/bin/curl\", connect: \"unix:*\", verdict: allow}");
	address_of_vsock(&vsock, 3, 1024);
	request = reach(&vsock, (struct socket_facts){ true, AF_VSOCK, SOCK_STREAM, 0 });
	expect_ladder(
		&request, LADDER("vsock:3:1024", "vsock:3:*", "vsock:*:1024", "vsock:*:*", "*"), 5);
}

static void a_program_its_directory(void **state)
{
	const struct program npm = { .path = "/usr/bin/node", .script = "/usr/lib/npm/cli.js" };
	struct request request = {
		.by_path = true,
		.lineage = &by_curl,
		.kind = CALL_KIND_EXEC,
		.target = &npm,
	};

	(void)state;
	expect_ladder(&request, LADDER("/usr/lib/npm/cli.js", "/usr/lib/npm/*", "*"), 3);
}

static void who_from_its_script_to_anybody(void **state)
{
	const struct program tool = { .path = "/usr/bin/python3.11", .script = "/opt/a \"tool\"" };
	const struct lineage by_tool = { NULL, &tool };
	struct sockaddr_value to;
	struct request request;

	(void)state;
	address_of_inet(&to, "192.0.2.7", 443);
	request = reach(&to, socket_tcp4);
	request.lineage = &by_tool;
	assert_int_equal(widen_whos(&request), 4);
	expect_rule(&request, 0, 0,
		"{exe: \"/usr/bin/python3.11\", script: \"/opt/a \\\"tool\\\"\", "
		"connect: \"192.0.2.7:443\", verdict: allow}");
	expect_rule(&request, 1, 0,
		"{exe: \"/usr/bin/python3.11\", connect: \"192.0.2.7:443\", verdict: allow}");
	expect_rule(&request, 2, 0,
		"{lineage: \"/usr/bin/python3.11\", connect: \"192.0.2.7:443\", verdict: allow}");
	expect_rule(&request, 3, 0, "{connect: \"192.0.2.7:443\", verdict: allow}");
	request.lineage = &by_curl;
	assert_int_equal(widen_whos(&request), 3);
	request.lineage = NULL;
	assert_int_equal(widen_whos(&request), 1);
	expect_rule(&request, 0, 0, "{connect: \"192.0.2.7:443\", verdict: allow}");
}

static void what_no_rule_can_name_has_none(void **state)
{
	const struct program nameless = { .path = "/memfd:x", .nameless = true };
	const struct program bytes = { .path = "/tmp/\xff" };
	struct lineage lineage = { NULL, &nameless };
	cleanup_sbuf struct sbuf rule = SBUF_INIT;
	struct sockaddr_value to;
	struct request request;

	(void)state;
	address_of_inet(&to, "192.0.2.7", 443);
	request = reach(&to, socket_tcp4);
	request.lineage = &lineage;
	assert_false(widen_rule(&request, 0, 0, VERDICT_ALLOW, &rule));
	expect_rule(&request, 2, 0, "{connect: \"192.0.2.7:443\", verdict: allow}");
	lineage.program = &bytes;
	assert_false(widen_rule(&request, 1, 0, VERDICT_ALLOW, &rule));
	request = (struct request){
		.by_path = true, .lineage = &by_curl, .kind = CALL_KIND_EXEC, .target = &bytes
	};
	assert_false(widen_rule(&request, 0, 0, VERDICT_ALLOW, &rule));
	expect_rule(&request, 0, 1, "{exe: \"/usr/bin/curl\", exec: \"/tmp/*\", verdict: allow}");
}

static void the_sets_of_an_address(void **state)
{
	cleanup_sbuf struct sbuf sets = SBUF_INIT;
	struct sockaddr_value to;
	struct request request;

	(void)state;
	address_of_inet(&to, "169.254.169.254", 80);
	request = reach(&to, socket_tcp4);
	widen_sets(&request, &sets);
	assert_string_equal(sbuf_text(&sets), "@link-local @metadata");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_its_network_its_port),
		cmocka_unit_test(sockets_of_the_file_system_and_names),
		cmocka_unit_test(a_program_its_directory),
		cmocka_unit_test(who_from_its_script_to_anybody),
		cmocka_unit_test(what_no_rule_can_name_has_none),
		cmocka_unit_test(the_sets_of_an_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
