#include "supervisor/task_facts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "tracer/proc_path.h"

enum {
	FILE_SHOWN_MAX = 64 * 1024, /* of cmdline and environ */
	WORDS_SHOWN_MAX = 100,
	WORD_SHOWN_MAX = 400,
	DESCRIPTORS_SHOWN_MAX = 64,
};

/* The first number after a key of /proc/PID/status, and the second; false when there is none. */
static bool read_status(pid_t tid, const char *key, unsigned *first, unsigned *second)
{
	char path[PROC_PATH_SIZE], line[256];
	cleanup_file FILE *f = NULL;
	size_t len = strlen(key);

	proc_path(path, tid, "status");
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		if (strncmp(line, key, len) == 0)
			return sscanf(line + len, "%u %u", first, second) >= 1;
	}
	return false;
}

uid_t task_euid(pid_t tid)
{
	unsigned real, effective = (unsigned)-1; /* nobody: matches no rule that names a user */

	read_status(tid, "Uid:", &real, &effective);
	return effective;
}

bool task_is_traced(pid_t tid)
{
	unsigned tracer = 0, none;

	return read_status(tid, "TracerPid:", &tracer, &none) && (pid_t)tracer == getpid();
}

/* A file of proc(5) whose parts end with NUL; the text as a whole too. */
static void read_parts(pid_t pid, const char *entry, struct sbuf *out)
{
	char path[PROC_PATH_SIZE], buf[4096];
	cleanup_close int fd = -1;
	ssize_t n;

	proc_path(path, pid, entry);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && out->len < FILE_SHOWN_MAX && (n = read(fd, buf, sizeof(buf))) > 0)
		sbuf_add(out, buf, (size_t)n);
}

/* The next of the parts; NULL after the last. */
static const char *next_part(const struct sbuf *parts, const char *part)
{
	const char *next = part ? part + strlen(part) + 1 : parts->data;

	return parts->data && next < parts->data + parts->len ? next : NULL;
}

static void add_word(struct sbuf *out, const char *word)
{
	size_t len = strlen(word);

	escape_word(out, word, len < WORD_SHOWN_MAX ? len : WORD_SHOWN_MAX);
	if (len > WORD_SHOWN_MAX)
		sbuf_str(out, "...");
}

void task_command_line(pid_t pid, struct sbuf *out)
{
	cleanup_sbuf struct sbuf parts = SBUF_INIT;
	const char *part = NULL;
	size_t n = 0;

	read_parts(pid, "cmdline", &parts);
	while ((part = next_part(&parts, part))) {
		if (n++ == WORDS_SHOWN_MAX) {
			sbuf_str(out, " ...");
			return;
		}
		sbuf_str(out, n > 1 ? " " : "");
		add_word(out, part);
	}
}

void task_cwd(pid_t pid, struct sbuf *out)
{
	char path[PATH_MAX];
	size_t len = proc_readlink(pid, "cwd", path, sizeof(path));

	escape_text(out, path, len);
}

/* The same variable with the same value. */
static bool in_own_environment(const char *variable)
{
	for (char **own = environ; *own; own++) {
		if (strcmp(*own, variable) == 0)
			return true;
	}
	return false;
}

static bool has_variable(const struct sbuf *parts, const char *variable)
{
	size_t len = strcspn(variable, "=");
	const char *part = NULL;

	while ((part = next_part(parts, part))) {
		if (strncmp(part, variable, len) == 0 && part[len] == '=')
			return true;
	}
	return false;
}

void task_environment(pid_t pid, struct sbuf *out)
{
	cleanup_sbuf struct sbuf parts = SBUF_INIT;
	const char *part = NULL;

	read_parts(pid, "environ", &parts);
	while ((part = next_part(&parts, part))) {
		if (in_own_environment(part))
			continue;
		sbuf_char(out, '+');
		add_word(out, part);
		sbuf_char(out, '\n');
	}
	for (char **own = environ; parts.len && *own; own++) {
		if (has_variable(&parts, *own))
			continue;
		sbuf_char(out, '-');
		escape_text(out, *own, strcspn(*own, "="));
		sbuf_char(out, '\n');
	}
}

void task_descriptors(pid_t pid, struct sbuf *out)
{
	char path[PROC_PATH_SIZE], target[PATH_MAX];
	cleanup_dir DIR *dir = NULL;
	struct dirent *entry;
	size_t n = 0;

	proc_path(path, pid, "fd");
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		char name[32];
		size_t len;

		if (entry->d_name[0] == '.' || strlen(entry->d_name) > 10)
			continue;
		if (n++ == DESCRIPTORS_SHOWN_MAX) {
			sbuf_str(out, "...\n");
			return;
		}
		snprintf(name, sizeof(name), "fd/%.10s", entry->d_name);
		len = proc_readlink(pid, name, target, sizeof(target));
		sbuf_fmt(out, "%.10s ", entry->d_name);
		escape_text(out, target, len);
		sbuf_char(out, '\n');
	}
}

/* "7f..-7f.. r-xp 00001000 08:01 1234   /usr/lib/libc.so.6": proc(5), /proc/PID/maps. */
void task_modules(pid_t pid, struct sbuf *out)
{
	cleanup_free char *line = NULL, *last = NULL;
	char path[PROC_PATH_SIZE];
	cleanup_file FILE *f = NULL;
	size_t size = 0;

	proc_path(path, pid, "maps");
	f = fopen(path, "re");
	while (f && getline(&line, &size, f) > 0) {
		char *name = strchr(line, '/');

		if (!name || !strstr(line, "x") || strchr(line, 'x') > name)
			continue;
		name[strcspn(name, "\n")] = '\0';
		if (last && strcmp(last, name) == 0)
			continue;
		free(last);
		last = strdup(name);
		escape_text(out, name, strlen(name));
		sbuf_char(out, '\n');
	}
}
