/* Which calls take a task to another root or to other mounts, and whether all of them are seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <linux/sched.h>

#include "supervisor/own_root.h"
#include "tests/support/decoded.h"

enum { CLONE = 56, FORK = 57, PIVOT_ROOT = 155, CHROOT = 161, UNSHARE = 272, SETNS = 308 };
enum { I386_CHROOT = 61, I386_CLONE = 120 };

static void calls_that_lead_elsewhere(void **state)
{
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_string(&d.mem, 0x1000, "/elsewhere");
	DECODE(&d, CHROOT, 0x1000);
	assert_true(own_root_may_end(&d.call));
	DECODE(&d, PIVOT_ROOT, 0x1000, 0x1000);
	assert_true(own_root_may_end(&d.call));
	DECODE(&d, SETNS, 3, 0);
	assert_true(own_root_may_end(&d.call));
	DECODE(&d, UNSHARE, CLONE_NEWUSER | CLONE_NEWNS);
	assert_true(own_root_may_end(&d.call));
	DECODE(&d, CLONE, CLONE_NEWNS | 17, 0);
	assert_true(own_root_may_end(&d.call));
	DECODE_I386(&d, I386_CHROOT, 0x1000);
	assert_true(own_root_may_end(&d.call));
	DECODE_I386(&d, I386_CLONE, CLONE_NEWNS);
	assert_true(own_root_may_end(&d.call));
}

static void calls_that_do_not(void **state)
{
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	DECODE(&d, CLONE, CLONE_VM | 17, 0);
	assert_false(own_root_may_end(&d.call));
	DECODE(&d, FORK, 0);
	assert_false(own_root_may_end(&d.call));
	DECODE(&d, UNSHARE, CLONE_FS | CLONE_FILES);
	assert_false(own_root_may_end(&d.call));
}

static bool watched(enum mode mode, const char *expr)
{
	struct call_set *set = NULL;
	bool is;

	assert_int_equal(call_set_parse(expr, &set, NULL), 0);
	is = own_root_is_watched(mode, set);
	call_set_free(set);
	return is;
}

static void one_that_is_not_stopped_is_enough(void **state)
{
	(void)state;
	assert_true(watched(MODE_ENFORCE, "chroot,pivot_root,setns,unshare"));
	assert_true(watched(MODE_ASK, "all"));
	assert_false(watched(MODE_ENFORCE, "pivot_root,setns,unshare"));
	assert_false(watched(MODE_ENFORCE, "chroot,setns,unshare"));
	assert_false(watched(MODE_ENFORCE, "chroot,pivot_root,unshare"));
	assert_false(watched(MODE_ENFORCE, "chroot,pivot_root,setns"));
	assert_false(watched(MODE_AUDIT, "all"));
	assert_false(watched(MODE_TRACE, "all"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_that_lead_elsewhere),
		cmocka_unit_test(calls_that_do_not),
		cmocka_unit_test(one_that_is_not_stopped_is_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
