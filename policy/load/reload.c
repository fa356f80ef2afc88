#include <errno.h>
#include <string.h>

#include "policy/load.h"

int load_on_error(struct loader *l, const struct yaml *node, void *unused)
{
	static const char *const words[] = { "keep", "close", NULL };
	struct on_error *on_error = &l->policy->on_error;
	int word = load_word(l, node, words);

	(void)unused;
	if (word < 0)
		return -1;
	/* Of several files, the stricter one has its way. */
	on_error->close = word == 1 || (on_error->place.file && on_error->close);
	if (!on_error->place.file)
		on_error->place = load_place(l, node);
	return 0;
}

bool policy_closes_on_error(const struct policy *policy, bool otherwise)
{
	return policy->on_error.place.file ? policy->on_error.close : otherwise;
}

int load_source_add(struct loader *l, const char *path)
{
	const char **source;
	char *copy = load_dup(l, path, strlen(path));

	source = copy ? vec_add(&l->policy->sources) : NULL;
	if (!source)
		return load_no_memory(l);
	*source = copy;
	return 0;
}

const char *policy_source(const struct policy *policy, size_t i)
{
	return i < policy->sources.len ? policy->sources.items[i] : NULL;
}
