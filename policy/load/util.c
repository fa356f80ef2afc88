#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/names.h"
#include "policy/load.h"
#include "policy/quote.h"

struct place load_place(const struct loader *l, const struct yaml *node)
{
	return (struct place){ l->file->name, node->line, node->column };
}

int load_fail(struct loader *l, const struct yaml *node, const char *fmt, ...)
{
	cleanup_sbuf struct sbuf message = SBUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	sbuf_vfmt(&message, fmt, ap);
	va_end(ap);
	return err_set(l->err, 0, "%s:%d:%d: %s", l->file->name, node->line, node->column,
		message.failed ? "out of memory" : sbuf_text(&message));
}

int load_fail_text(struct loader *l, const struct yaml *node, const char *fmt, ...)
{
	cleanup_sbuf struct sbuf message = SBUF_INIT;
	va_list ap;

	quote_text(&message, node->text, node->len);
	sbuf_str(&message, ": ");
	va_start(ap, fmt);
	sbuf_vfmt(&message, fmt, ap);
	va_end(ap);
	return load_fail(l, node, "%s", message.failed ? "out of memory" : sbuf_text(&message));
}

int load_wrap(struct loader *l, const struct place *place)
{
	return err_wrap(l->err, "%s:%d:%d", place->file, place->line, place->column);
}

int load_no_memory(struct loader *l)
{
	return err_set(l->err, ENOMEM, "%s", l->file ? l->file->name : "policy");
}

void load_warn(struct loader *l, const struct place *place, const char *text)
{
	cleanup_sbuf struct sbuf line = SBUF_INIT;

	if (!l->env || !l->env->warn)
		return;
	sbuf_fmt(&line, "%s:%d:%d: %s", place->file, place->line, place->column, text);
	l->env->warn(l->env->warn_ctx, sbuf_text(&line));
}

char *load_dup(struct loader *l, const char *text, size_t len)
{
	char *copy = arena_alloc(&l->policy->arena, len + 1);

	if (!copy)
		load_no_memory(l);
	else if (len)
		memcpy(copy, text, len);
	return copy;
}

int load_text(struct loader *l, const struct yaml *node, const char *expected)
{
	if (node->type != YAML_SCALAR)
		return load_fail(l, node, "expected %s, not a %s", expected,
			node->type == YAML_LIST ? "list" : "mapping");
	if (!node->len)
		return load_fail(l, node, "nothing here: expected %s", expected);
	if (memchr(node->text, '\0', node->len))
		return load_fail_text(l, node, "a NUL byte cannot be here: expected %s", expected);
	return 0;
}

void load_suggest(struct sbuf *out, const char *const *words, const char *text)
{
	const char *near = name_nearest(words, text);

	if (near)
		sbuf_fmt(out, "; did you mean \"%s\"?", near);
}

/* "a, b or c" */
static void list_words(struct sbuf *out, const char *const *words)
{
	for (size_t i = 0; words[i]; i++)
		sbuf_fmt(out, "%s%s", !i ? "" : words[i + 1] ? ", " : " or ", words[i]);
}

int load_word(struct loader *l, const struct yaml *node, const char *const *words)
{
	cleanup_sbuf struct sbuf list = SBUF_INIT, near = SBUF_INIT;

	list_words(&list, words);
	if (load_text(l, node, sbuf_text(&list)) < 0)
		return -1;
	for (int i = 0; words[i]; i++)
		if (!strcmp(words[i], node->text))
			return i;
	load_suggest(&near, words, node->text);
	return load_fail_text(l, node, "expected %s%s", sbuf_text(&list), sbuf_text(&near));
}

const struct yaml *load_find(const struct yaml *map, const char *key)
{
	for (const struct yaml *m = map->type == YAML_MAP ? map->child : NULL; m; m = m->next)
		if (m->key->len == strlen(key) && !memcmp(m->key->text, key, m->key->len))
			return m;
	return NULL;
}

enum { KEYS_MAX = 16 };

static int unknown_key(
	struct loader *l, const struct yaml *key, const char *what, const struct load_key *rows)
{
	cleanup_sbuf struct sbuf list = SBUF_INIT, near = SBUF_INIT;
	const char *words[KEYS_MAX + 1] = { 0 };

	for (size_t i = 0; i < KEYS_MAX && rows[i].name; i++)
		words[i] = rows[i].name;
	list_words(&list, words);
	load_suggest(&near, words, key->text);
	return load_fail_text(l, key, "no such key in %s: expected %s%s", what, sbuf_text(&list),
		sbuf_text(&near));
}

static const struct load_key *find_row(const struct load_key *rows, const struct yaml *key)
{
	for (; rows->name; rows++)
		if (key->len == strlen(rows->name) && !memcmp(key->text, rows->name, key->len))
			return rows;
	return NULL;
}

int load_map(struct loader *l, const struct yaml *node, const char *what,
	const struct load_key *rows, void *target)
{
	const struct yaml *seen[KEYS_MAX] = { 0 };

	if (node->type != YAML_MAP)
		return load_fail(l, node, "expected %s: a mapping of keys to values", what);
	for (const struct yaml *value = node->child; value; value = value->next) {
		const struct load_key *row = find_row(rows, value->key);
		const struct yaml **first = row ? &seen[row - rows] : NULL;
		int ret;

		if (!row)
			return unknown_key(l, value->key, what, rows);
		if (*first)
			return load_fail_text(l, value->key,
				"this key is already at line %d: keep one of them", (*first)->line);
		*first = value->key;
		ret = row->load(l, value, target);
		if (ret < 0)
			return ret;
	}
	return 0;
}

int load_each(struct loader *l, const struct yaml *node,
	int (*fn)(struct loader *l, const struct yaml *item, void *target), void *target)
{
	if (node->type != YAML_LIST)
		return fn(l, node, target);
	if (!node->child)
		return load_fail(l, node,
			"an empty list matches nothing: remove the key, or fill "
			"the list");
	for (const struct yaml *item = node->child; item; item = item->next) {
		int ret = fn(l, item, target);

		if (ret < 0)
			return ret;
	}
	return 0;
}
