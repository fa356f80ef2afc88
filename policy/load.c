#include "policy/load.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "policy/index.h"
#include "policy/resolvers.h"
#include "policy/source.h"

enum { INCLUDE_DEPTH_MAX = 16, FILES_MAX = 1000 };

/* Bounds what one file's tree takes: some 150 bytes for each of text at worst. */
#define TREE_MAX ((size_t)4 << 30)

static int load_file(struct loader *l, const char *path, bool pipes, const struct yaml *from);

static int load_version(struct loader *l, const struct yaml *node, void *unused)
{
	(void)unused;
	if (load_text(l, node, "1, the version of this language") < 0)
		return -1;
	if (strcmp(node->text, "1"))
		return load_fail_text(l, node, "no such version: this callgate knows version 1");
	return 0;
}

static int load_resolvers(struct loader *l)
{
	struct policy *p = l->policy;
	size_t len;
	cleanup_free struct address *found =
		resolvers_read(l->env ? l->env->resolv_conf : NULL, &len);

	p->resolvers = found ? arena_alloc(&p->arena, len * sizeof(*found)) : NULL;
	if (!p->resolvers)
		return load_no_memory(l);
	memcpy(p->resolvers, found, len * sizeof(*found));
	p->nresolvers = len;
	return 0;
}

static int load_one_include(struct loader *l, const struct yaml *node, void *unused)
{
	cleanup_free char *path = NULL;

	(void)unused;
	if (load_text(l, node, "the path of a policy file") < 0)
		return -1;
	path = source_relative(l->file->name, node->text);
	if (!path)
		return load_no_memory(l);
	for (const struct load_file *f = l->file; f; f = f->parent)
		if (!strcmp(f->name, path))
			return load_fail_text(l, node, "the file includes itself");
	return load_file(l, path, false, node);
}

static int load_include(struct loader *l, const struct yaml *node, void *unused)
{
	return load_each(l, node, load_one_include, unused);
}

static int load_rules(struct loader *l, const struct yaml *node, void *unused)
{
	bool nothing = node->type == YAML_SCALAR && !node->len;

	if (nothing || (node->type == YAML_LIST && !node->child))
		return 0; /* only defaults and budgets: that can be meant */
	if (node->type != YAML_LIST)
		return load_fail(l, node, "expected a list of rules: \"- id: ...\"");
	return load_each(l, node, load_rule, unused);
}

static int load_tree(struct loader *l, const struct yaml *root)
{
	static const struct load_key rows[] = {
		{ "version", load_version },
		{ "include", load_include },
		{ "default", load_default },
		{ "budgets", load_budgets },
		{ "syscalls", load_syscalls },
		{ "network", load_network },
		{ "files", load_files },
		{ "env", load_environment },
		{ "on-error", load_on_error },
		{ "limits", load_limits },
		{ "user", load_user },
		{ "group", load_group },
		{ "rules", load_rules },
		{ NULL, NULL },
	};

	if (root->type == YAML_MAP && !load_find(root, "version"))
		return load_fail(l, root, "no version here: begin with \"version: 1\"");
	return load_map(l, root, "a policy", rows, NULL);
}

static int load_source(
	struct loader *l, const char *text, size_t len, const char *name, int first_line)
{
	struct load_file file = { .parent = l->file };
	struct yaml *root = NULL;
	struct arena tree;
	int ret;

	file.name = load_dup(l, name, strlen(name));
	if (!file.name)
		return -ENOMEM;
	l->file = &file;
	arena_init(&tree, TREE_MAX);
	ret = yaml_parse(text, len, file.name, first_line, &tree, &root, l->err);
	if (ret == 0)
		ret = load_tree(l, root);
	arena_free(&tree);
	l->file = file.parent;
	return ret;
}

static unsigned depth_of(const struct loader *l)
{
	unsigned depth = 0;

	for (const struct load_file *f = l->file; f; f = f->parent)
		depth++;
	return depth;
}

/* `from` is the include that names the file; NULL for the files given to callgate. */
static int load_file(struct loader *l, const char *path, bool pipes, const struct yaml *from)
{
	cleanup_free char *text = NULL;
	size_t len = 0;
	int ret;

	if (from && (depth_of(l) >= INCLUDE_DEPTH_MAX || l->files >= FILES_MAX))
		return load_fail_text(l, from, "too many files included, or too deeply");
	l->files++;
	if (load_source_add(l, path) < 0)
		return -ENOMEM;
	ret = source_read(path, pipes, YAML_TEXT_MAX, &text, &len, l->err);
	if (ret < 0 && from) {
		struct place place = load_place(l, from);

		load_wrap(l, &place);
	}
	return ret < 0 ? ret : load_source(l, text, len, path, 1);
}

static int check_defaults(struct loader *l, const char *name)
{
	const struct policy *p = l->policy;

	for (int kind = CALL_KIND_CONNECT; kind <= CALL_KIND_SOCKET; kind++)
		if (p->defaults[kind].place.file)
			return 0;
	return err_set(l->err, 0,
		"%s:1:1: no default here: add \"default: deny\", or one for each kind of call",
		name);
}

#define seal(l, vec, pointer, count)                                                               \
	((pointer) = vec_seal((vec), &(l)->policy->arena), (count) = (vec)->len, (pointer) != NULL)

static int load_finish(struct loader *l, const char *name)
{
	struct policy *p = l->policy;
	int ret = check_defaults(l, name);

	if (ret < 0)
		return ret;
	if (!seal(l, &l->rules, p->rules, p->nrules) ||
		!seal(l, &l->budgets, p->budgets, p->nbudgets) ||
		!seal(l, &l->unders, p->unders, p->nbudgets) ||
		!seal(l, &l->edits, p->edits, p->nedits))
		return load_no_memory(l);
	ret = load_syscalls_finish(l);
	if (ret == 0)
		ret = load_environment_finish(l);
	if (ret == 0)
		ret = load_limits_finish(l);
	if (ret == 0)
		ret = load_network_finish(l);
	if (ret == 0 && l->wants_resolvers)
		ret = load_resolvers(l);
	if (ret == 0 && index_build(p) < 0)
		ret = load_no_memory(l);
	return ret;
}

static struct policy *policy_new(const struct policy_env *env)
{
	struct policy *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	arena_init(&p->arena, POLICY_ARENA_MAX);
	p->root = env ? env->root : NULL;
	for (int kind = 0; kind < CALL_KIND_COUNT; kind++)
		p->defaults[kind].verdict = VERDICT_DENY;
	return p;
}

/* Finishes a load that came to `ret`, and hands the policy over or frees it. */
static int load_end(struct loader *l, int ret, const char *name, struct policy **out)
{
	if (ret == 0)
		ret = load_finish(l, name);
	HASH_CLEAR(hh, l->ids);
	vec_free(&l->rules);
	vec_free(&l->budgets);
	vec_free(&l->unders);
	vec_free(&l->edits);
	if (ret < 0)
		policy_free(l->policy);
	else
		*out = l->policy;
	return ret;
}

int policy_load(const char *const *files, size_t nfiles, const struct policy_env *env,
	struct policy **out, struct err **err)
{
	struct loader l = { .policy = policy_new(env), .env = env, .err = err };
	int ret = 0;

	if (!l.policy)
		return err_set(err, ENOMEM, "policy");
	for (size_t i = 0; ret == 0 && i < nfiles; i++)
		ret = load_file(&l, files[i], true, NULL);
	return load_end(&l, ret, nfiles ? files[0] : "policy", out);
}

int policy_load_text(const char *text, size_t len, const char *name, const struct policy_env *env,
	struct policy **out, struct err **err)
{
	struct loader l = { .policy = policy_new(env), .env = env, .err = err };
	int ret;

	if (!l.policy)
		return err_set(err, ENOMEM, "policy");
	ret = load_source(&l, text, len, name, env ? env->lines_before + 1 : 1);
	return load_end(&l, ret, name, out);
}

void policy_free(struct policy *policy)
{
	if (!policy)
		return;
	path_table_free(&policy->paths);
	vec_free(&policy->names);
	vec_free(&policy->sources);
	if (policy->owns_resolver)
		name_resolver_free(policy->resolver);
	arena_free(&policy->arena);
	free(policy);
}
