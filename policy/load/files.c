#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "policy/glob.h"
#include "policy/load.h"

static const char root_expected[] =
	"the path of a file or directory: absolute, or relative to where callgate is started";

/* The path with callgate's own directory before it when it is relative. */
static char *absolute(struct loader *l, const struct yaml *node)
{
	cleanup_sbuf struct sbuf path = SBUF_INIT;
	const char *cwd = l->env ? l->env->cwd : NULL;

	if (node->text[0] == '/')
		return load_dup(l, node->text, node->len);
	if (!cwd) {
		load_fail_text(l, node, "a relative path is of no use here: write it out");
		return NULL;
	}
	sbuf_fmt(&path, "%s/%s", cwd, node->text);
	return load_dup(l, sbuf_text(&path), path.len);
}

static int resolve_root(struct loader *l, const struct yaml *node, struct file_root *root)
{
	cleanup_resolution struct resolution resolved = { 0 };
	cleanup_sbuf struct sbuf text = SBUF_INIT;
	const struct root_view *start = l->env ? l->env->start_root : NULL;
	char *path = absolute(l, node);

	if (!path)
		return -1;
	root->path = path;
	if (root_view_resolve(start, path, &resolved) == 0) {
		root->path = load_dup(l, resolved.path, strlen(resolved.path));
		return root->path ? 0 : -ENOMEM;
	}
	resolution_fault(&resolved, &text);
	load_warn(l, &root->place, sbuf_text(&text));
	return 0;
}

typedef vec_of(struct file_root) root_vec;

static int load_root(struct loader *l, const struct yaml *node, void *target)
{
	struct file_root *root = vec_add((root_vec *)target);

	if (!root)
		return load_no_memory(l);
	if (load_text(l, node, root_expected) < 0)
		return -1;
	if (node->text[0] == '~')
		return load_fail_text(l, node, "no shell reads this: write the directory out");
	if (glob_is_pattern(node->text, node->len))
		return load_fail_text(
			l, node, "patterns cannot be held: expected %s", root_expected);
	*root = (struct file_root){ .place = load_place(l, node) };
	root->text = load_dup(l, node->text, node->len);
	return root->text ? resolve_root(l, node, root) : -ENOMEM;
}

/* Several files add to the lists. */
static int load_roots(struct loader *l, const struct yaml *node, struct file_roots *list)
{
	root_vec roots = { 0 };
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < list->len; i++) {
		struct file_root *root = vec_add(&roots);

		if (root)
			*root = list->items[i];
		else
			ret = load_no_memory(l);
	}
	if (ret == 0)
		ret = load_each(l, node, load_root, &roots);
	if (ret == 0) {
		list->len = roots.len;
		list->items = vec_seal(&roots, &l->policy->arena);
		ret = list->items ? 0 : load_no_memory(l);
	}
	vec_free(&roots);
	return ret;
}

static int load_read(struct loader *l, const struct yaml *node, void *unused)
{
	(void)unused;
	return load_roots(l, node, &l->policy->files.read);
}

static int load_write(struct loader *l, const struct yaml *node, void *unused)
{
	(void)unused;
	if (node->type == YAML_LIST && !node->child)
		return 0; /* nothing may be written: that can be meant */
	return load_roots(l, node, &l->policy->files.write);
}

static int load_require(struct loader *l, const struct yaml *node, void *target)
{
	static const char *const words[] = { "hard", "best", NULL };
	int word = load_word(l, node, words);

	if (word < 0)
		return -1;
	*(int *)target = word;
	return 0;
}

int load_files(struct loader *l, const struct yaml *node, void *unused)
{
	static const struct load_key rows[] = {
		{ "read", load_read },
		{ "write", load_write },
		{ "require", load_require },
		{ NULL, NULL },
	};
	struct files *files = &l->policy->files;
	int require = 0;

	(void)unused;
	if (load_map(l, node, "files", rows, &require) < 0)
		return -1;
	if (!load_find(node, "read") && !load_find(node, "write"))
		return load_fail(l, node,
			"no paths here: add \"write: [...]\", and \"read: [...]\" where not "
			"everything may be read");
	/* Of several files, the one that requires more has its way. */
	files->best = require == 1 && (files->best || !files->place.file);
	if (!files->place.file)
		files->place = load_place(l, node);
	return 0;
}
