/* Learning: what stands in the policy for what stands in the log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "report/learn.h"
#include "supervisor/replay.h"
#include "tests/support/policy_text.h"

#define HEAD                                                                                       \
	"version: 1\ndefault: {connect: deny, bind: deny, exec: deny, spawn: allow, socket: "      \
	"deny}\n"
#define SESSION "{\"v\":1,\"type\":\"session\",\"seq\":1,\"mode\":\"trace\"}\n"

/* A call by a program; args and the rest are JSON. */
#define CALL(exe, call, args, rest)                                                                \
	"{\"type\":\"call\",\"tid\":1,\"pid\":1,\"time\":\"2026-01-02T03:04:05.000000000Z\","      \
	"\"lineage\":[\"" exe "\"],\"abi\":\"x86_64\",\"call\":\"" call "\",\"args\":" args rest   \
	"}\n"
#define INET(address, port, type, protocol)                                                        \
	"{\"fd\":3,\"family\":\"inet\",\"address\":\"" address "\",\"port\":" #port                \
	",\"type\":\"" type "\",\"protocol\":\"" protocol "\"}"
#define CONNECT(exe, address, port) CALL(exe, "connect", INET(address, port, "stream", "tcp"), "")
#define EXEC(exe, path)                                                                            \
	CALL(exe, "execve", "{\"path\":\"x\",\"argv\":[\"y\"]}",                                   \
		",\"program\":\"" path "\",\"result\":0")

static struct log_reader *open_log(const char *text)
{
	struct log_reader *reader = NULL;
	int fd = memfd_create("log", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(log_reader_open_fd(fd, "log", &reader, NULL), 0);
	return reader;
}

/* What is learned from the log beyond the policy `base`; NULL: there is none. */
static void learn_from(const char *log, const char *base, struct learn_options options,
	struct sbuf *out, struct learn_totals *totals)
{
	struct policy *policy = policy_of(base ? base : HEAD, NULL);
	cleanup_log_reader struct log_reader *reader = open_log(log);
	cleanup_learn struct learn *learn = NULL;
	cleanup_replay struct replay *replay = NULL;
	const struct log_record *record;

	options.base = policy;
	options.additions = base != NULL;
	assert_int_equal(learn_new(&options, &learn, NULL), 0);
	assert_int_equal(replay_new(policy, &replay, NULL), 0);
	while (log_reader_next(reader, &record, NULL) > 0) {
		struct replay_verdict verdict;
		bool denied = replay_record(replay, record, &verdict) == REPLAY_JUDGED &&
			      verdict.decision->verdict != VERDICT_ALLOW;

		assert_int_equal(
			learn_record(learn, record, denied ? verdict.decision : NULL, NULL), 0);
	}
	assert_int_equal(learn_print(learn, 1, out, totals, NULL), 0);
	policy_free(policy);
}

/* The line must be there, as it is, but for what comes before and after. */
static void expect_line(const char *log, struct learn_options options, const char *line)
{
	cleanup_sbuf struct sbuf out = SBUF_INIT;
	struct learn_totals totals;

	learn_from(log, NULL, options, &out, &totals);
	if (!strstr(sbuf_text(&out), line))
		fail_msg("no '%s' in:\n%s", line, sbuf_text(&out));
}

static void a_program_has_one_rule_with_all_it_did(void **state)
{
	static const char log[] = SESSION EXEC("/usr/bin/make", "/usr/bin/gcc-12")
		EXEC("/usr/bin/make", "/usr/bin/dash") EXEC("/usr/bin/make", "/usr/bin/gcc-12")
			CONNECT("/usr/bin/make", "127.0.0.1", 3632);

	(void)state;
	expect_line(log, (struct learn_options){ 0 },
		"  - id: make  # 4 calls, first seen 2026-01-02T03:04:05Z\n"
		"    exe: \"/usr/bin/make\"\n"
		"    exec: [\"/usr/bin/dash\", \"/usr/bin/gcc-12\"]  # 3 times\n"
		"    connect: \"tcp:127.0.0.1:3632\"  # once\n"
		"    verdict: allow\n");
}

static void programs_that_need_the_same_have_one_rule(void **state)
{
	static const char log[] = SESSION CONNECT("/usr/bin/curl", "192.0.2.7", 443) CONNECT(
		"/usr/bin/wget", "192.0.2.7", 443) CONNECT("/usr/bin/curl", "192.0.2.7", 443);

	(void)state;
	expect_line(log, (struct learn_options){ 0 },
		"  - id: curl  # 3 calls, first seen 2026-01-02T03:04:05Z\n"
		"    exe: [\"/usr/bin/curl\", \"/usr/bin/wget\"]\n"
		"    connect: \"tcp:192.0.2.7:443\"  # 3 times\n");
}

static void ports_of_one_address_are_joined(void **state)
{
	static const char log[] = SESSION CONNECT("/usr/bin/curl", "192.0.2.7", 443) CONNECT(
		"/usr/bin/curl", "192.0.2.7", 8001) CONNECT("/usr/bin/curl", "192.0.2.7", 8000)
		CALL("/usr/bin/curl", "connect", INET("192.0.2.7", 53, "dgram", "udp"), "");

	(void)state;
	expect_line(log, (struct learn_options){ 0 },
		"connect: [\"tcp:192.0.2.7:443,8000-8001\", \"udp:192.0.2.7:53\"]  # 4 times\n");
}

/* A server that asks for no port gets another one the next time. */
static void ports_that_the_kernel_chose_are_any_of_those_it_chooses_from(void **state)
{
#define BIND_ANY                                                                                   \
	CALL("/usr/bin/make", "bind", INET("127.0.0.1", 0, "stream", "tcp"), ",\"result\":0")
	static const char log[] = SESSION BIND_ANY CONNECT("/usr/bin/curl", "127.0.0.1", 40001)
		CONNECT("/usr/bin/curl", "127.0.0.1", 40002)
			CONNECT("/usr/bin/curl", "127.0.0.1", 80)
				CONNECT("/usr/bin/curl", "192.0.2.7", 40003);
	static const char unbound[] = SESSION CONNECT("/usr/bin/curl", "127.0.0.1", 40001);
	const struct learn_options options = { .first_port = 32768, .last_port = 60999 };

	(void)state;
	expect_line(log, options,
		"connect: [\"tcp:127.0.0.1:80,32768-60999\", \"tcp:192.0.2.7:40003\"]  # 4 times; "
		"32768-60999: the kernel chose the port\n");
	expect_line(log, (struct learn_options){ 0 }, "\"tcp:127.0.0.1:80,40001-40002\"");
	expect_line(unbound, options, "connect: \"tcp:127.0.0.1:40001\"  # once\n");
}

static void networks_are_written_only_when_asked_for_and_never_for_loopback(void **state)
{
	static const char log[] = SESSION CONNECT("/usr/bin/curl", "192.0.2.7", 443) CONNECT(
		"/usr/bin/curl", "192.0.2.9", 443) CONNECT("/usr/bin/curl", "127.0.0.1", 443);

	(void)state;
	expect_line(log, (struct learn_options){ 0 },
		"connect: [\"tcp:127.0.0.1:443\", \"tcp:192.0.2.7:443\", \"tcp:192.0.2.9:443\"]");
	expect_line(log, (struct learn_options){ .widen_net = true },
		"connect: [\"tcp:127.0.0.1:443\", \"tcp:192.0.2.0/24:443\"]");
}

static void variables_that_put_code_into_programs_are_comments(void **state)
{
#define SESSION_WITH                                                                               \
	"{\"v\":1,\"type\":\"session\",\"seq\":1,\"mode\":\"trace\",\"code_variables\":["          \
	"\"BASH_FUNC_x*\\n\"]}\n"
	static const char log[] = SESSION_WITH CALL("/usr/bin/make", "execve",
		"{\"path\":\"x\",\"argv\":[\"y\"]}",
		",\"program\":\"/usr/bin/curl\",\"result\":0,\"code_variables\":[\"LD_PRELOAD\"]")
		CONNECT("/usr/bin/curl", "192.0.2.7", 443);
	static const char comments[] =
		"# risky: what puts code into programs gets what rules allow these.\n"
		"#   BASH_FUNC_x*\\n: the command started with it; removed, unless kept\n"
		"#   LD_PRELOAD: set for 1 exec, first of /usr/bin/curl; denied, unless "
		"kept\n";
	static const char keep[] = "env: {keep: [\"BASH_FUNC_x\\\\*\\x0a\", \"LD_PRELOAD\"]}\n";
	cleanup_sbuf struct sbuf wanted = SBUF_INIT;

	(void)state;
	sbuf_fmt(&wanted, "%s# %s", comments, keep);
	expect_line(log, (struct learn_options){ 0 }, sbuf_text(&wanted));
	sbuf_reset(&wanted);
	sbuf_fmt(&wanted, "%s%s", comments, keep);
	expect_line(log, (struct learn_options){ .risky = true }, sbuf_text(&wanted));
}

static void budgets_have_a_margin_over_the_most_that_was_seen(void **state)
{
#define START(pid, thread)                                                                         \
	"{\"type\":\"start\",\"pid\":" #pid ",\"tid\":" #pid ",\"thread\":" #thread "}\n"
#define EXIT(pid) "{\"type\":\"exit\",\"pid\":" #pid ",\"tid\":" #pid ",\"thread\":false}\n"
	static const char log[] = SESSION START(1, false) START(2, false) EXIT(2) START(3, false)
		START(4, true) EXIT(3) SESSION START(1, false);

	(void)state;
	expect_line(log, (struct learn_options){ 0 },
		"budgets:\n"
		"  - processes: 5  # 2 at most were alive at once\n"
		"    tasks: 6  # 3\n"
		"    spawns: 11  # 3 in one run\n");
}

static void names_of_hosts_stand_for_their_addresses(void **state)
{
	static const char log[] = SESSION CONNECT("/usr/bin/curl", "192.0.2.7", 443)
		CONNECT("/usr/bin/curl", "127.0.0.1", 80);
	char path[] = "/tmp/callgate-hosts-XXXXXX";
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");

	(void)state;
	assert_non_null(f);
	fputs("# a remark\n127.0.0.1 localhost\nnonsense\n192.0.2.7\tDB.example.org db # it\n", f);
	fclose(f);
	expect_line(log, (struct learn_options){ .hosts = path },
		"connect: [\"tcp:db.example.org:443\", \"tcp:127.0.0.1:80\"]  # 2 times; "
		"db.example.org was 192.0.2.7 (/etc/hosts)\n");
	expect_line(log, (struct learn_options){ .hosts = "/nowhere/hosts" },
		"connect: [\"tcp:127.0.0.1:80\", \"tcp:192.0.2.7:443\"]");
	unlink(path);
}

static size_t lookup_example(void *ctx, const char *name, struct address *out, size_t max)
{
	(void)ctx;
	if (strcmp(name, "www.example.org") != 0 || !max)
		return 0;
	*out = (struct address){ 32, { 192, 0, 2, 7 } };
	return 1;
}

/* With -v the log has the first bytes of what was sent. */
static void names_that_the_run_asked_for_stand_for_their_addresses(void **state)
{
	const struct name_source names = { .lookup = lookup_example };
	static const char log[] = SESSION CALL("/usr/bin/curl", "sendto",
		"{\"fd\":3,\"data\":\"\\u0012\\u0034\\u0001\\u0000\\u0000\\u0001\\u0000\\u0000"
		"\\u0000\\u0000\\u0000\\u0000\\u0003WWW\\u0007example\\u0003org\\u0000\\u0000"
		"\\u0001\\u0000\\u0001\",\"data_len\":33,\"flags\":[],\"family\":\"inet\","
		"\"address\":\"192.0.2.53\",\"port\":53,\"type\":\"dgram\",\"protocol\":\"udp\"}",
		"") CONNECT("/usr/bin/curl", "192.0.2.7", 443);

	(void)state;
	expect_line(log, (struct learn_options){ .names = &names },
		"connect: [\"tcp:www.example.org:443\", \"udp:192.0.2.53:53\"]  # 2 times; "
		"www.example.org was 192.0.2.7 (asked for by the run)\n");
}

#define QUESTION(address)                                                                          \
	CALL("/usr/bin/curl", "sendto",                                                            \
		"{\"fd\":3,\"data_len\":33,\"flags\":[],\"family\":\"inet\",\"address\":"          \
		"\"" address "\",\"port\":53,\"type\":\"dgram\",\"protocol\":\"udp\"}",            \
		"")

static void name_servers_of_this_host_are_written_as_such(void **state)
{
	static const char log[] = SESSION QUESTION("192.0.2.53") QUESTION("10.0.0.53");
	char path[] = "/tmp/callgate-resolv-XXXXXX";
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");

	(void)state;
	assert_non_null(f);
	fputs("# a remark\nnameserver 10.0.0.53\n", f);
	fclose(f);
	expect_line(log, (struct learn_options){ .resolv_conf = path },
		"connect: [\"udp:@resolvers:53\", \"udp:192.0.2.53:53\"]  # 2 times\n");
	unlink(path);
}

static void addresses_that_may_have_names_are_counted(void **state)
{
	static const struct {
		const char *log;
		uint64_t unnamed;
	} rows[] = {
		{ SESSION CONNECT("/usr/bin/curl", "192.0.2.7", 443), 0 },
		{ SESSION QUESTION("127.0.0.53") CONNECT("/usr/bin/curl", "127.0.0.1", 443), 0 },
		{ SESSION QUESTION("127.0.0.53") CONNECT("/usr/bin/curl", "192.0.2.7", 443), 1 },
	};
	const struct name_source names = { .lookup = lookup_example };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_sbuf struct sbuf out = SBUF_INIT;
		struct learn_totals totals;

		learn_from(rows[i].log, NULL, (struct learn_options){ .names = &names }, &out,
			&totals);
		assert_int_equal(totals.unnamed, rows[i].unnamed);
	}
}

static void ids_are_words_that_nobody_has_yet(void **state)
{
	static const char log[] =
		SESSION EXEC("/opt/a/make", "/usr/bin/true") EXEC("/opt/b/make", "/usr/bin/false")
			EXEC("/opt/my prog: x", "/usr/bin/tty") EXEC("/opt/[", "/usr/bin/who");

	(void)state;
	expect_line(log, (struct learn_options){ 0 }, "  - id: make  #");
	expect_line(log, (struct learn_options){ 0 }, "  - id: make-2  #");
	expect_line(log, (struct learn_options){ 0 }, "  - id: my_prog__x  #");
	expect_line(log, (struct learn_options){ 0 }, "  - id: p_  #");
}

static void only_what_a_policy_lacks_is_added(void **state)
{
	static const char log[] = SESSION EXEC("/usr/bin/make", "/usr/bin/dash")
		EXEC("/usr/bin/make", "/usr/bin/id") EXEC("/usr/bin/make", "/usr/bin/tty");
	static const char base[] = HEAD "rules:\n"
					"  - {id: make, exec: /usr/bin/dash, verdict: allow}\n"
					"  - {id: no-id, exec: /usr/bin/id, verdict: deny}\n";
	cleanup_sbuf struct sbuf out = SBUF_INIT;
	struct learn_totals totals;

	(void)state;
	learn_from(log, base, (struct learn_options){ 0 }, &out, &totals);
	assert_string_equal(sbuf_text(&out),
		"  - id: make-2  # 2 calls, first seen 2026-01-02T03:04:05Z\n"
		"    exe: \"/usr/bin/make\"\n"
		"    exec: \"/usr/bin/tty\"  # once\n"
		"    verdict: allow\n"
		"  # not allowed, once: /usr/bin/make exec x  y: denied by no-id (p.yaml:5)\n");
	assert_int_equal(totals.rules, 1);
	assert_int_equal(totals.refused, 1);
	assert_int_equal(totals.calls, 3);
}

static void shells_and_delicate_places_are_risky(void **state)
{
	static const char log[] = SESSION CONNECT("/usr/bin/dash", "192.0.2.7", 443)
		CONNECT("/usr/bin/curl", "169.254.169.254", 80)
			CONNECT("/usr/bin/curl", "10.0.0.1", 80)
				CONNECT("/usr/bin/dash", "127.0.0.1", 80);

	(void)state;
	expect_line(log, (struct learn_options){ 0 },
		"  # risky, once: a shell that reaches the network\n"
		"  #- {exe: \"/usr/bin/dash\", connect: [\"tcp:192.0.2.7:443\"], verdict: "
		"allow}\n");
	expect_line(log, (struct learn_options){ 0 },
		"  # risky, once: @metadata: clouds serve credentials there\n");
	expect_line(log, (struct learn_options){ 0 },
		"  # risky, once: @private: a host of an inner network\n");
	/* What it reaches on its own host is not. */
	expect_line(
		log, (struct learn_options){ 0 }, "    connect: \"tcp:127.0.0.1:80\"  # once\n");
	expect_line(log, (struct learn_options){ .risky = true },
		"  - {exe: \"/usr/bin/dash\", connect: [\"tcp:192.0.2.7:443\"], verdict: allow}\n");
}

static void an_elf_interpreter_is_risky_and_needs_a_rule_that_names_it(void **state)
{
	static const char log[] =
		SESSION CALL("/usr/bin/make", "execve", "{\"path\":\"x\",\"argv\":[\"y\"]}",
			",\"program\":\"/usr/lib/ld.so\",\"program_elf_interpreter\":true,"
			"\"result\":0");
	static const char base[] = "version: 1\ndefault: allow\n";
	cleanup_sbuf struct sbuf out = SBUF_INIT;
	struct learn_totals totals;

	(void)state;
	expect_line(log, (struct learn_options){ 0 },
		"  # risky, once: an ELF interpreter: it runs any program it is given\n"
		"  #- {exe: \"/usr/bin/make\", exec: [\"/usr/lib/ld.so\"], verdict: allow}\n");
	learn_from(log, base, (struct learn_options){ .risky = true }, &out, &totals);
	assert_non_null(strstr(sbuf_text(&out), "  - {exe: \"/usr/bin/make\", exec: "));
}

static void a_program_that_reaches_the_network_does_not_run_shells_unseen(void **state)
{
	static const char log[] = SESSION CONNECT("/usr/bin/npm", "192.0.2.7", 443)
		EXEC("/usr/bin/npm", "/usr/bin/dash") EXEC("/usr/bin/npm", "/usr/bin/uname");

	(void)state;
	expect_line(log, (struct learn_options){ 0 },
		"  # risky, once: a program that reaches the network, and can run what it fetches\n"
		"  #- {exe: \"/usr/bin/npm\", exec: [\"/usr/bin/dash\"], verdict: allow}\n");
	expect_line(log, (struct learn_options){ 0 }, "    exec: \"/usr/bin/uname\"  # once\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_has_one_rule_with_all_it_did),
		cmocka_unit_test(programs_that_need_the_same_have_one_rule),
		cmocka_unit_test(ports_of_one_address_are_joined),
		cmocka_unit_test(ports_that_the_kernel_chose_are_any_of_those_it_chooses_from),
		cmocka_unit_test(networks_are_written_only_when_asked_for_and_never_for_loopback),
		cmocka_unit_test(variables_that_put_code_into_programs_are_comments),
		cmocka_unit_test(budgets_have_a_margin_over_the_most_that_was_seen),
		cmocka_unit_test(names_of_hosts_stand_for_their_addresses),
		cmocka_unit_test(names_that_the_run_asked_for_stand_for_their_addresses),
		cmocka_unit_test(name_servers_of_this_host_are_written_as_such),
		cmocka_unit_test(addresses_that_may_have_names_are_counted),
		cmocka_unit_test(ids_are_words_that_nobody_has_yet),
		cmocka_unit_test(only_what_a_policy_lacks_is_added),
		cmocka_unit_test(shells_and_delicate_places_are_risky),
		cmocka_unit_test(an_elf_interpreter_is_risky_and_needs_a_rule_that_names_it),
		cmocka_unit_test(a_program_that_reaches_the_network_does_not_run_shells_unseen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
