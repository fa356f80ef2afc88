#include "policy/who.h"

#include <string.h>

#include "policy/glob.h"
#include "policy/impl.h"

/* By path, `changed` is what is known of the file instead of its identity. */
static struct named named_file(const struct policy *policy, const char *path,
	const struct identity *id, bool by_path, bool changed)
{
	struct named named = { .path = path, .same = true };
	const struct path_entry *entry = path ? path_table_find(&policy->paths, path) : NULL;

	if (!entry)
		return named;
	named.path_id = entry->number;
	if (by_path)
		named.same = !changed;
	else
		named.same = !entry->id.known || identity_equal(&entry->id, id);
	return named;
}

struct named named_program(const struct policy *policy, const struct program *program, bool by_path)
{
	bool known = program && !program->nameless;

	return named_file(policy, known ? program->path : NULL, known ? &program->id : NULL,
		by_path, known && program->changed);
}

struct named named_script(const struct policy *policy, const struct program *program, bool by_path)
{
	return named_file(policy, program ? program->script : NULL,
		program ? &program->script_id : NULL, by_path, program && program->script_changed);
}

void who_of(const struct policy *policy, const struct request *request, struct who *out)
{
	const struct program *program = request->lineage ? request->lineage->program : NULL;

	out->policy = policy;
	out->request = request;
	out->exe = named_program(policy, program, request->by_path);
	out->script = named_script(policy, program, request->by_path);
	out->nlinks = 0;
	out->has_links = false;
}

void who_find_links(struct who *who)
{
	const struct lineage *link = who->request->lineage;
	bool by_path = who->request->by_path;

	if (who->has_links)
		return;
	for (; link && who->nlinks + 2 <= WHO_LINKS; link = link->parent) {
		struct named exe = named_program(who->policy, link->program, by_path);
		struct named script = named_script(who->policy, link->program, by_path);

		if (exe.path)
			who->links[who->nlinks++] = exe;
		if (script.path)
			who->links[who->nlinks++] = script;
	}
	who->rest = link;
	who->has_links = true;
}

static bool has_id(const struct program_matcher *matcher, uint32_t id)
{
	uint32_t low = 0, high = matcher->nids;

	if (!high || id < matcher->first || id > matcher->last)
		return false;
	if (matcher->last - matcher->first + 1 == high)
		return true;
	while (high - low > 1) {
		uint32_t mid = low + (high - low) / 2;

		if (matcher->ids[mid] <= id)
			low = mid;
		else
			high = mid;
	}
	return matcher->ids[low] == id;
}

enum match pattern_named(
	const struct program_pattern *pattern, const struct named *named, bool restrictive)
{
	if (!named->path)
		return MATCH_NO;
	if (pattern->glob)
		return glob_match(pattern->path, strlen(pattern->path), named->path,
			       strlen(named->path))
			       ? MATCH_YES
			       : MATCH_NO;
	if (pattern->path_id != named->path_id)
		return MATCH_NO;
	if (!restrictive && (pattern->sha256_differs || pattern->sha256_unknown))
		return MATCH_NO;
	if (restrictive)
		return pattern->sha256_differs && named->same ? MATCH_NO : MATCH_YES;
	return named->same ? MATCH_YES : MATCH_CHANGED;
}

enum match matcher_named(
	const struct program_matcher *matcher, const struct named *named, bool restrictive)
{
	enum match match = MATCH_NO;

	if (matcher->all)
		return MATCH_YES;
	if (!named->path)
		return MATCH_NO;
	if (named->path_id != PATH_NONE && has_id(matcher, named->path_id))
		match = named->same || restrictive ? MATCH_YES : MATCH_CHANGED;
	for (uint32_t i = 0; match != MATCH_YES && i < matcher->nodd; i++)
		match = match_or(match, pattern_named(matcher->odd[i], named, restrictive));
	return match;
}

enum match matcher_lineage(const struct program_matcher *matcher, struct who *who, bool restrictive)
{
	bool by_path = who->request->by_path;
	enum match match = MATCH_NO;

	if (matcher->all)
		return MATCH_YES;
	who_find_links(who);
	for (unsigned i = 0; match != MATCH_YES && i < who->nlinks; i++)
		match = match_or(match, matcher_named(matcher, &who->links[i], restrictive));
	for (const struct lineage *l = who->rest; match != MATCH_YES && l; l = l->parent) {
		struct named exe = named_program(who->policy, l->program, by_path);
		struct named script = named_script(who->policy, l->program, by_path);

		match = match_or(match, matcher_named(matcher, &exe, restrictive));
		match = match_or(match, matcher_named(matcher, &script, restrictive));
	}
	return match;
}

bool uid_list_has(const struct uid_list *list, uid_t uid, bool restrictive)
{
	if (!list->len || (uid == (uid_t)-1 && restrictive))
		return true;
	for (size_t i = 0; i < list->len && list->items[i].first <= uid; i++)
		if (uid <= list->items[i].last)
			return true;
	return false;
}

bool policy_program_changed(const struct policy *policy, const struct program *program)
{
	return !named_program(policy, program, false).same;
}

bool policy_script_changed(const struct policy *policy, const struct program *program)
{
	return !named_script(policy, program, false).same;
}
