#include "policy/module.h"

#include <string.h>

#include "policy/glob.h"

/* A pattern without a slash is about the file's name, wherever it is. */
static bool is_path(const char *pattern)
{
	return strchr(pattern, '/') != NULL;
}

static bool matches(const char *pattern, const char *module)
{
	const char *slash = strrchr(module, '/');

	if (!is_path(pattern) && slash)
		module = slash + 1;
	return glob_match(pattern, strlen(pattern), module, strlen(module));
}

bool module_list_has(const struct module_list *list, const char *module, bool restrictive)
{
	if (!list->len)
		return true;
	if (!module)
		return restrictive;
	for (size_t i = 0; i < list->len; i++) {
		if (matches(list->items[i], module))
			return true;
	}
	return false;
}

static bool covers(const char *outer, const char *inner)
{
	return is_path(outer) == is_path(inner) &&
	       glob_covers(outer, strlen(outer), inner, strlen(inner));
}

bool module_list_covers(const struct module_list *outer, const struct module_list *inner)
{
	if (!outer->len)
		return true;
	for (size_t i = 0; i < inner->len; i++) {
		size_t o = 0;

		while (o < outer->len && !covers(outer->items[o], inner->items[i]))
			o++;
		if (o == outer->len)
			return false;
	}
	return inner->len > 0;
}
