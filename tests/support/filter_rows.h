/* Calls, and what a filter answers for each: run by a simulator, for any ABI. */
#ifndef CALLGATE_TESTS_SUPPORT_FILTER_ROWS_H
#define CALLGATE_TESTS_SUPPORT_FILTER_ROWS_H

#include <linux/audit.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "notify/filter.h"
#include "tests/support/bpf_sim.h"

#define ALLOW  SECCOMP_RET_ALLOW
#define NOTIFY SECCOMP_RET_USER_NOTIF
#define TRACE  SECCOMP_RET_TRACE

struct row {
	const char *what;
	uint32_t arch;
	uint32_t nr;
	uint64_t args[6];
	uint32_t expected;
};

static inline void filter_of(const char *expr, enum filter_action action, struct filter *filter)
{
	struct call_set *set = NULL;
	struct err *err = NULL;

	assert_int_equal(call_set_parse(expr, &set, &err), 0);
	assert_int_equal(filter_build(set, action, filter, &err), 0);
	assert_null(err);
	call_set_free(set);
}

static inline uint32_t answer(const struct filter *filter, const struct row *row)
{
	struct seccomp_data data = { .nr = (int)row->nr, .arch = row->arch };

	memcpy(data.args, row->args, sizeof(data.args));
	return bpf_sim_run(&filter->fprog, &data) & SECCOMP_RET_ACTION_FULL;
}

static inline void check_rows(
	const char *expr, enum filter_action action, const struct row *rows, size_t n)
{
	struct filter filter = { 0 };

	filter_of(expr, action, &filter);
	for (size_t i = 0; i < n; i++) {
		uint32_t got = answer(&filter, &rows[i]);

		if (got != rows[i].expected)
			fail_msg("%s: 0x%x, expected 0x%x", rows[i].what, got, rows[i].expected);
	}
	filter_free(&filter);
}

#endif
