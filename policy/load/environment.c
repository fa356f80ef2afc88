#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "policy/environment_impl.h"
#include "policy/glob.h"
#include "policy/load.h"

typedef vec_of(struct env_name) name_vec;

static int check_name(struct loader *l, const struct yaml *node)
{
	size_t position;

	if (load_text(l, node, "the name of a variable") < 0)
		return -1;
	if (memchr(node->text, '=', node->len))
		return load_fail_text(l, node, "a name has no \"=\"");
	if (glob_check(node->text, node->len, &position))
		return load_fail_text(l, node, "%s", glob_check(node->text, node->len, &position));
	return 0;
}

static int load_name(struct loader *l, const struct yaml *node, void *target)
{
	struct env_name *name = vec_add((name_vec *)target);

	if (!name)
		return load_no_memory(l);
	if (check_name(l, node) < 0)
		return -1;
	*name = (struct env_name){ load_place(l, node), load_dup(l, node->text, node->len) };
	return name->text ? 0 : -ENOMEM;
}

/* Several files add to the lists. */
static int load_names(struct loader *l, const struct yaml *node, struct env_names *list)
{
	name_vec names = { 0 };
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < list->len; i++) {
		struct env_name *name = vec_add(&names);

		if (name)
			*name = list->items[i];
		else
			ret = load_no_memory(l);
	}
	if (ret == 0)
		ret = load_each(l, node, load_name, &names);
	if (ret == 0) {
		list->len = names.len;
		list->items = vec_seal(&names, &l->policy->arena);
		ret = list->items ? 0 : load_no_memory(l);
	}
	vec_free(&names);
	return ret;
}

static int load_keep(struct loader *l, const struct yaml *node, void *unused)
{
	(void)unused;
	return load_names(l, node, &l->policy->environment.keep);
}

static int load_remove(struct loader *l, const struct yaml *node, void *unused)
{
	(void)unused;
	return load_names(l, node, &l->policy->environment.remove);
}

typedef vec_of(struct env_setting) setting_vec;

static int add_setting(struct loader *l, const struct yaml *node, setting_vec *settings)
{
	cleanup_sbuf struct sbuf text = SBUF_INIT;
	struct env_setting *setting;

	if (check_name(l, node->key) < 0)
		return -1;
	if (node->type != YAML_SCALAR || memchr(node->text, '\0', node->len))
		return load_fail(l, node, "expected the value of a variable: a text");
	for (size_t i = 0; i < settings->len; i++)
		if (!strncmp(settings->items[i].text, node->key->text, node->key->len) &&
			settings->items[i].text[node->key->len] == '=')
			return load_fail_text(l, node->key, "the variable is set already, at %s:%d",
				settings->items[i].place.file, settings->items[i].place.line);
	setting = vec_add(settings);
	if (!setting)
		return load_no_memory(l);
	sbuf_fmt(&text, "%s=%s", node->key->text, node->text);
	setting->place = load_place(l, node->key);
	setting->text = load_dup(l, sbuf_text(&text), text.len);
	return setting->text ? 0 : -ENOMEM;
}

static int load_set(struct loader *l, const struct yaml *node, void *unused)
{
	struct environment *e = &l->policy->environment;
	setting_vec settings = { 0 };
	int ret = 0;

	(void)unused;
	if (node->type != YAML_MAP)
		return load_fail(l, node, "expected a mapping of names to values");
	for (size_t i = 0; ret == 0 && i < e->nset; i++) {
		struct env_setting *setting = vec_add(&settings);

		if (setting)
			*setting = e->set[i];
		else
			ret = load_no_memory(l);
	}
	for (const struct yaml *m = node->child; ret == 0 && m; m = m->next)
		ret = add_setting(l, m, &settings);
	if (ret == 0) {
		e->nset = settings.len;
		e->set = vec_seal(&settings, &l->policy->arena);
		ret = e->set ? 0 : load_no_memory(l);
	}
	vec_free(&settings);
	return ret;
}

int load_environment(struct loader *l, const struct yaml *node, void *unused)
{
	static const struct load_key rows[] = {
		{ "keep", load_keep },
		{ "set", load_set },
		{ "remove", load_remove },
		{ NULL, NULL },
	};
	struct environment *e = &l->policy->environment;

	if (!e->place.file)
		e->place = load_place(l, node);
	return load_map(l, node, "env", rows, unused);
}

int load_environment_finish(struct loader *l)
{
	struct policy *p = l->policy;
	const struct environment *e = &p->environment;

	p->names_programs = environment_names_programs(p);
	for (size_t i = 0; i < e->nset; i++) {
		const struct place *place = &e->set[i].place;
		size_t name = environment_code(p, e->set[i].text, strlen(e->set[i].text));

		if (name && p->names_programs)
			return err_set(l->err, 0,
				"%s:%d:%d: \"%.*s\": this variable puts code into programs, and "
				"rules name some: if that is meant, list it in \"keep\" as well",
				place->file, place->line, place->column, (int)name, e->set[i].text);
	}
	return 0;
}
