#include "policy/index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/index_build.h"

static int path_rule_order(const void *a, const void *b)
{
	const struct path_rule *x = a, *y = b;

	if (x->path_id != y->path_id)
		return x->path_id < y->path_id ? -1 : 1;
	return (x->rule > y->rule) - (x->rule < y->rule);
}

/* A path that a rule names twice leaves the rule twice in its list: harmless. */
static bool seal_paths(
	struct path_lists *lists, path_rule_vec *rules, size_t paths, struct arena *arena)
{
	uint32_t *start, *items;
	size_t at = 0;

	if (!rules->len)
		return true;
	start = arena_alloc(arena, (paths + 2) * sizeof(*start));
	items = arena_alloc(arena, rules->len * sizeof(*items));
	if (!start || !items || rules->len > UINT32_MAX)
		return false;
	qsort(rules->items, rules->len, sizeof(*rules->items), path_rule_order);
	for (size_t id = 0; id <= paths + 1; id++) {
		while (at < rules->len && rules->items[at].path_id < id)
			at++;
		start[id] = (uint32_t)at;
	}
	for (size_t i = 0; i < rules->len; i++)
		items[i] = rules->items[i].rule;
	*lists = (struct path_lists){ start, items };
	return true;
}

static uint32_t item_number(const struct net_item *item)
{
	const uint8_t *b = item->prefix.addr.bytes;

	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static int number_order(const void *a, const void *b)
{
	uint32_t x = item_number(a), y = item_number(b);

	return (x > y) - (x < y);
}

/* A node for each number below n. */
static bool seal_numbers(
	const struct dest_node **out, item_vec *items, uint32_t n, struct arena *arena)
{
	struct dest_node *nodes;

	if (!items->len)
		return true;
	nodes = arena_alloc(arena, (size_t)n * sizeof(*nodes));
	if (!nodes)
		return false;
	qsort(items->items, items->len, sizeof(*items->items), number_order);
	for (size_t i = 0, run; i < items->len; i += run) {
		uint32_t number = item_number(&items->items[i]);

		for (run = 1; i + run < items->len; run++)
			if (item_number(&items->items[i + run]) != number)
				break;
		if (!dest_node_init(&nodes[number], NODE_NONE, &items->items[i], run, arena))
			return false;
	}
	*out = nodes;
	return true;
}

static bool seal_list(struct rule_list *list, rule_vec *rules, struct arena *arena)
{
	list->items = vec_seal(rules, arena);
	list->len = (uint32_t)rules->len;
	return list->items != NULL;
}

static bool seal_table(struct table_build *b, struct table *table)
{
	struct policy *p = b->policy;
	bool ok = seal_list(&table->all, &b->all, &p->arena) &&
		  seal_list(&table->any, &b->any, &p->arena);

	for (int key = 0; ok && key < WHO_KEYS; key++)
		ok = seal_paths(&table->who_any[key], &b->who_any[key], p->paths.len, &p->arena) &&
		     seal_paths(&table->who_specific[key], &b->who_specific[key], p->paths.len,
			     &p->arena);
	table->has_specific = b->net.len || b->names.len || b->targets.len;
	table->names = (uint32_t)p->names.len;
	return ok && net_index_build(&table->net, b->net.items, b->net.len, &p->arena) == 0 &&
	       seal_numbers(&table->by_name, &b->names, table->names, &p->arena) &&
	       seal_numbers(&table->by_target, &b->targets, (uint32_t)p->paths.len + 1, &p->arena);
}

static bool build_table(
	struct policy *p, struct index *index, struct spec_set *specs, enum table_id id)
{
	struct table_build b = { .policy = p, .index = index, .specs = specs };
	bool ok = table_add_rules(&b, id) && seal_table(&b, &index->tables[id]);

	vec_free(&b.all);
	vec_free(&b.any);
	for (int key = 0; key < WHO_KEYS; key++) {
		vec_free(&b.who_any[key]);
		vec_free(&b.who_specific[key]);
	}
	vec_free(&b.net);
	vec_free(&b.names);
	vec_free(&b.targets);
	return ok;
}

typedef vec_of(struct name_ref) name_ref_vec;

static bool add_name_refs(name_ref_vec *refs, const struct rule *rule, enum destination_use use)
{
	const struct destination_list *list = rule_destinations(rule, use);

	for (size_t i = 0; i < list->len; i++) {
		struct name_ref *ref;

		if (list->items[i].type != DESTINATION_NAME)
			continue;
		ref = vec_add(refs);
		if (!ref)
			return false;
		*ref = (struct name_ref){ rule->index, use, &list->items[i] };
	}
	return true;
}

static bool build_name_refs(const struct policy *p, struct index *index, struct arena *arena)
{
	name_ref_vec refs = { 0 };
	bool ok = true;

	for (size_t i = 0; ok && i < p->nrules; i++)
		ok = add_name_refs(&refs, &p->rules[i], DESTINATION_CONNECT) &&
		     add_name_refs(&refs, &p->rules[i], DESTINATION_BIND);
	index->nname_refs = refs.len;
	index->name_refs = ok ? vec_seal(&refs, arena) : NULL;
	vec_free(&refs);
	return index->name_refs != NULL;
}

int index_build(struct policy *p)
{
	struct index *index = arena_alloc(&p->arena, sizeof(*index));
	struct spec_set specs = { 0 };
	bool ok =
		index && index_prepare_rules(p, index) == 0 && build_name_refs(p, index, &p->arena);

	for (int id = 0; ok && id < TABLE_COUNT; id++)
		ok = build_table(p, index, &specs, (enum table_id)id);
	if (ok) {
		index->specs = vec_seal(&specs.specs, &p->arena);
		ok = index->specs != NULL;
	}
	spec_set_free(&specs);
	p->index = index;
	return ok ? 0 : -ENOMEM;
}
