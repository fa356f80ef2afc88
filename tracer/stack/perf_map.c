#include "tracer/stack/perf_map.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "policy/vec.h"
#include "tracer/proc_path.h"

/* The process in its own pid namespace, and its effective user: proc(5), /proc/PID/status. */
struct owner {
	int pid;
	unsigned uid;
};

static bool read_owner(pid_t pid, struct owner *out)
{
	char path[PROC_PATH_SIZE], line[256];
	cleanup_file FILE *f = NULL;
	bool has_uid = false;

	*out = (struct owner){ .pid = pid };
	proc_path(path, pid, "status");
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "Uid: %*u %u", &out->uid) == 1)
			has_uid = true;
		if (strncmp(line, "NSpid:", 6) == 0)
			out->pid = atoi(strrchr(line, '\t') ? strrchr(line, '\t') : line + 6);
	}
	return has_uid;
}

/* The process names the file: it may be anything, anywhere, and change while it is read. */
int perf_map_open(pid_t pid)
{
	struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	cleanup_close int root_fd = proc_open_root(pid), fd = -1;
	char path[PROC_PATH_SIZE];
	struct owner owner;
	struct stat st;

	if (root_fd < 0 || !read_owner(pid, &owner))
		return -ESRCH;
	snprintf(path, sizeof(path), "/tmp/perf-%d.map", owner.pid);
	fd = (int)syscall(SYS_openat2, root_fd, path, &how, sizeof(how));
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
		(st.st_uid != owner.uid && st.st_uid != 0))
		return -EACCES;
	return take_fd(&fd);
}

/* Hexadecimal digits and the blank after them. */
static bool take_hex(const char **at, const char *end, uint64_t *out)
{
	const char *p = *at;
	uint64_t value = 0;

	if (end - p > 2 && p[0] == '0' && (p[1] | 0x20) == 'x')
		p += 2;
	for (*at = p; p < end && p - *at < 16; p++) {
		char c = (char)(*p | 0x20);

		if (*p >= '0' && *p <= '9')
			value = value << 4 | (uint64_t)(*p - '0');
		else if (c >= 'a' && c <= 'f')
			value = value << 4 | (uint64_t)(c - 'a' + 10);
		else
			break;
	}
	if (p == *at || p == end || *p != ' ')
		return false;
	*at = p + 1;
	*out = value;
	return true;
}

static void add_line(struct perf_map *map, const char *text, const char *end)
{
	struct perf_entry entry = { .name = map->names.len }, *item;
	size_t len;

	if (!take_hex(&text, end, &entry.start) || !take_hex(&text, end, &entry.size) ||
		text == end || !entry.size || entry.start > UINT64_MAX - entry.size)
		return;
	len = strnlen(text, (size_t)(end - text));
	sbuf_add(&map->names, text, len < PERF_NAME_MAX ? len : PERF_NAME_MAX);
	sbuf_add(&map->names, "", 1);
	item = map->names.failed ? NULL : vec_add(map);
	if (!item)
		return;
	*item = entry;
	map->sorted = false;
}

size_t perf_map_add(struct perf_map *map, const char *text, size_t len)
{
	const char *at = text, *newline;

	while ((newline = memchr(at, '\n', len - (size_t)(at - text)))) {
		add_line(map, at, newline);
		at = newline + 1;
	}
	return (size_t)(at - text);
}

void perf_map_read(struct perf_map *map, int fd)
{
	cleanup_free char *text = NULL;
	struct stat st;
	ssize_t n;
	size_t size;

	if (fstat(fd, &st) < 0)
		return;
	if (st.st_dev != map->dev || st.st_ino != map->ino || (uint64_t)st.st_size < map->done) {
		perf_map_free(map);
		map->dev = st.st_dev;
		map->ino = st.st_ino;
	}
	if ((uint64_t)st.st_size <= map->done || map->done >= PERF_MAP_BYTES_MAX)
		return;
	size = (uint64_t)st.st_size - map->done;
	if (size > PERF_MAP_BYTES_MAX)
		size = PERF_MAP_BYTES_MAX;
	text = malloc(size);
	n = text ? pread(fd, text, size, (off_t)map->done) : -1;
	if (n > 0)
		map->done += perf_map_add(map, text, (size_t)n);
}

/* By address; among those of the same address the later first. */
static int entry_order(const void *a, const void *b)
{
	const struct perf_entry *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return (x->name < y->name) - (x->name > y->name);
}

const char *perf_map_find(struct perf_map *map, uint64_t address, uint64_t *start)
{
	size_t low = 0, high = map->len;
	const struct perf_entry *entry;

	if (!map->sorted && map->len)
		qsort(map->items, map->len, sizeof(*map->items), entry_order);
	map->sorted = true;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (map->items[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return NULL;
	entry = &map->items[low - 1];
	while (entry > map->items && entry[-1].start == entry->start)
		entry--;
	if (address - entry->start >= entry->size)
		return NULL;
	*start = entry->start;
	return sbuf_text(&map->names) + entry->name;
}

void perf_map_free(struct perf_map *map)
{
	vec_free(map);
	sbuf_free(&map->names);
	*map = (struct perf_map){ 0 };
}
