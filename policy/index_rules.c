#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/index_build.h"

static bool is_odd(const struct program_pattern *pattern)
{
	return pattern->glob || pattern->sha256_differs || pattern->sha256_unknown;
}

static int id_order(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static bool matcher_init(
	struct program_matcher *m, const struct program_list *list, struct arena *arena)
{
	const struct program_pattern **odd;
	uint32_t *ids, nids = 0, nodd = 0;

	m->all = list->len == 0;
	for (size_t i = 0; i < list->len; i++)
		nodd += is_odd(&list->items[i]);
	odd = arena_alloc(arena, (nodd + 1) * sizeof(*odd));
	ids = arena_alloc(arena, (list->len - nodd + 1) * sizeof(*ids));
	if (!odd || !ids)
		return false;
	nodd = 0;
	for (size_t i = 0; i < list->len; i++) {
		if (is_odd(&list->items[i]))
			odd[nodd++] = &list->items[i];
		else
			ids[nids++] = list->items[i].path_id;
	}
	qsort(ids, nids, sizeof(*ids), id_order);
	for (uint32_t i = 0; i < nids; i++)
		if (!m->nids || ids[m->nids - 1] != ids[i])
			ids[m->nids++] = ids[i];
	m->ids = ids;
	m->first = nids ? ids[0] : 0;
	m->last = nids ? ids[m->nids - 1] : 0;
	m->odd = odd;
	m->nodd = nodd;
	return true;
}

static bool in_net_index(const struct destination *d)
{
	return d->type != DESTINATION_ANY && destination_speaks_of(d, TARGET_INET);
}

static bool others_init(
	struct destination_refs *refs, const struct destination_list *list, struct arena *arena)
{
	const struct destination **items;
	uint32_t n = 0;

	for (size_t i = 0; i < list->len; i++)
		n += !in_net_index(&list->items[i]);
	items = arena_alloc(arena, (n + 1) * sizeof(*items));
	if (!items)
		return false;
	n = 0;
	for (size_t i = 0; i < list->len; i++)
		if (!in_net_index(&list->items[i]))
			items[n++] = &list->items[i];
	*refs = (struct destination_refs){ items, n };
	return true;
}

static bool host_is_any(const struct destination *d)
{
	return d->type == DESTINATION_ANY ||
	       (d->type == DESTINATION_HOST_ANY && !d->protocols && !d->ports);
}

static bool list_has_any_host(const struct destination_list *list)
{
	for (size_t i = 0; i < list->len; i++)
		if (host_is_any(&list->items[i]))
			return true;
	return false;
}

static struct rule_quick quick_of(const struct rule *rule, const struct rule_match *m)
{
	bool only_exe = m->script.all && m->lineage.all && !rule->uid.len && !rule->stack.len;

	return (struct rule_quick){
		.first = m->exe.first,
		.last = m->exe.last,
		.everybody = only_exe && m->exe.all,
		.range = only_exe && m->exe.nids && !m->exe.nodd &&
			 m->exe.last - m->exe.first + 1 == m->exe.nids,
		.restrictive = m->restrictive,
	};
}

static bool prepare_rule(struct policy *p, const struct rule *rule, struct rule_match *m)
{
	m->restrictive = rule_restricts(rule);
	m->any_host[DESTINATION_CONNECT] = list_has_any_host(&rule->connect);
	m->any_host[DESTINATION_BIND] = list_has_any_host(&rule->bind);
	return matcher_init(&m->exe, &rule->exe, &p->arena) &&
	       matcher_init(&m->script, &rule->script, &p->arena) &&
	       matcher_init(&m->lineage, &rule->lineage, &p->arena) &&
	       matcher_init(&m->exec, &rule->exec, &p->arena) &&
	       others_init(&m->others[DESTINATION_CONNECT], &rule->connect, &p->arena) &&
	       others_init(&m->others[DESTINATION_BIND], &rule->bind, &p->arena);
}

int index_prepare_rules(struct policy *p, struct index *index)
{
	struct rule_quick *quick = arena_alloc(&p->arena, (p->nrules + 1) * sizeof(*quick));

	index->rules = arena_alloc(&p->arena, (p->nrules + 1) * sizeof(*index->rules));
	if (!index->rules || !quick)
		return -ENOMEM;
	for (size_t i = 0; i < p->nrules; i++) {
		if (!prepare_rule(p, &p->rules[i], &index->rules[i]))
			return -ENOMEM;
		quick[i] = quick_of(&p->rules[i], &index->rules[i]);
	}
	index->quick = quick;
	return 0;
}

/* How a rule's what is to be found in a table. */
enum what { WHAT_NONE, WHAT_ANY, WHAT_SPECIFIC };

static enum what destinations_what(
	const struct rule *rule, enum destination_use use, enum target_class class)
{
	const struct destination_list *list = rule_destinations(rule, use);
	enum what what = rule->every_kind ? WHAT_ANY : WHAT_NONE;

	for (size_t i = 0; what != WHAT_ANY && i < list->len; i++) {
		const struct destination *d = &list->items[i];

		if (!destination_speaks_of(d, class))
			continue;
		what = class != TARGET_INET || host_is_any(d) ? WHAT_ANY : WHAT_SPECIFIC;
	}
	return what;
}

static enum what exec_what(const struct program_matcher *exec)
{
	/* All but literal paths are matched one by one. */
	return exec->all || exec->nodd ? WHAT_ANY : WHAT_SPECIFIC;
}

static enum what rule_what(const struct table_build *b, const struct rule *rule, enum table_id id)
{
	static const uint8_t kinds[] = { [TABLE_EXEC] = CALL_KIND_EXEC,
		[TABLE_SPAWN] = CALL_KIND_SPAWN,
		[TABLE_SOCKET] = CALL_KIND_SOCKET };

	if (id < TABLE_BIND)
		return rule->kinds & kind_bit(CALL_KIND_CONNECT)
			       ? destinations_what(rule, DESTINATION_CONNECT,
					 (enum target_class)(id - TABLE_CONNECT))
			       : WHAT_NONE;
	if (id < TABLE_EXEC)
		return rule->kinds & kind_bit(CALL_KIND_BIND)
			       ? destinations_what(rule, DESTINATION_BIND,
					 (enum target_class)(id - TABLE_BIND))
			       : WHAT_NONE;
	if (!(rule->kinds & kind_bit((enum call_kind)kinds[id])))
		return WHAT_NONE;
	return id == TABLE_EXEC ? exec_what(&b->index->rules[rule->index].exec) : WHAT_ANY;
}

/* Literal programs that every call the rule matches comes from; NULL: it has none. */
static const struct program_matcher *who_key(const struct rule_match *m, enum who_key *key)
{
	const struct program_matcher *const all[] = { &m->exe, &m->script, &m->lineage };

	for (int i = 0; i < WHO_KEYS; i++) {
		*key = (enum who_key)i;
		if (!all[i]->all && !all[i]->nodd)
			return all[i];
	}
	return NULL;
}

static bool add_item(
	item_vec *items, const struct prefix *prefix, uint32_t rule, uint32_t spec, bool specific)
{
	struct net_item *item = vec_add(items);

	if (item)
		*item = (struct net_item){ *prefix, { rule, spec }, specific };
	return item != NULL;
}

/* A number in place of an address, so that names and targets sort as prefixes do. */
static struct prefix number_key(uint32_t number)
{
	struct prefix key = { .addr.bits = 32, .len = 32 };

	for (int i = 0; i < 4; i++)
		key.addr.bytes[i] = (uint8_t)(number >> (24 - 8 * i));
	return key;
}

struct set_walk {
	item_vec *items;
	uint32_t rule, spec;
	bool specific, ok;
};

static void add_set_prefix(void *ctx, const struct prefix *prefix)
{
	struct set_walk *walk = ctx;

	walk->ok =
		walk->ok && add_item(walk->items, prefix, walk->rule, walk->spec, walk->specific);
}

static bool add_set(struct table_build *b, const struct destination *d, struct set_walk *walk)
{
	address_set_each(d->set, add_set_prefix, walk);
	for (size_t i = 0; d->set == SET_RESOLVERS && i < b->policy->nresolvers; i++) {
		const struct address *addr = &b->policy->resolvers[i];
		struct prefix prefix = { *addr, addr->bits };

		add_set_prefix(walk, &prefix);
	}
	return walk->ok;
}

static bool add_destination(
	struct table_build *b, const struct rule *rule, const struct destination *d, bool specific)
{
	static const struct prefix whole[] = { { .addr.bits = 32 }, { .addr.bits = 128 } };
	const struct spec spec = { d->protocols, rule_restricts(rule), d->ports };
	struct set_walk walk = { &b->net, rule->index, spec_set_add(b->specs, &spec), specific,
		true };
	struct prefix key;

	if (walk.spec == UINT32_MAX)
		return false;
	switch (d->type) {
	case DESTINATION_HOST_ANY:
		add_set_prefix(&walk, &whole[0]);
		add_set_prefix(&walk, &whole[1]);
		return walk.ok;
	case DESTINATION_PREFIX:
		add_set_prefix(&walk, &d->prefix);
		return walk.ok;
	case DESTINATION_SET:
		return add_set(b, d, &walk);
	case DESTINATION_NAME:
		key = number_key(d->name.number);
		return add_item(&b->names, &key, rule->index, walk.spec, specific);
	default:
		return true;
	}
}

static bool add_targets(struct table_build *b, const struct rule *rule, bool specific)
{
	const struct program_matcher *exec = &b->index->rules[rule->index].exec;

	for (uint32_t i = 0; i < exec->nids; i++) {
		struct prefix key = number_key(exec->ids[i]);

		if (!add_item(&b->targets, &key, rule->index, 0, specific))
			return false;
	}
	return true;
}

static bool add_specific(
	struct table_build *b, const struct rule *rule, enum table_id id, bool specific)
{
	const struct destination_list *list =
		rule_destinations(rule, id < TABLE_BIND ? DESTINATION_CONNECT : DESTINATION_BIND);

	if (id == TABLE_EXEC)
		return add_targets(b, rule, specific);
	for (size_t i = 0; i < list->len; i++)
		if (!add_destination(b, rule, &list->items[i], specific))
			return false;
	return true;
}

static bool add_number(rule_vec *rules, uint32_t number)
{
	uint32_t *slot = vec_add(rules);

	if (slot)
		*slot = number;
	return slot != NULL;
}

static bool add_to_paths(path_rule_vec *paths, const struct program_matcher *who, uint32_t rule)
{
	for (uint32_t i = 0; i < who->nids; i++) {
		struct path_rule *slot = vec_add(paths);

		if (!slot)
			return false;
		*slot = (struct path_rule){ who->ids[i], rule };
	}
	return true;
}

static bool add_rule(
	struct table_build *b, const struct rule *rule, enum table_id id, enum what what)
{
	enum who_key key;
	const struct program_matcher *who = who_key(&b->index->rules[rule->index], &key);

	if (!add_number(&b->all, rule->index))
		return false;
	if (what == WHAT_SPECIFIC && !add_specific(b, rule, id, who != NULL))
		return false;
	if (who)
		return add_to_paths(what == WHAT_ANY ? &b->who_any[key] : &b->who_specific[key],
			who, rule->index);
	return what == WHAT_SPECIFIC || add_number(&b->any, rule->index);
}

bool table_add_rules(struct table_build *b, enum table_id id)
{
	for (size_t i = 0; i < b->policy->nrules; i++) {
		const struct rule *rule = &b->policy->rules[i];
		enum what what = rule_what(b, rule, id);

		if (what != WHAT_NONE && !add_rule(b, rule, id, what))
			return false;
	}
	return true;
}
