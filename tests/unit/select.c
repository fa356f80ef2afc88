/* Which calls are watched: strace's trace= expressions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <seccomp.h>

#include "decoders/acts_on.h"
#include "decoders/call.h"
#include "decoders/select.h"

static struct call_set *parse(const char *expr)
{
	struct call_set *set = NULL;
	struct err *err = NULL;

	if (call_set_parse(expr, &set, &err) < 0)
		fail_msg("%s: %s", expr ? expr : "default", err_text(err));
	return set;
}

static size_t size(const struct call_set *set)
{
	size_t n = 0;

	while (call_set_name(set, n))
		n++;
	return n;
}

/* The set has these names, and no other. */
static void holds(const char *expr, const char *const *names)
{
	struct call_set *set = parse(expr);
	size_t n = 0;

	for (; names[n]; n++)
		if (!call_set_has(set, names[n]))
			fail_msg("%s lacks %s", expr, names[n]);
	assert_int_equal(size(set), n);
	call_set_free(set);
}

#define HOLDS(expr, ...) holds(expr, (const char *const[]){ __VA_ARGS__, NULL })

static void fails(const char *expr, const char *message)
{
	struct call_set *set = NULL;
	cleanup_err struct err *err = NULL;

	assert_true(call_set_parse(expr, &set, &err) < 0);
	assert_null(set);
	assert_string_equal(err_text(err), message);
}

static void names_are_listed_once(void **state)
{
	(void)state;
	HOLDS("connect", "connect");
	HOLDS("connect,bind,connect", "connect", "bind");
	HOLDS("trace=connect,openat", "connect", "openat");
	HOLDS("waitpid", "waitpid"); /* of i386 only */
}

static void the_default_is_every_call_with_a_decoder(void **state)
{
	struct call_set *set = parse(NULL);

	(void)state;
	assert_int_equal(size(set), CALL_COUNT - 1);
	assert_true(call_set_has(set, "sendmmsg"));
	assert_true(call_set_has(set, "ptrace"));
	assert_false(call_set_has(set, "openat"));
	assert_false(call_set_is_all(set));
	assert_false(call_set_wants_plain_send(set));
	call_set_free(set);
}

/*
 * strace 6.1, told to show the class, of a program that made every call, on
 * x86-64 and on i386.
 */
static void classes_are_those_of_strace(void **state)
{
	(void)state;
	HOLDS("%net", "accept", "accept4", "bind", "connect", "getpeername", "getpmsg",
		"getsockname", "getsockopt", "listen", "putpmsg", "recvfrom", "recvmmsg", "recvmsg",
		"sendfile", "sendmmsg", "sendmsg", "sendto", "setsockopt", "shutdown", "socket",
		"socketpair", "recvmmsg_time64", "sendfile64", "send", "recv");
	HOLDS("%process", "clone", "clone3", "execve", "execveat", "exit", "exit_group", "fork",
		"kill", "pidfd_send_signal", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "tgkill",
		"tkill", "vfork", "wait4", "waitid", "waitpid");
}

static void network_is_another_name_of_net(void **state)
{
	struct call_set *net = parse("%net"), *network = parse("%network");

	(void)state;
	assert_int_equal(size(net), size(network));
	call_set_free(net);
	call_set_free(network);
}

static void the_deny_list_is_what_rules_call_syscalls(void **state)
{
	struct call_set *set = parse("%deny");

	(void)state;
	assert_true(call_set_has(set, "ptrace"));
	assert_true(call_set_has(set, "io_uring_setup"));
	assert_true(call_set_has(set, "mount"));
	assert_false(call_set_has(set, "connect"));
	assert_false(call_set_has(set, "clone"));
	call_set_free(set);
}

static void an_exclamation_mark_takes_out(void **state)
{
	struct call_set *set = parse("%net,%process,!socket");

	(void)state;
	assert_false(call_set_has(set, "socket"));
	assert_true(call_set_has(set, "connect"));
	assert_true(call_set_has(set, "execve"));
	call_set_free(set);
	HOLDS("socket,connect,!socket,!bind", "connect");
	HOLDS("%net,!%net,execve", "execve");
}

static void at_the_beginning_it_inverts_the_whole_list(void **state)
{
	struct call_set *set = parse("!socket,bind");

	(void)state;
	assert_int_equal(size(set), CALL_COUNT - 3);
	assert_false(call_set_has(set, "socket"));
	assert_false(call_set_has(set, "bind"));
	assert_true(call_set_has(set, "connect"));
	assert_false(call_set_wants_plain_send(set));
	call_set_free(set);
}

static void all_and_none(void **state)
{
	struct call_set *all = parse("all"), *none = parse("none");

	(void)state;
	assert_true(call_set_is_all(all));
	assert_true(call_set_has(all, "anything"));
	assert_true(call_set_wants_plain_send(all));
	assert_int_equal(size(all), 0);
	assert_false(call_set_is_all(none));
	assert_int_equal(size(none), 0);
	call_set_free(all);
	call_set_free(none);
	fails("all,!connect", "\"all\" stands alone: it cannot be one of several");
}

static void a_send_that_was_asked_for_is_wanted_without_address_too(void **state)
{
	static const struct {
		const char *expr;
		bool wanted;
	} cases[] = { { "sendto", true }, { "%net", true }, { "%gate,sendmsg", true },
		{ "connect", false }, { "%gate", false }, { "%gate,!sendto", false } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct call_set *set = parse(cases[i].expr);

		assert_int_equal(call_set_wants_plain_send(set), cases[i].wanted);
		call_set_free(set);
	}
}

static void socketcall_stands_for_its_calls(void **state)
{
	struct call_set *set = parse("socketcall");

	(void)state;
	assert_int_equal(size(set), 20);
	assert_true(call_set_has(set, "recv"));
	assert_false(call_set_has(set, "socketcall"));
	call_set_free(set);
}

static void other_is_the_call_only_where_it_is_about_another(void **state)
{
	struct call_set *set = NULL, *whole = NULL;

	(void)state;
	assert_int_equal(call_set_parse("none", &set, NULL), 0);
	assert_false(call_set_has_only_other(set, "prlimit64"));
	call_set_free(set);
	assert_int_equal(call_set_parse("prlimit64:other", &set, NULL), 0);
	assert_true(call_set_has(set, "prlimit64"));
	assert_true(call_set_has_only_other(set, "prlimit64"));
	assert_false(call_set_has(set, "setpriority"));
	assert_int_equal(call_set_parse("prlimit64:other,prlimit64", &whole, NULL), 0);
	assert_true(call_set_has(whole, "prlimit64"));
	assert_false(call_set_has_only_other(whole, "prlimit64"));
	call_set_free(set);
	call_set_free(whole);
	fails("connect:other", "connect:other is no system call; see syscalls(2) for their names");
}

static void mistakes_name_the_right_word(void **state)
{
	(void)state;
	fails("conect", "conect is no system call: did you mean connect?");
	fails("connect,qwertyuiop",
		"qwertyuiop is no system call; see syscalls(2) for their names");
	fails("%nett", "%nett is no class of calls: did you mean %net? "
		       "there are %gate, %deny, %net, %process");
	fails("%desc", "%desc is no class of calls: there are %gate, %deny, %net, %process");
	fails("", "there is an empty name among the calls");
	fails("connect,,bind", "there is an empty name among the calls");
	fails("!", "there is an empty name among the calls");
	fails("connect,!", "there is an empty name among the calls");
}

static void every_name_is_known_to_libseccomp(void **state)
{
	static const uint32_t archs[] = { SCMP_ARCH_X86_64, SCMP_ARCH_X86, SCMP_ARCH_AARCH64 };
	struct call_set *set = parse("%gate,%net,%process,%deny");
	const char *name;

	(void)state;
	for (size_t i = 0; (name = call_set_name(set, i)); i++) {
		bool known = false;

		for (size_t a = 0; a < sizeof(archs) / sizeof(archs[0]); a++)
			known |= seccomp_syscall_resolve_name_arch(archs[a], name) !=
				 __NR_SCMP_ERROR;
		if (!known)
			fail_msg("%s", name);
	}
	call_set_free(set);
}

/* A call with a decoder need not be looked for among them. */
static void none_that_act_on_others_has_a_decoder(void **state)
{
	const struct acts_on *acts;

	(void)state;
	for (size_t i = 0; (acts = acts_on_at(i)); i++) {
		for (int id = CALL_NONE + 1; id < CALL_COUNT; id++)
			assert_string_not_equal(acts->name, call_desc((enum call_id)id)->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_listed_once),
		cmocka_unit_test(the_default_is_every_call_with_a_decoder),
		cmocka_unit_test(classes_are_those_of_strace),
		cmocka_unit_test(network_is_another_name_of_net),
		cmocka_unit_test(the_deny_list_is_what_rules_call_syscalls),
		cmocka_unit_test(an_exclamation_mark_takes_out),
		cmocka_unit_test(at_the_beginning_it_inverts_the_whole_list),
		cmocka_unit_test(all_and_none),
		cmocka_unit_test(a_send_that_was_asked_for_is_wanted_without_address_too),
		cmocka_unit_test(socketcall_stands_for_its_calls),
		cmocka_unit_test(other_is_the_call_only_where_it_is_about_another),
		cmocka_unit_test(none_that_act_on_others_has_a_decoder),
		cmocka_unit_test(mistakes_name_the_right_word),
		cmocka_unit_test(every_name_is_known_to_libseccomp),
	};

	return cmocka_run_group_tests_name("select", tests, NULL, NULL);
}
