#include "policy/files.h"

#include <string.h>

#include "policy/files_impl.h"

const struct files *policy_files(const struct policy *policy)
{
	return &policy->files;
}

static bool is_beneath(const char *path, const char *root)
{
	size_t len = strlen(root);

	if (!strcmp(root, "/"))
		return true;
	return !strncmp(path, root, len) && (path[len] == '\0' || path[len] == '/');
}

static bool any_root(const struct file_roots *roots, const char *path, struct place *place)
{
	for (size_t i = 0; i < roots->len; i++) {
		if (!is_beneath(path, roots->items[i].path))
			continue;
		*place = roots->items[i].place;
		return true;
	}
	return false;
}

bool files_allow(const struct files *files, const char *path, bool write, struct place *place)
{
	*place = files->place;
	if (!files->place.file || (!write && !files->read.len) || !strcmp(path, "/dev/null"))
		return true;
	return any_root(&files->write, path, place) ||
	       (!write && any_root(&files->read, path, place));
}

bool files_deny_bind(const struct policy *policy, const struct request *request,
	const struct target *target, struct place *place)
{
	char path[sizeof(target->buf)];
	const char *name = request->unix_path;

	if (!policy->files.place.file || request->kind != CALL_KIND_BIND ||
		target->class != TARGET_UNIX || target->abstract)
		return false;
	*place = policy->files.place;
	if (request->other_root)
		return true;
	/* Where it leads is not known: for a log, or an explanation. */
	if (!name && !target->path_uncertain && target->name_len < sizeof(path)) {
		memcpy(path, target->name, target->name_len);
		path[target->name_len] = '\0';
		name = path;
	}
	return !name || !files_allow(&policy->files, name, true, place);
}
