/*
 * Deciding: what the reference table cannot say in its words. What cannot be
 * known, and what holds for every call.
 */
#include "tests/support/decided_request.h"

#include <errno.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>

#include "policy/name_resolver.h"
#include "tests/support/native_abi.h"

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
		{ "setsockopt", "setsockopt:ip_hdrincl", { 3, IPPROTO_IP, IP_HDRINCL, 1, 4 } },
		{ "setsockopt", "setsockopt:ipv6_hdrincl", { 3, IPPROTO_IPV6, 36, 1, 4 } },
		{ "setsockopt", "setsockopt:raw_hdrincl", { 3, IPPROTO_RAW, 36, 1, 4 } },
		{ "setsockopt", "setsockopt:sctp_connectx", { 3, IPPROTO_SCTP, 110, 1, 16 } },
		{ "getsockopt", "getsockopt:sctp_connectx3", { 3, IPPROTO_SCTP, 111, 1, 1 } },
		{ "setsockopt", "setsockopt:ipv6_flowlabel_mgr", { 3, IPPROTO_IPV6, 32, 1, 32 } },
		{ "ioctl", "ioctl:userfaultfd", { 3, 0xaa00 } },
		{ "ioctl", "ioctl:tunsetiff", { 3, 0x400454ca, 1 } },
		{ "ioctl", "ioctl", { 3, 0x400454cb, 1 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct call call = { .abi = abi_native() };

		memcpy(call.args, cases[i].args, sizeof(call.args));
		snprintf(call.name, sizeof(call.name), "%s", cases[i].name);
		assert_string_equal(policy_syscall_word(&call), cases[i].word);
	}
}

static void calls_of_later_kernels_have_one_word(void **state)
{
	struct policy *policy = policy_of(HEAD, NULL);
	struct policy *allows = policy_of(HEAD "syscalls: {allow: unknown, deny: mseal}\n", NULL);
	struct request request = { .kind = CALL_KIND_SYSCALL };
	struct call call = { .abi = abi_native(), .nr = 470, .name = "syscall_470" };

	(void)state;
	request.syscall = policy_syscall_word(&call);
	assert_string_equal(request.syscall, "unknown");
	assert_int_equal(decide(policy, &request).errnum, ENOSYS);
	assert_int_equal(decide(allows, &request).errnum, 0);
	call.nr = 462;
	snprintf(call.name, sizeof(call.name), "mseal");
	request.syscall = policy_syscall_word(&call);
	assert_string_equal(request.syscall, "mseal");
	assert_int_equal(decide(policy, &request).errnum, 0);
	assert_int_equal(decide(allows, &request).errnum, EPERM);
	policy_free(policy);
	policy_free(allows);
}

/* Whatever its registers are, and its control messages. */
static void what_is_not_judged_by_its_word_is_allowed_by_it(void **state)
{
	struct policy *policy =
		policy_of(HEAD "syscalls: {deny: [bind, accept4], allow: [clone]}\n", NULL);
	size_t judged = 0;

	(void)state;
	for (enum call_id id = CALL_NONE + 1; id < CALL_COUNT; id++) {
		struct call call = { .abi = abi_native(), .desc = call_desc(id) };
		struct request request = { .kind = CALL_KIND_SYSCALL };

		snprintf(call.name, sizeof(call.name), "%s", call.desc->name);
		judged += policy_judges_syscall(policy, &call);
		memset(call.args, 0xff, sizeof(call.args));
		request.syscall = policy_syscall_word(&call);
		if (!policy_judges_syscall(policy, &call))
			expect(policy, &request, VERDICT_ALLOW, "syscall.allowed");
		else
			assert_int_not_equal(id, CALL_CONNECT);
		if (id == CALL_BIND || id == CALL_ACCEPT4 || id == CALL_SENDMSG ||
			id == CALL_UNSHARE)
			assert_true(policy_judges_syscall(policy, &call));
	}
	assert_in_range(judged, 5, CALL_COUNT - 5);
	assert_true(policy_judges_syscall(
		policy, &(struct call){ .abi = abi_native(), .name = "request_key" }));
	policy_free(policy);
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
		cmocka_unit_test(programs_must_be_the_files_that_were_loaded),
		cmocka_unit_test(a_user_who_is_not_known),
		cmocka_unit_test(an_elf_interpreter_runs_only_by_its_name),
		cmocka_unit_test(names_are_looked_up_only_when_they_may_match),
		cmocka_unit_test(denied_system_calls),
		cmocka_unit_test(the_word_for_a_call_is_in_its_registers),
		cmocka_unit_test(calls_of_later_kernels_have_one_word),
		cmocka_unit_test(what_is_not_judged_by_its_word_is_allowed_by_it),
		cmocka_unit_test(budgets_hold_below_their_program),
		cmocka_unit_test(many_threads_decide_by_one_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
