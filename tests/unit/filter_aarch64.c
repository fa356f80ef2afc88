/* The seccomp filter on aarch64, run by a simulator: for that machine, or qemu in its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <seccomp.h>

#include "tests/support/filter_rows.h"

#ifdef __aarch64__

/* Numbers from include/uapi/asm-generic/unistd.h and arch/arm/tools/syscall.tbl of Linux. */
static void gate_stops_what_reaches_outside(void **state)
{
	static const struct row rows[] = {
		{ "socket", AUDIT_ARCH_AARCH64, 198, { 0 }, TRACE },
		{ "bind", AUDIT_ARCH_AARCH64, 200, { 0 }, TRACE },
		{ "connect", AUDIT_ARCH_AARCH64, 203, { 0 }, TRACE },
		{ "sendmsg", AUDIT_ARCH_AARCH64, 211, { 0 }, TRACE },
		{ "execve", AUDIT_ARCH_AARCH64, 221, { 0 }, TRACE },
		{ "clone", AUDIT_ARCH_AARCH64, 220, { 0 }, TRACE },
		{ "clone3", AUDIT_ARCH_AARCH64, 435, { 0 }, TRACE },
		{ "ptrace", AUDIT_ARCH_AARCH64, 117, { 0 }, TRACE },
		{ "io_uring_setup", AUDIT_ARCH_AARCH64, 425, { 0 }, TRACE },
		{ "read passes", AUDIT_ARCH_AARCH64, 63, { 0 }, ALLOW },
		{ "write passes", AUDIT_ARCH_AARCH64, 64, { 0 }, ALLOW },
		{ "getsockname passes", AUDIT_ARCH_AARCH64, 204, { 0 }, ALLOW },
		{ "number 42 is no connect here", AUDIT_ARCH_AARCH64, 42, { 0 }, ALLOW },
		{ "sendto with an address", AUDIT_ARCH_AARCH64, 206,
			{ 3, 0x1000, 4, 0, 0x2000, 16 }, TRACE },
		{ "sendto with an address above 4 GiB only", AUDIT_ARCH_AARCH64, 206,
			{ 3, 0x1000, 4, 0, 0x100000000, 16 }, TRACE },
		{ "sendto without an address passes", AUDIT_ARCH_AARCH64, 206,
			{ 3, 0x1000, 4, 0, 0, 0 }, ALLOW },
		{ "prctl(PR_SET_NAME)", AUDIT_ARCH_AARCH64, 167, { 15 }, TRACE },
		{ "prctl(PR_GET_NAME) passes", AUDIT_ARCH_AARCH64, 167, { 16 }, ALLOW },
		{ "wait4 of one, WNOHANG", AUDIT_ARCH_AARCH64, 260, { 7, 0, 1 }, TRACE },
		{ "wait4 of any passes", AUDIT_ARCH_AARCH64, 260, { 0xffffffff, 0, 1 }, ALLOW },
		{ "waitid of a pidfd, WNOHANG", AUDIT_ARCH_AARCH64, 95, { 3, 4, 0, 5 }, TRACE },
		{ "connect of 32-bit ARM", AUDIT_ARCH_ARM, 283, { 0 }, TRACE },
		{ "execve of 32-bit ARM", AUDIT_ARCH_ARM, 11, { 0 }, TRACE },
		{ "an ABI of another machine", AUDIT_ARCH_X86_64, 0, { 0 }, TRACE },
	};

	(void)state;
	check_rows(NULL, FILTER_TRACE, rows, sizeof(rows) / sizeof(rows[0]));
}

static void notify_asks_the_listener_but_for_tasks_and_programs(void **state)
{
	static const struct row rows[] = {
		{ "connect", AUDIT_ARCH_AARCH64, 203, { 0 }, NOTIFY },
		{ "socket", AUDIT_ARCH_AARCH64, 198, { 0 }, NOTIFY },
		{ "execve", AUDIT_ARCH_AARCH64, 221, { 0 }, TRACE },
		{ "clone", AUDIT_ARCH_AARCH64, 220, { 0 }, TRACE },
		{ "setuid", AUDIT_ARCH_AARCH64, 146, { 0 }, TRACE },
		{ "read passes", AUDIT_ARCH_AARCH64, 63, { 0 }, ALLOW },
	};

	(void)state;
	check_rows(NULL, FILTER_NOTIFY, rows, sizeof(rows) / sizeof(rows[0]));
}

#else

static void gate_stops_what_reaches_outside(void **state)
{
	(void)state;
	skip(); /* a filter is built for the machine it is built on: tests/aarch64/run */
}

static void notify_asks_the_listener_but_for_tasks_and_programs(void **state)
{
	(void)state;
	skip();
}

#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gate_stops_what_reaches_outside),
		cmocka_unit_test(notify_asks_the_listener_but_for_tasks_and_programs),
	};

	/* What libseccomp takes for granted: qemu cannot tell it what a kernel knows. */
	seccomp_api_set(6);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
