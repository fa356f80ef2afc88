#include "policy/search.h"

#include "policy/index.h"

enum {
	NODES_MAX = 256, /* prefixes around an address: at most 129; names of it */
	KEYS_MAX = 64,   /* different programs of a lineage that rules name */
	FEW = 4,
};

/* A list of destinations that the target is in, and how far it is. */
struct place_in {
	const struct dest_node *node;
	bool changed; /* exec: not the file that was seen at that path */
};

struct key {
	enum who_key kind;
	uint32_t path_id;
};

struct search {
	struct facts *facts;
	const struct index *index;
	const struct table *table;
	enum table_id id;
	struct place_in nodes[NODES_MAX];
	unsigned nnodes;
	struct key keys[KEYS_MAX];
	unsigned nkeys;
	bool overflow; /* more than fits above: look at every rule instead */
	struct found found;
};

void index_prefetch(const struct index *index, const struct target *target)
{
	/* The memory is on its way while the caller's programs are looked up. */
	if (target->class == TARGET_INET)
		net_index_prefetch(&index->tables[TABLE_CONNECT + TARGET_INET].net, &target->addr);
}

static enum table_id table_of(const struct facts *facts)
{
	switch (facts->request->kind) {
	case CALL_KIND_CONNECT:
		return TABLE_CONNECT + (enum table_id)facts->target.class;
	case CALL_KIND_BIND:
		return TABLE_BIND + (enum table_id)facts->target.class;
	case CALL_KIND_EXEC:
		return TABLE_EXEC;
	case CALL_KIND_SPAWN:
		return TABLE_SPAWN;
	default:
		return TABLE_SOCKET;
	}
}

static void add_node(struct search *s, const struct dest_node *node, bool changed)
{
	if (s->nnodes == NODES_MAX) {
		s->overflow = true;
		return;
	}
	s->nodes[s->nnodes++] = (struct place_in){ node, changed };
}

static bool add_name_node(void *ctx, uint32_t name)
{
	struct search *s = ctx;

	if (name < s->table->names)
		add_node(s, &s->table->by_name[name], false);
	return true;
}

static void find_inet_nodes(struct search *s)
{
	const struct address *addr = &s->facts->target.addr;

	const struct net_index *net = &s->table->net;

	for (uint32_t n = net_index_find(net, addr); n != NODE_NONE; n = net->nodes[n].parent)
		add_node(s, &net->nodes[n], false);
	if (s->table->by_name)
		name_resolver_each(s->facts->policy->resolver, addr, add_name_node, s);
}

static void find_target_node(struct search *s, const struct named *named)
{
	if (named->path_id != PATH_NONE)
		add_node(s, &s->table->by_target[named->path_id], !named->same);
}

static void find_nodes(struct search *s)
{
	if (!s->table->has_specific)
		return;
	if (s->id != TABLE_EXEC) {
		find_inet_nodes(s);
		return;
	}
	/* A target that nobody knows may be any; what an interpreter may, its rules say one by one.
	 */
	if (!s->facts->request->target || facts_run_interpreter(s->facts))
		s->overflow = true;
	find_target_node(s, &s->facts->exec);
	find_target_node(s, &s->facts->exec_script);
}

static bool has_lists(const struct table *table, enum who_key kind)
{
	return table->who_any[kind].start || table->who_specific[kind].start;
}

static void add_key(struct search *s, enum who_key kind, uint32_t path_id)
{
	if (path_id == PATH_NONE || !has_lists(s->table, kind))
		return;
	for (unsigned k = 0; k < s->nkeys; k++)
		if (s->keys[k].kind == kind && s->keys[k].path_id == path_id)
			return;
	if (s->nkeys == KEYS_MAX)
		s->overflow = true;
	else
		s->keys[s->nkeys++] = (struct key){ kind, path_id };
}

static void find_lineage_keys(struct search *s)
{
	struct who *who = &s->facts->who;
	const struct policy *policy = s->facts->policy;

	who_find_links(who);
	for (unsigned i = 0; i < who->nlinks; i++)
		add_key(s, WHO_LINEAGE, who->links[i].path_id);
	for (const struct lineage *l = who->rest; l; l = l->parent) {
		add_key(s, WHO_LINEAGE, named_program(policy, l->program, true).path_id);
		add_key(s, WHO_LINEAGE, named_script(policy, l->program, true).path_id);
	}
}

static void find_keys(struct search *s)
{
	add_key(s, WHO_EXE, s->facts->who.exe.path_id);
	add_key(s, WHO_SCRIPT, s->facts->who.script.path_id);
	if (has_lists(s->table, WHO_LINEAGE))
		find_lineage_keys(s);
}

/* Takes the rule when it matches; `what` is what is known of that half. True ends a list. */
static bool take(struct search *s, uint32_t rule, enum match what)
{
	enum match match = match_and(what, rule_who(s->facts, rule));

	if (match == MATCH_YES) {
		s->found.rule = rule;
		return true;
	}
	if (match == MATCH_CHANGED && rule < s->found.changed)
		s->found.changed = rule;
	return false;
}

/* Of a table without destinations or targets to look up, the what is judged rule by rule. */
static enum match any_what(struct search *s, uint32_t rule)
{
	bool known = s->id == TABLE_CONNECT + TARGET_INET || s->id == TABLE_BIND + TARGET_INET ||
		     s->id == TABLE_SPAWN;

	return known ? MATCH_YES : rule_what(s->facts, &s->facts->policy->rules[rule]);
}

static void take_any(struct search *s, const struct rule_list *list)
{
	for (uint32_t i = 0; i < list->len && list->items[i] < s->found.rule; i++) {
		enum match what = any_what(s, list->items[i]);

		if (what != MATCH_NO && take(s, list->items[i], what))
			return;
	}
}

/* Without the index. */
static void take_all(struct search *s)
{
	const struct rule_list *list = &s->table->all;

	for (uint32_t i = 0; i < list->len; i++) {
		const struct rule *rule = &s->facts->policy->rules[list->items[i]];
		enum match what = rule_what(s->facts, rule);

		if (what != MATCH_NO && take(s, list->items[i], what))
			return;
	}
}

static enum match entry_what(
	const struct search *s, const struct place_in *place, const struct entry *entry)
{
	const struct spec *spec = &s->index->specs[entry->spec];

	if (s->id == TABLE_EXEC)
		return place->changed && !s->index->quick[entry->rule].restrictive ? MATCH_CHANGED
										   : MATCH_YES;
	return transport_matches(spec->protocols, spec->ports, &s->facts->target, spec->restrictive)
		       ? MATCH_YES
		       : MATCH_NO;
}

static void take_entries(struct search *s, const struct place_in *place, struct entry_list list)
{
	for (uint32_t i = 0; i < list.len && list.items[i].rule < s->found.rule; i++) {
		enum match what = entry_what(s, place, &list.items[i]);

		if (what != MATCH_NO && take(s, list.items[i].rule, what))
			return;
	}
}

/* A rule found by who: is the target among its destinations? */
static enum match find_what(const struct search *s, uint32_t rule)
{
	enum match what = MATCH_NO;

	for (unsigned n = 0; what != MATCH_YES && n < s->nnodes; n++) {
		struct entry_list list = node_specific(s->nodes[n].node);

		for (uint32_t i = entry_list_find(&list, rule);
			i < list.len && list.items[i].rule == rule && what != MATCH_YES; i++)
			what = match_or(what, entry_what(s, &s->nodes[n], &list.items[i]));
	}
	return what;
}

static void take_by_what(struct search *s)
{
	for (unsigned n = 0; n < s->nnodes; n++)
		take_entries(s, &s->nodes[n], node_specific(s->nodes[n].node));
}

static void take_by_who(struct search *s, const struct key *key)
{
	struct rule_list list = path_list(&s->table->who_specific[key->kind], key->path_id);

	for (uint32_t i = 0; i < list.len && list.items[i] < s->found.rule; i++) {
		enum match what = find_what(s, list.items[i]);

		if (what != MATCH_NO && take(s, list.items[i], what))
			return;
	}
}

/* Rules with specific who and what: by the side with fewer of them. */
static void take_specific(struct search *s)
{
	size_t by_what = 0, by_who = 0;

	for (unsigned n = 0; n < s->nnodes; n++)
		by_what += s->nodes[n].node->nspecific;
	/* With a few, finding out how many there are on the other side would take longer. */
	if (by_what > FEW)
		for (unsigned k = 0; k < s->nkeys; k++)
			by_who += path_list(
				&s->table->who_specific[s->keys[k].kind], s->keys[k].path_id)
					  .len;
	if (by_what <= FEW || by_what <= by_who) {
		take_by_what(s);
		return;
	}
	for (unsigned k = 0; k < s->nkeys; k++)
		take_by_who(s, &s->keys[k]);
}

static void take_indexed(struct search *s)
{
	take_any(s, &s->table->any);
	for (unsigned n = 0; n < s->nnodes; n++)
		take_entries(s, &s->nodes[n], node_any(s->nodes[n].node));
	for (unsigned k = 0; k < s->nkeys; k++) {
		struct rule_list list =
			path_list(&s->table->who_any[s->keys[k].kind], s->keys[k].path_id);

		take_any(s, &list);
	}
	take_specific(s);
}

static void search_begin(struct search *s, struct facts *facts)
{
	s->facts = facts;
	s->index = facts->policy->index;
	s->id = table_of(facts);
	s->table = &s->index->tables[s->id];
	s->nnodes = s->nkeys = 0;
	s->overflow = false;
	s->found = (struct found){ RULE_NONE, RULE_NONE };
}

void search_first(struct facts *facts, struct found *out)
{
	struct search s;

	search_begin(&s, facts);
	find_nodes(&s);
	find_keys(&s);
	if (s.overflow)
		take_all(&s);
	else
		take_indexed(&s);
	*out = s.found;
	if (out->changed > out->rule)
		out->changed = RULE_NONE;
}

/* Has the list an entry of the rule, with the right transport if that matters? */
static bool list_names(
	const struct search *s, struct entry_list list, uint32_t rule, bool transport)
{
	for (uint32_t i = entry_list_find(&list, rule); i < list.len && list.items[i].rule == rule;
		i++) {
		const struct spec *spec = &s->index->specs[list.items[i].spec];

		if (!transport || transport_matches(spec->protocols, spec->ports, &s->facts->target,
					  spec->restrictive))
			return true;
	}
	return false;
}

bool search_rule_names(struct facts *facts, uint32_t rule, bool transport)
{
	struct search s;

	search_begin(&s, facts);
	find_nodes(&s);
	for (unsigned n = 0; n < s.nnodes; n++)
		if (list_names(&s, node_any(s.nodes[n].node), rule, transport) ||
			list_names(&s, node_specific(s.nodes[n].node), rule, transport))
			return true;
	return false;
}
