/* What both halves read the policy with. */
#include "cli/import/openshell_impl.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int openshell_fail(struct import *im, const struct yaml *node, const char *what)
{
	return err_set(im->err, 0, "%s:%d:%d: %s", im->name, node->line, node->column, what);
}

void openshell_unheld(struct import *im, const struct yaml *node, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	/* A line each, whatever names have in them. */
	for (char *p = text; *p; p++)
		if (*p == '\n')
			*p = ' ';
	sbuf_fmt(im->unheld, "%s:%d:%d: %s\n", im->name, node->line, node->column, text);
}

const struct yaml *openshell_find(const struct yaml *map, const char *key)
{
	for (const struct yaml *m = map && map->type == YAML_MAP ? map->child : NULL; m;
		m = m->next)
		if (!strcmp(m->key->text, key))
			return m;
	return NULL;
}

int openshell_list(
	struct import *im, const struct yaml *map, const char *key, const struct yaml **out)
{
	const struct yaml *node = openshell_find(map, key);
	bool nothing = !node || (node->type == YAML_SCALAR && !node->len);

	*out = NULL;
	if (!nothing && node->type != YAML_LIST)
		return openshell_fail(im, node, "expected a list");
	if (!nothing && node->child)
		*out = node;
	return 0;
}

bool openshell_is_text(const struct yaml *node)
{
	return node && node->type == YAML_SCALAR && node->len && strlen(node->text) == node->len;
}

void openshell_unknown(
	struct import *im, const struct yaml *map, const char *const *known, const char *where)
{
	for (const struct yaml *m = map->type == YAML_MAP ? map->child : NULL; m; m = m->next) {
		size_t i = 0;

		while (known[i] && strcmp(known[i], m->key->text) != 0)
			i++;
		if (!known[i])
			openshell_unheld(im, m->key, "\"%s\" in %s is not known here, and left out",
				m->key->text, where);
	}
}
