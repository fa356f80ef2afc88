/* The seccomp filter, run by a simulator: which calls stop, and in which ABI. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <linux/audit.h>

#include "tests/support/filter_rows.h"

#define X32_BIT 0x40000000u

/* Numbers from arch/x86/entry/syscalls/syscall_{64,32}.tbl of Linux. */
static const struct row gate_rows[] = {
	{ "connect", AUDIT_ARCH_X86_64, 42, { 0 }, TRACE },
	{ "execve", AUDIT_ARCH_X86_64, 59, { 0 }, TRACE },
	{ "clone3", AUDIT_ARCH_X86_64, 435, { 0 }, TRACE },
	{ "ptrace", AUDIT_ARCH_X86_64, 101, { 0 }, TRACE },
	{ "io_uring_setup", AUDIT_ARCH_X86_64, 425, { 0 }, TRACE },
	{ "read passes", AUDIT_ARCH_X86_64, 0, { 0 }, ALLOW },
	{ "write passes", AUDIT_ARCH_X86_64, 1, { 0 }, ALLOW },
	{ "getsockname passes", AUDIT_ARCH_X86_64, 51, { 0 }, ALLOW },
	{ "sendto with an address", AUDIT_ARCH_X86_64, 44, { 3, 0x1000, 4, 0, 0x2000, 16 }, TRACE },
	{ "sendto with an address above 4 GiB only", AUDIT_ARCH_X86_64, 44,
		{ 3, 0x1000, 4, 0, 0x100000000, 16 }, TRACE },
	{ "sendto without an address passes", AUDIT_ARCH_X86_64, 44, { 3, 0x1000, 4, 0, 0, 0 },
		ALLOW },
	{ "sendto without an address but a length passes", AUDIT_ARCH_X86_64, 44,
		{ 3, 0x1000, 4, 0, 0, 16 }, ALLOW },
	{ "i386 connect", AUDIT_ARCH_I386, 362, { 0 }, TRACE },
	{ "i386 socketcall connect", AUDIT_ARCH_I386, 102, { 3 }, TRACE },
	{ "i386 socketcall socket", AUDIT_ARCH_I386, 102, { 1 }, TRACE },
	{ "i386 socketcall sendto", AUDIT_ARCH_I386, 102, { 11 }, TRACE },
	{ "i386 socketcall sendto, with garbage where no argument is", AUDIT_ARCH_I386, 102,
		{ 11, 0x1000, 1, 2, 3, 4 }, TRACE },
	{ "i386 socketcall getsockname passes", AUDIT_ARCH_I386, 102, { 6 }, ALLOW },
	{ "i386 socketcall 0, which is none", AUDIT_ARCH_I386, 102, { 0 }, TRACE },
	{ "i386 socketcall 99, which is none", AUDIT_ARCH_I386, 102, { 99 }, TRACE },
	{ "i386 socketcall with the sign bit set", AUDIT_ARCH_I386, 102, { 0x80000003 }, TRACE },
	{ "i386 sendto without an address, seen by the decoder", AUDIT_ARCH_I386, 369,
		{ 3, 0x1000, 4, 0, 0, 0 }, TRACE },
	{ "i386 execve", AUDIT_ARCH_I386, 11, { 0 }, TRACE },
	{ "i386 fork", AUDIT_ARCH_I386, 2, { 0 }, TRACE },
	{ "i386 read passes", AUDIT_ARCH_I386, 3, { 0 }, ALLOW },
	{ "i386 number 42 is pipe, and passes", AUDIT_ARCH_I386, 42, { 0 }, ALLOW },
	{ "x32 connect", AUDIT_ARCH_X86_64, X32_BIT | 42, { 0 }, TRACE },
	{ "x32 read: the ABI is unknown to the filter", AUDIT_ARCH_X86_64, X32_BIT, { 0 }, TRACE },
	{ "an ABI of another machine", AUDIT_ARCH_AARCH64, 63, { 0 }, TRACE },
	{ "an ABI nobody knows", 0x12345678, 1, { 0 }, TRACE },
};

static void gate_stops_what_reaches_outside(void **state)
{
	(void)state;
	check_rows(NULL, FILTER_TRACE, gate_rows, sizeof(gate_rows) / sizeof(gate_rows[0]));
}

static void net_stops_plain_sends_too(void **state)
{
	static const struct row rows[] = {
		{ "sendto without an address", AUDIT_ARCH_X86_64, 44, { 3 }, TRACE },
		{ "getsockname", AUDIT_ARCH_X86_64, 51, { 0 }, TRACE },
		{ "i386 socketcall getsockname", AUDIT_ARCH_I386, 102, { 6 }, TRACE },
		{ "execve passes", AUDIT_ARCH_X86_64, 59, { 0 }, ALLOW },
	};

	(void)state;
	check_rows("%net", FILTER_TRACE, rows, sizeof(rows) / sizeof(rows[0]));
}

static void all_stops_everything(void **state)
{
	static const struct row rows[] = {
		{ "read", AUDIT_ARCH_X86_64, 0, { 0 }, TRACE },
		{ "a number no kernel has", AUDIT_ARCH_X86_64, 9999, { 0 }, TRACE },
		{ "i386 read", AUDIT_ARCH_I386, 3, { 0 }, TRACE },
		{ "x32 read", AUDIT_ARCH_X86_64, X32_BIT, { 0 }, TRACE },
	};

	(void)state;
	check_rows("all", FILTER_TRACE, rows, sizeof(rows) / sizeof(rows[0]));
}

static void watching_no_socket_call_lets_socketcall_pass(void **state)
{
	static const struct row rows[] = {
		{ "execve", AUDIT_ARCH_X86_64, 59, { 0 }, TRACE },
		{ "clone: tasks are accounted for", AUDIT_ARCH_X86_64, 56, { 0 }, TRACE },
		{ "ptrace(PTRACE_ATTACH): not of callgate", AUDIT_ARCH_X86_64, 101, { 16, 9 },
			TRACE },
		{ "ptrace(PTRACE_SEIZE): not of callgate", AUDIT_ARCH_X86_64, 101, { 0x4206, 9 },
			TRACE },
		{ "i386 ptrace(PTRACE_ATTACH)", AUDIT_ARCH_I386, 26, { 16, 9 }, TRACE },
		{ "ptrace(PTRACE_CONT) passes", AUDIT_ARCH_X86_64, 101, { 7, 9 }, ALLOW },
		{ "prctl(PR_SET_NAME): names are followed", AUDIT_ARCH_X86_64, 157, { 15 }, TRACE },
		{ "prctl(PR_SET_NAME), with garbage above", AUDIT_ARCH_X86_64, 157, { 0x10000000f },
			TRACE },
		{ "prctl(PR_GET_NAME) passes", AUDIT_ARCH_X86_64, 157, { 16 }, ALLOW },
		{ "i386 prctl(PR_SET_NAME)", AUDIT_ARCH_I386, 172, { 15 }, TRACE },
		{ "wait4 of one, WNOHANG", AUDIT_ARCH_X86_64, 61, { 7, 0, 1 }, TRACE },
		{ "wait4 of one passes when it may block", AUDIT_ARCH_X86_64, 61, { 7, 0, 2 },
			ALLOW },
		{ "wait4 of any passes", AUDIT_ARCH_X86_64, 61, { 0xffffffff, 0, 1 }, ALLOW },
		{ "waitid of a pidfd, WNOHANG", AUDIT_ARCH_X86_64, 247, { 3, 4, 0, 5 }, TRACE },
		{ "waitid of one, WNOHANG", AUDIT_ARCH_X86_64, 247, { 1, 7, 0, 5 }, TRACE },
		{ "waitid of a pidfd passes when it may block", AUDIT_ARCH_X86_64, 247,
			{ 3, 4, 0, 4 }, ALLOW },
		{ "waitid of any passes", AUDIT_ARCH_X86_64, 247, { 0, 0, 0, 5 }, ALLOW },
		{ "i386 waitpid of one, WNOHANG", AUDIT_ARCH_I386, 7, { 7, 0, 1 }, TRACE },
		{ "i386 waitpid of any passes", AUDIT_ARCH_I386, 7, { 0xffffffff, 0, 1 }, ALLOW },
		{ "i386 socketcall connect passes", AUDIT_ARCH_I386, 102, { 3 }, ALLOW },
		{ "i386 socketcall 99 passes", AUDIT_ARCH_I386, 102, { 99 }, ALLOW },
	};

	(void)state;
	check_rows("execve", FILTER_TRACE, rows, sizeof(rows) / sizeof(rows[0]));
}

/* What changes the task table stops for the tracer, the rest waits at the listener. */
static void notify_asks_the_listener_but_for_tasks_and_programs(void **state)
{
	static const struct row rows[] = {
		{ "connect", AUDIT_ARCH_X86_64, 42, { 0 }, NOTIFY },
		{ "socket", AUDIT_ARCH_X86_64, 41, { 0 }, NOTIFY },
		{ "ptrace", AUDIT_ARCH_X86_64, 101, { 0 }, NOTIFY },
		{ "sendto with an address", AUDIT_ARCH_X86_64, 44, { 3, 0, 0, 0, 1 }, NOTIFY },
		{ "sendto without one passes", AUDIT_ARCH_X86_64, 44, { 3 }, ALLOW },
		{ "execve", AUDIT_ARCH_X86_64, 59, { 0 }, TRACE },
		{ "execveat", AUDIT_ARCH_X86_64, 322, { 0 }, TRACE },
		{ "clone", AUDIT_ARCH_X86_64, 56, { 0 }, TRACE },
		{ "fork", AUDIT_ARCH_X86_64, 57, { 0 }, TRACE },
		{ "vfork", AUDIT_ARCH_X86_64, 58, { 0 }, TRACE },
		{ "clone3", AUDIT_ARCH_X86_64, 435, { 0 }, TRACE },
		{ "prctl(PR_SET_NAME)", AUDIT_ARCH_X86_64, 157, { 15 }, TRACE },
		{ "waitid of a pidfd, WNOHANG", AUDIT_ARCH_X86_64, 247, { 3, 4, 0, 5 }, TRACE },
		{ "i386 connect", AUDIT_ARCH_I386, 362, { 0 }, NOTIFY },
		{ "i386 socketcall connect", AUDIT_ARCH_I386, 102, { 3 }, NOTIFY },
		{ "i386 socketcall 99, which is none", AUDIT_ARCH_I386, 102, { 99 }, NOTIFY },
		{ "i386 execve", AUDIT_ARCH_I386, 11, { 0 }, TRACE },
		{ "x32 connect", AUDIT_ARCH_X86_64, X32_BIT | 42, { 0 }, TRACE },
		{ "an ABI nobody knows", 0x12345678, 1, { 0 }, TRACE },
	};

	(void)state;
	check_rows(NULL, FILTER_NOTIFY, rows, sizeof(rows) / sizeof(rows[0]));
}

static void only_what_may_be_about_another_process(void **state)
{
	static const struct row rows[] = {
		{ "prlimit64 of oneself passes", AUDIT_ARCH_X86_64, 302, { 0, 7, 0x1000 }, ALLOW },
		{ "prlimit64 that only reads passes", AUDIT_ARCH_X86_64, 302, { 9, 7, 0, 0x1000 },
			ALLOW },
		{ "prlimit64 of another", AUDIT_ARCH_X86_64, 302, { 9, 7, 0x1000 }, TRACE },
		{ "prlimit64 of -1", AUDIT_ARCH_X86_64, 302, { UINT64_MAX, 7, 0x1000 }, TRACE },
		{ "TIOCSTI", AUDIT_ARCH_X86_64, 16, { 0, 0x5412, 0x1000 }, TRACE },
		{ "TIOCSTI with high bits", AUDIT_ARCH_X86_64, 16, { 0, 0x700005412, 9 }, TRACE },
		{ "i386 TIOCSTI", AUDIT_ARCH_I386, 54, { 0, 0x5412, 0x1000 }, TRACE },
		{ "another ioctl", AUDIT_ARCH_X86_64, 16, { 0, 0x5413, 0x1000 }, ALLOW },
		{ "i386 prlimit64 of another", AUDIT_ARCH_I386, 340, { 9, 7, 0x1000 }, TRACE },
		{ "setpriority of oneself passes", AUDIT_ARCH_X86_64, 141, { 0, 0, 5 }, ALLOW },
		{ "setpriority of another", AUDIT_ARCH_X86_64, 141, { 0, 9, 5 }, TRACE },
		{ "setpriority of the own group", AUDIT_ARCH_X86_64, 141, { 1, 0, 5 }, TRACE },
		{ "setpriority of the user", AUDIT_ARCH_X86_64, 141, { 2, 0, 5 }, TRACE },
		{ "ioprio_set of oneself passes", AUDIT_ARCH_X86_64, 251, { 1, 0, 5 }, ALLOW },
		{ "ioprio_set of the own group", AUDIT_ARCH_X86_64, 251, { 2, 0, 5 }, TRACE },
		{ "i386 ioprio_set of another", AUDIT_ARCH_I386, 289, { 1, 9, 5 }, TRACE },
	};

	(void)state;
	check_rows("prlimit64:other,setpriority:other,ioprio_set:other,ioctl:tiocsti", FILTER_TRACE,
		rows, sizeof(rows) / sizeof(rows[0]));
}

static void only_the_options_that_name_another_destination(void **state)
{
	static const struct row rows[] = {
		{ "IP_OPTIONS", AUDIT_ARCH_X86_64, 54, { 3, 0, 4, 0x1000, 8 }, NOTIFY },
		{ "IP_OPTIONS with high bits", AUDIT_ARCH_X86_64, 54,
			{ 3, 0x700000000, 0x900000004, 0x1000, 8 }, NOTIFY },
		{ "IP_OPTIONS of no length", AUDIT_ARCH_X86_64, 54, { 3, 0, 4, 0, 0 }, ALLOW },
		{ "IP_TTL", AUDIT_ARCH_X86_64, 54, { 3, 0, 2, 0x1000, 4 }, ALLOW },
		{ "SO_KEEPALIVE", AUDIT_ARCH_X86_64, 54, { 3, 1, 9, 0x1000, 4 }, ALLOW },
		{ "IPV6_RTHDR", AUDIT_ARCH_X86_64, 54, { 3, 41, 57, 0x1000, 40 }, NOTIFY },
		{ "IPV6_HDRINCL of SOL_RAW", AUDIT_ARCH_X86_64, 54, { 3, 255, 36, 0x1000, 4 },
			NOTIFY },
		{ "SCTP_SOCKOPT_CONNECTX3", AUDIT_ARCH_X86_64, 55, { 3, 132, 111, 0x1000, 0x2000 },
			NOTIFY },
		{ "getsockopt of anything else", AUDIT_ARCH_X86_64, 55, { 3, 1, 4, 0x1000, 0x2000 },
			ALLOW },
		{ "i386 IP_OPTIONS", AUDIT_ARCH_I386, 366, { 3, 0, 4, 0x1000, 8 }, NOTIFY },
		{ "i386 socketcall setsockopt", AUDIT_ARCH_I386, 102, { 14, 0x1000 }, NOTIFY },
	};

	(void)state;
	check_rows("connect,setsockopt:ip_options,setsockopt:ipv6_rthdr,setsockopt:raw_hdrincl,"
		   "getsockopt:sctp_connectx3",
		FILTER_NOTIFY, rows, sizeof(rows) / sizeof(rows[0]));
}

/* Neither has a name in libseccomp 2.5. */
static void newer_calls_are_stopped_by_their_numbers(void **state)
{
	static const struct row rows[] = {
		{ "open_tree_attr", AUDIT_ARCH_X86_64, 467, { 0 }, NOTIFY },
		{ "i386 open_tree_attr", AUDIT_ARCH_I386, 467, { 0 }, NOTIFY },
		{ "mseal, which was not asked for", AUDIT_ARCH_X86_64, 462, { 0 }, ALLOW },
		{ "the last that is known", AUDIT_ARCH_X86_64, 469, { 0 }, ALLOW },
		{ "the first that nobody knows", AUDIT_ARCH_X86_64, 470, { 0 }, TRACE },
		{ "a later one", AUDIT_ARCH_X86_64, 1023, { 0 }, TRACE },
		{ "i386, too", AUDIT_ARCH_I386, 600, { 0 }, TRACE },
		{ "what no kernel has", AUDIT_ARCH_X86_64, 1024, { 0 }, ALLOW },
		{ "x32", AUDIT_ARCH_X86_64, X32_BIT | 470, { 0 }, TRACE },
		{ "-1, which is no call", AUDIT_ARCH_X86_64, 0xffffffff, { 0 }, ALLOW },
		{ "connect", AUDIT_ARCH_X86_64, 42, { 0 }, NOTIFY },
	};
	static const struct row without[] = {
		{ "open_tree_attr", AUDIT_ARCH_X86_64, 467, { 0 }, ALLOW },
		{ "the first that nobody knows", AUDIT_ARCH_X86_64, 470, { 0 }, ALLOW },
	};

	(void)state;
	check_rows("connect,open_tree_attr,unknown", FILTER_NOTIFY, rows,
		sizeof(rows) / sizeof(rows[0]));
	check_rows("connect", FILTER_NOTIFY, without, sizeof(without) / sizeof(without[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(newer_calls_are_stopped_by_their_numbers),
		cmocka_unit_test(only_the_options_that_name_another_destination),
		cmocka_unit_test(gate_stops_what_reaches_outside),
		cmocka_unit_test(net_stops_plain_sends_too),
		cmocka_unit_test(only_what_may_be_about_another_process),
		cmocka_unit_test(all_stops_everything),
		cmocka_unit_test(watching_no_socket_call_lets_socketcall_pass),
		cmocka_unit_test(notify_asks_the_listener_but_for_tasks_and_programs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
