#include <string.h>

#include "policy/glob.h"
#include "policy/model.h"
#include "policy/module.h"
#include "policy/socket_pattern.h"

/* Comparing longer lists item by item takes too long; then it is "not known". */
enum { COMPARISONS_MAX = 4000000 };

static bool too_many(size_t a, size_t b)
{
	return b && a > COMPARISONS_MAX / b;
}

static bool pattern_covers(const struct program_pattern *outer, const struct program_pattern *inner)
{
	size_t outer_len = strlen(outer->path), inner_len = strlen(inner->path);

	if (outer->sha256_differs || outer->sha256_unknown)
		return false;
	if (!outer->glob)
		return !inner->glob && outer->path_id == inner->path_id;
	if (!inner->glob)
		return glob_match(outer->path, outer_len, inner->path, inner_len);
	return glob_covers(outer->path, outer_len, inner->path, inner_len);
}

static bool programs_cover(const struct program_list *outer, const struct program_list *inner)
{
	if (!outer->len)
		return true;
	if (!inner->len || too_many(outer->len, inner->len))
		return false;
	for (size_t i = 0; i < inner->len; i++) {
		size_t o = 0;

		while (o < outer->len && !pattern_covers(&outer->items[o], &inner->items[i]))
			o++;
		if (o == outer->len)
			return false;
	}
	return true;
}

static bool uids_cover(const struct uid_list *outer, const struct uid_list *inner)
{
	size_t o = 0;

	if (!outer->len)
		return true;
	for (size_t i = 0; i < inner->len; i++) {
		while (o < outer->len && outer->items[o].last < inner->items[i].first)
			o++;
		if (o == outer->len || outer->items[o].first > inner->items[i].first ||
			outer->items[o].last < inner->items[i].last)
			return false;
	}
	return inner->len > 0;
}

static bool has_any(const struct destination_list *list)
{
	for (size_t i = 0; i < list->len; i++)
		if (list->items[i].type == DESTINATION_ANY)
			return true;
	return false;
}

static bool destinations_cover(
	const struct destination_list *outer, const struct destination_list *inner)
{
	if (!outer->len || has_any(outer))
		return true;
	if (!inner->len || too_many(outer->len, inner->len))
		return false;
	for (size_t i = 0; i < inner->len; i++) {
		size_t o = 0;

		while (o < outer->len && !destination_covers(&outer->items[o], &inner->items[i]))
			o++;
		if (o == outer->len)
			return false;
	}
	return true;
}

static bool sockets_cover(const struct socket_list *outer, const struct socket_list *inner)
{
	if (!outer->len)
		return true;
	for (size_t i = 0; i < inner->len; i++) {
		size_t o = 0;

		while (o < outer->len && !socket_pattern_covers(&outer->items[o], &inner->items[i]))
			o++;
		if (o == outer->len)
			return false;
	}
	return inner->len > 0;
}

/* Does the rule judge the kind at all, and what of it? */
static bool judges(const struct rule *rule, enum call_kind kind)
{
	return rule->kinds & kind_bit(kind);
}

static bool what_covers(const struct rule *a, const struct rule *b)
{
	if (b->kinds & ~a->kinds)
		return false;
	return (!judges(b, CALL_KIND_EXEC) || programs_cover(&a->exec, &b->exec)) &&
	       (!judges(b, CALL_KIND_SOCKET) || sockets_cover(&a->socket, &b->socket)) &&
	       (!judges(b, CALL_KIND_CONNECT) || destinations_cover(&a->connect, &b->connect)) &&
	       (!judges(b, CALL_KIND_BIND) || destinations_cover(&a->bind, &b->bind));
}

bool rule_covers(const struct rule *earlier, const struct rule *later)
{
	return programs_cover(&earlier->exe, &later->exe) &&
	       programs_cover(&earlier->script, &later->script) &&
	       programs_cover(&earlier->lineage, &later->lineage) &&
	       uids_cover(&earlier->uid, &later->uid) &&
	       module_list_covers(&earlier->stack, &later->stack) && what_covers(earlier, later);
}
