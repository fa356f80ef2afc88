#include "supervisor/reload/files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "policy/files.h"

/* Of the directory: an editor writes another file and renames it. */
static const uint32_t changes =
	IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_MOVED_FROM;

int reload_files_open(struct reload_files *files, struct err **err)
{
	files->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	return files->fd < 0 ? err_set(err, errno, "cannot watch the policy's files: inotify") : 0;
}

static void forget(struct reload_files *files)
{
	for (size_t i = 0; i < files->len; i++)
		free(files->items[i].name);
	free(files->items);
	files->items = NULL;
	files->len = 0;
}

/* What cannot be watched is noticed by the next reload at the latest. */
static void add(struct reload_files *files, const char *path)
{
	const char *slash = strrchr(path, '/');
	cleanup_free char *directory =
		slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	struct reload_file *items = realloc(files->items, (files->len + 1) * sizeof(*files->items));
	char *name = strdup(slash ? slash + 1 : path);
	int watch = directory ? inotify_add_watch(files->fd, directory, changes) : -1;

	if (items)
		files->items = items;
	if (!items || !name || watch < 0) {
		free(name);
		return;
	}
	files->items[files->len++] = (struct reload_file){ watch, name };
}

void reload_files_of(struct reload_files *files, const struct policy *policy)
{
	const char *path;

	if (files->fd < 0)
		return;
	forget(files);
	for (size_t i = 0; (path = policy_source(policy, i)); i++)
		add(files, path);
}

static bool is_ours(const struct reload_files *files, const struct inotify_event *event)
{
	/* Events were lost: any file may be meant. */
	if (event->mask & IN_Q_OVERFLOW)
		return true;
	for (size_t i = 0; i < files->len; i++)
		if (event->len && files->items[i].directory == event->wd &&
			!strcmp(files->items[i].name, event->name))
			return true;
	return false;
}

bool reload_files_changed(struct reload_files *files)
{
	char buf[16384] __attribute__((aligned(__alignof__(struct inotify_event))));
	bool changed = false;
	ssize_t n;

	while ((n = read(files->fd, buf, sizeof(buf))) > 0) {
		const struct inotify_event *event;

		for (char *p = buf; p < buf + n; p += sizeof(*event) + event->len) {
			event = (const struct inotify_event *)p;
			changed |= is_ours(files, event);
		}
	}
	return changed;
}

static bool may_write(const struct policy *policy, const char *path)
{
	struct place place;

	return access(path, W_OK) == 0 && files_allow(policy_files(policy), path, true, &place);
}

static bool is_open_to_command(const struct policy *policy, const char *source)
{
	cleanup_free char *path = realpath(source, NULL);
	char *slash = path ? strrchr(path, '/') : NULL;

	if (!slash)
		return false;
	if (may_write(policy, path))
		return true;
	slash[slash == path] = '\0';
	return may_write(policy, path);
}

const char *reload_files_open_to_command(const struct policy *policy)
{
	const char *source;

	for (size_t i = 0; (source = policy_source(policy, i)); i++)
		if (is_open_to_command(policy, source))
			return source;
	return NULL;
}

void reload_files_close(struct reload_files *files)
{
	forget(files);
	if (files->fd >= 0)
		close(files->fd);
	files->fd = -1;
}
