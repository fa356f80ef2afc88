/* Host names: what was answered lately counts, for a bounded time. */
#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "policy/name_resolver.h"

/* A source whose answer and clock the test sets. */
struct table {
	struct address answers[NAME_ANSWERS_MAX];
	size_t len;
	uint64_t now;
	unsigned asked;
};

static size_t table_lookup(void *ctx, const char *name, struct address *out, size_t max)
{
	struct table *table = ctx;

	table->asked++;
	if (!strcmp(name, "none.example"))
		return 0;
	assert_true(table->len <= max);
	memcpy(out, table->answers, table->len * sizeof(*out));
	return table->len;
}

static uint64_t table_now(void *ctx)
{
	return ((struct table *)ctx)->now;
}

static struct address address_of(uint32_t number)
{
	struct in_addr in = { htonl(number) };
	struct address addr;

	address_from_in(&in, true, &addr);
	return addr;
}

/* The answer is `len` addresses from `first` on. */
static void answer(struct table *table, uint32_t first, size_t len)
{
	for (size_t i = 0; i < len; i++)
		table->answers[i] = address_of(first + (uint32_t)i);
	table->len = len;
}

static bool count(void *ctx, uint32_t name)
{
	unsigned *bits = ctx;

	*bits |= 1U << name;
	return true;
}

/* The names that have the address, as bits. */
static unsigned names_of(struct name_resolver *r, uint32_t number)
{
	struct address addr = address_of(number);
	unsigned bits = 0;

	name_resolver_each(r, &addr, count, &bits);
	return bits;
}

static struct name_resolver *resolver_of(struct table *table)
{
	const struct name_source source = { table_lookup, table_now, table };
	struct name_resolver *r = name_resolver_new(&source);

	assert_non_null(r);
	assert_int_equal(name_resolver_add(r, "a.example"), 0);
	assert_int_equal(name_resolver_add(r, "b.example"), 1);
	assert_int_equal(name_resolver_add(r, "a.example"), 0);
	assert_int_equal(name_resolver_add(r, "none.example"), 2);
	return r;
}

static void a_name_matches_nothing_until_it_is_asked_for(void **state)
{
	struct table table = { .now = 100 };
	struct name_resolver *r = resolver_of(&table);

	(void)state;
	answer(&table, 1, 2);
	assert_int_equal(names_of(r, 1), 0);
	assert_true(name_resolver_is_stale(r, 0));
	assert_false(name_resolver_knows(r, 0));
	assert_int_equal(table.asked, 0);
	name_resolver_refresh(r, 0);
	assert_int_equal(names_of(r, 1), 1);
	assert_int_equal(names_of(r, 2), 1);
	assert_int_equal(names_of(r, 3), 0);
	assert_true(name_resolver_knows(r, 0));
	name_resolver_free(r);
}

static void an_address_of_several_names(void **state)
{
	struct table table = { .now = 100 };
	struct name_resolver *r = resolver_of(&table);

	(void)state;
	answer(&table, 1, 2);
	name_resolver_refresh(r, 0);
	answer(&table, 2, 2);
	name_resolver_refresh(r, 1);
	assert_int_equal(names_of(r, 1), 1);
	assert_int_equal(names_of(r, 2), 3);
	assert_int_equal(names_of(r, 3), 2);
	name_resolver_free(r);
}

static void fresh_answers_are_not_asked_for_again(void **state)
{
	struct table table = { .now = 100 };
	struct name_resolver *r = resolver_of(&table);

	(void)state;
	answer(&table, 1, 1);
	name_resolver_refresh(r, 0);
	table.now += NAME_FRESH_S - 1;
	assert_false(name_resolver_is_stale(r, 0));
	name_resolver_refresh(r, 0);
	assert_int_equal(table.asked, 1);
	table.now += 1;
	assert_true(name_resolver_is_stale(r, 0));
	name_resolver_refresh(r, 0);
	assert_int_equal(table.asked, 2);
	name_resolver_free(r);
}

static void a_name_that_does_not_resolve_is_tried_again_soon(void **state)
{
	struct table table = { .now = 100 };
	struct name_resolver *r = resolver_of(&table);

	(void)state;
	name_resolver_refresh(r, 2);
	assert_false(name_resolver_knows(r, 2));
	assert_false(name_resolver_is_stale(r, 2));
	table.now += NAME_RETRY_S;
	assert_true(name_resolver_is_stale(r, 2));
	name_resolver_free(r);
}

/* Round robin: the program may have been given an answer that we were not. */
static void earlier_answers_count_for_a_while(void **state)
{
	struct table table = { .now = 100 };
	struct name_resolver *r = resolver_of(&table);

	(void)state;
	answer(&table, 1, 1);
	name_resolver_refresh(r, 0);
	table.now += NAME_FRESH_S;
	answer(&table, 2, 1);
	name_resolver_refresh(r, 0);
	assert_int_equal(names_of(r, 1), 1);
	assert_int_equal(names_of(r, 2), 1);
	table.now = 100 + NAME_KEEP_S;
	assert_int_equal(names_of(r, 1), 0);
	assert_int_equal(names_of(r, 2), 1);
	name_resolver_refresh(r, 0); /* also takes the old one out */
	assert_int_equal(names_of(r, 1), 0);
	table.now += NAME_KEEP_S;
	assert_false(name_resolver_knows(r, 0));
	name_resolver_free(r);
}

static void no_more_is_kept_than_the_bound(void **state)
{
	struct table table = { .now = 100 };
	struct name_resolver *r = resolver_of(&table);
	unsigned kept = 0;

	(void)state;
	for (uint32_t i = 0; i < 8; i++) {
		answer(&table, 1 + i * NAME_ANSWERS_MAX, NAME_ANSWERS_MAX);
		name_resolver_refresh(r, 0);
		table.now += NAME_FRESH_S;
	}
	for (uint32_t i = 1; i <= 8 * NAME_ANSWERS_MAX; i++)
		kept += names_of(r, i);
	assert_int_equal(kept, NAME_KEPT_MAX);
	assert_int_equal(names_of(r, 1), 0); /* the oldest went first */
	assert_int_equal(names_of(r, 8 * NAME_ANSWERS_MAX), 1);
	name_resolver_free(r);
}

static void *hammer(void *arg)
{
	struct name_resolver *r = arg;

	for (int i = 0; i < 2000; i++) {
		name_resolver_refresh(r, (uint32_t)i % 3);
		if (names_of(r, 5) > 7)
			return arg;
	}
	return NULL;
}

static size_t moving_lookup(void *ctx, const char *name, struct address *out, size_t max)
{
	static _Thread_local uint32_t turn;

	(void)ctx;
	(void)name;
	(void)max;
	*out = address_of(turn++ % 10);
	return 1;
}

static uint64_t moving_now(void *ctx)
{
	static _Thread_local uint64_t now;

	(void)ctx;
	return now += NAME_FRESH_S;
}

static void many_threads_at_once(void **state)
{
	const struct name_source source = { moving_lookup, moving_now, NULL };
	struct name_resolver *r = name_resolver_new(&source);
	pthread_t threads[4];

	(void)state;
	for (int i = 0; i < 3; i++) {
		char name[16];

		snprintf(name, sizeof(name), "n%d.example", i);
		name_resolver_add(r, name);
	}
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, hammer, r), 0);
	for (int i = 0; i < 4; i++) {
		void *result;

		assert_int_equal(pthread_join(threads[i], &result), 0);
		assert_null(result);
	}
	name_resolver_free(r);
}

static void the_system_knows_this_host(void **state)
{
	struct address answers[4];
	size_t n = name_source_system.lookup(NULL, "localhost", answers, 4);

	(void)state;
	assert_true(n >= 1);
	for (size_t i = 0; i < n; i++)
		assert_true(address_set_has(SET_LOOPBACK, &answers[i]));
	assert_true(name_source_system.now(NULL) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_matches_nothing_until_it_is_asked_for),
		cmocka_unit_test(an_address_of_several_names),
		cmocka_unit_test(fresh_answers_are_not_asked_for_again),
		cmocka_unit_test(a_name_that_does_not_resolve_is_tried_again_soon),
		cmocka_unit_test(earlier_answers_count_for_a_while),
		cmocka_unit_test(no_more_is_kept_than_the_bound),
		cmocka_unit_test(many_threads_at_once),
		cmocka_unit_test(the_system_knows_this_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
