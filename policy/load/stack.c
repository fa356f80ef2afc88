#include <string.h>

#include "policy/glob.h"
#include "policy/load.h"

static const char expected[] = "the file name of a library or program, its path, or a pattern "
			       "of either, like \"libcurl.so*\"";

typedef vec_of(const char *) module_vec;

static int load_module(struct loader *l, const struct yaml *node, void *target)
{
	const char **item = vec_add((module_vec *)target);
	size_t position = 0;
	const char *fault;

	if (!item)
		return load_no_memory(l);
	if (load_text(l, node, expected) < 0)
		return -1;
	fault = glob_check(node->text, node->len, &position);
	if (fault)
		return load_fail_text(
			l, node, "%s, at character %zu of the pattern", fault, position + 1);
	if (strchr(node->text, '/') && node->text[0] != '/' && strncmp(node->text, "**", 2))
		return load_fail_text(l, node, "not an absolute path: expected %s", expected);
	*item = load_dup(l, node->text, node->len);
	return *item ? 0 : -1;
}

static int load_modules(struct loader *l, const struct yaml *node, void *target)
{
	struct module_list *list = target;
	module_vec modules = { 0 };
	int ret = load_each(l, node, load_module, &modules);

	if (ret == 0) {
		list->len = modules.len;
		list->items = vec_seal(&modules, &l->policy->arena);
		if (!list->items)
			ret = load_no_memory(l);
	}
	vec_free(&modules);
	return ret;
}

int load_stack(struct loader *l, const struct yaml *node, void *list)
{
	static const struct load_key rows[] = {
		{ "module", load_modules },
		{ NULL, NULL },
	};

	if (node->type != YAML_MAP || !load_find(node, "module"))
		return load_fail(l, node, "expected {module: M}, where M is %s", expected);
	return load_map(l, node, "a stack", rows, list);
}
