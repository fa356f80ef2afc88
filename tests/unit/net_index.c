/* The index of prefixes: the innermost first, then all around it. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/net_index.h"

enum { ITEMS_MAX = 4096 };

struct fixture {
	struct arena arena;
	struct net_index index;
	struct net_item items[ITEMS_MAX], given[ITEMS_MAX]; /* building sorts the first */
	size_t len;
};

static int make(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	arena_init(&f->arena, 64 << 20);
	*state = f;
	return 0;
}

static int unmake(void **state)
{
	struct fixture *f = *state;

	arena_free(&f->arena);
	free(f);
	return 0;
}

static struct prefix prefix_of(const char *text)
{
	struct prefix prefix = { 0 };
	char host[64];
	unsigned len = 0;

	assert_true(sscanf(text, "%63[^/]/%u", host, &len) == 2);
	prefix.addr.bits = strchr(host, ':') ? 128 : 32;
	prefix.len = (uint8_t)len;
	assert_int_equal(
		inet_pton(prefix.addr.bits == 32 ? AF_INET : AF_INET6, host, prefix.addr.bytes), 1);
	return prefix;
}

static void add(struct fixture *f, const char *prefix, uint32_t rule, bool specific)
{
	f->given[f->len] = (struct net_item){ prefix_of(prefix), { rule, 0 }, specific };
	f->items[f->len] = f->given[f->len];
	f->len++;
}

static void build(struct fixture *f)
{
	assert_int_equal(net_index_build(&f->index, f->items, f->len, &f->arena), 0);
}

static size_t add_list(char *out, size_t n, struct entry_list list, char mark)
{
	for (uint32_t i = 0; i < list.len; i++)
		n += (size_t)sprintf(out + n, "%u%c ", list.items[i].rule, mark);
	return n;
}

/* Rules from the innermost prefix outwards: "3. 1+ | 2. " with '+' for specific ones. */
static const char *found(struct fixture *f, const char *host)
{
	static char text[512];
	char prefix[80];
	struct prefix p;
	size_t n = 0;

	snprintf(prefix, sizeof(prefix), "%s/0", host);
	p = prefix_of(prefix);
	text[0] = '\0';
	for (uint32_t i = net_index_find(&f->index, &p.addr); i != NODE_NONE;) {
		const struct dest_node *node = &f->index.nodes[i];

		n = add_list(text, n, node_any(node), '.');
		n = add_list(text, n, node_specific(node), '+');
		i = node->parent;
		n += (size_t)sprintf(text + n, i == NODE_NONE ? "" : "| ");
	}
	return text;
}

static void nothing_is_found_in_an_empty_index(void **state)
{
	struct fixture *f = *state;

	build(f);
	assert_string_equal(found(f, "10.0.0.1"), "");
	assert_string_equal(found(f, "0.0.0.0"), "");
	assert_string_equal(found(f, "ffff::"), "");
}

static void prefixes_within_prefixes(void **state)
{
	struct fixture *f = *state;

	add(f, "10.0.0.0/8", 1, false);
	add(f, "10.1.0.0/16", 2, false);
	add(f, "10.1.2.0/24", 3, true);
	add(f, "10.1.2.3/32", 4, false);
	add(f, "10.1.2.3/32", 0, true);
	build(f);
	assert_string_equal(found(f, "9.255.255.255"), "");
	assert_string_equal(found(f, "10.0.0.0"), "1. ");
	assert_string_equal(found(f, "10.1.0.0"), "2. | 1. ");
	assert_string_equal(found(f, "10.1.2.2"), "3+ | 2. | 1. ");
	assert_string_equal(found(f, "10.1.2.3"), "4. 0+ | 3+ | 2. | 1. ");
	assert_string_equal(found(f, "10.1.2.4"), "3+ | 2. | 1. ");
	assert_string_equal(found(f, "10.1.3.0"), "2. | 1. ");
	assert_string_equal(found(f, "10.255.255.255"), "1. ");
	assert_string_equal(found(f, "11.0.0.0"), "");
	assert_string_equal(found(f, "::a00:0"), "");
}

static void the_ends_of_the_address_space(void **state)
{
	struct fixture *f = *state;

	add(f, "0.0.0.0/0", 1, false);
	add(f, "0.0.0.0/32", 2, false);
	add(f, "255.255.255.255/32", 3, false);
	add(f, "::/0", 4, false);
	add(f, "::/128", 5, false);
	add(f, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128", 6, false);
	add(f, "0:0:0:1::/64", 7, false);
	add(f, "0:0:0:0:ffff:ffff:ffff:ffff/128", 8, false);
	build(f);
	assert_string_equal(found(f, "0.0.0.0"), "2. | 1. ");
	assert_string_equal(found(f, "0.0.0.1"), "1. ");
	assert_string_equal(found(f, "255.255.255.254"), "1. ");
	assert_string_equal(found(f, "255.255.255.255"), "3. | 1. ");
	assert_string_equal(found(f, "::"), "5. | 4. ");
	assert_string_equal(found(f, "::ffff:ffff:ffff:ffff"), "8. | 4. ");
	assert_string_equal(found(f, "0:0:0:1::"), "7. | 4. ");
	assert_string_equal(found(f, "0:0:0:1:ffff:ffff:ffff:ffff"), "7. | 4. ");
	assert_string_equal(found(f, "0:0:0:2::"), "4. ");
	assert_string_equal(found(f, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), "6. | 4. ");
}

static void the_longest_chain_there_can_be(void **state)
{
	struct fixture *f = *state;
	struct prefix p = prefix_of("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128");
	unsigned depth = 0;

	for (unsigned len = 0; len <= 128; len++) {
		struct net_item *item = &f->items[f->len++];

		*item = (struct net_item){ { { 128, { 0 } }, (uint8_t)len }, { len, 0 }, false };
		for (unsigned i = 0; i < len; i++)
			item->prefix.addr.bytes[i / 8] |= (uint8_t)(0x80U >> i % 8);
	}
	build(f);
	for (uint32_t i = net_index_find(&f->index, &p.addr); i != NODE_NONE; depth++) {
		assert_int_equal(node_any(&f->index.nodes[i]).items[0].rule, 128 - depth);
		i = f->index.nodes[i].parent;
	}
	assert_int_equal(depth, 129);
}

static void one_rule_with_many_prefixes_has_one_node(void **state)
{
	struct fixture *f = *state;
	char text[32];
	uint32_t first = 0;

	for (unsigned i = 0; i < 2000; i++) {
		snprintf(text, sizeof(text), "10.%u.%u.0/25", i / 250, i % 250);
		add(f, text, 7, true);
	}
	build(f);
	for (unsigned i = 0; i < 2000; i++) {
		uint32_t node;

		snprintf(text, sizeof(text), "10.%u.%u.5", i / 250, i % 250);
		assert_string_equal(found(f, text), "7+ ");
		node = net_index_find(&f->index, &f->given[i].prefix.addr);
		first = first ? first : node;
		assert_int_equal(node, first);
		snprintf(text, sizeof(text), "10.%u.%u.128", i / 250, i % 250);
		assert_string_equal(found(f, text), "");
	}
}

static uint32_t next(uint64_t *state)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(*state >> 33);
}

/* An address from a small world, so that prefixes meet. */
static struct address random_address(uint64_t *state, unsigned bits)
{
	struct address a = { .bits = (uint8_t)bits };

	for (unsigned i = 0; i < bits / 8; i++)
		a.bytes[i] = next(state) % 4 ? (next(state) % 2 ? 0xff : 0) : (uint8_t)next(state);
	return a;
}

static void check_against_all(struct fixture *f, const struct address *addr)
{
	uint32_t node = net_index_find(&f->index, addr);
	size_t around = 0, in_nodes = 0;

	for (size_t i = 0; i < f->len; i++)
		around += prefix_has(&f->given[i].prefix, addr);
	for (; node != NODE_NONE; node = f->index.nodes[node].parent) {
		struct entry_list lists[] = { node_any(&f->index.nodes[node]),
			node_specific(&f->index.nodes[node]) };

		for (int k = 0; k < 2; k++)
			for (uint32_t i = 0; i < lists[k].len; i++) {
				const struct net_item *item = &f->given[lists[k].items[i].rule];

				assert_true(prefix_has(&item->prefix, addr));
				assert_int_equal(item->specific, k);
				in_nodes++;
			}
	}
	assert_int_equal(in_nodes, around);
}

static void random_prefixes_against_all_of_them(void **state)
{
	struct fixture *f = *state;
	uint64_t chance = 42;

	for (unsigned i = 0; i < 3000; i++) {
		unsigned bits = next(&chance) % 2 ? 32 : 128;
		struct net_item *item = &f->given[f->len];

		*item = (struct net_item){ { random_address(&chance, bits),
						   (uint8_t)(next(&chance) % (bits + 1)) },
			{ (uint32_t)f->len, 0 }, next(&chance) % 2 };
		prefix_normalise(&item->prefix, false);
		f->items[f->len++] = *item;
	}
	build(f);
	for (unsigned i = 0; i < 3000; i++) {
		struct address addr = random_address(&chance, i % 2 ? 32 : 128);

		check_against_all(f, &addr);
		check_against_all(f, &f->given[i].prefix.addr);
	}
}

static void an_entry_is_found_by_its_rule(void **state)
{
	static const struct entry items[] = { { 2, 0 }, { 2, 1 }, { 5, 0 }, { 9, 3 } };
	const struct entry_list list = { items, 4 };

	(void)state;
	assert_int_equal(entry_list_find(&list, 2), 0);
	assert_int_equal(entry_list_find(&list, 5), 2);
	assert_int_equal(entry_list_find(&list, 9), 3);
	assert_int_equal(entry_list_find(&list, 1), 4);
	assert_int_equal(entry_list_find(&list, 6), 4);
	assert_int_equal(entry_list_find(&list, 10), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_is_found_in_an_empty_index, make, unmake),
		cmocka_unit_test_setup_teardown(prefixes_within_prefixes, make, unmake),
		cmocka_unit_test_setup_teardown(the_ends_of_the_address_space, make, unmake),
		cmocka_unit_test_setup_teardown(the_longest_chain_there_can_be, make, unmake),
		cmocka_unit_test_setup_teardown(
			one_rule_with_many_prefixes_has_one_node, make, unmake),
		cmocka_unit_test_setup_teardown(random_prefixes_against_all_of_them, make, unmake),
		cmocka_unit_test(an_entry_is_found_by_its_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
