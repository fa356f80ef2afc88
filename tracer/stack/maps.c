#include "tracer/stack/maps.h"

#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <uthash.h>

#include "base/sbuf.h"
#include "policy/vec.h"
#include "tracer/proc_path.h"

/* One line: "7f00-7f10 r-xp 00001000 08:01 1234   /usr/lib/x.so". */
struct line {
	uint64_t start, end, offset, dev, ino;
	bool executable;
	const char *path; /* not terminated */
	size_t path_len;
};

/* Reads digits of the base up to `stop`, which is skipped. False: none, or another character. */
static bool take_number(const char **at, const char *end, int base, char stop, uint64_t *out)
{
	const char *p = *at;
	uint64_t value = 0;

	for (; p < end; p++) {
		char c = (char)(*p | 0x20);
		int digit = *p >= '0' && *p <= '9'               ? *p - '0'
			    : base == 16 && c >= 'a' && c <= 'f' ? c - 'a' + 10
								 : -1;

		if (digit < 0 || value > (UINT64_MAX >> 4))
			break;
		value = value * (unsigned)base + (unsigned)digit;
	}
	if (p == *at || p == end || *p != stop)
		return false;
	*at = p + 1;
	*out = value;
	return true;
}

static bool take_permissions(const char **at, const char *end, bool *executable)
{
	if (end - *at < 5 || (*at)[4] != ' ')
		return false;
	*executable = (*at)[2] == 'x';
	*at += 5;
	return true;
}

static bool parse_line(const char *text, const char *end, struct line *out)
{
	uint64_t major, minor;

	if (!take_number(&text, end, 16, '-', &out->start) ||
		!take_number(&text, end, 16, ' ', &out->end) ||
		!take_permissions(&text, end, &out->executable) ||
		!take_number(&text, end, 16, ' ', &out->offset) ||
		!take_number(&text, end, 16, ':', &major) ||
		!take_number(&text, end, 16, ' ', &minor))
		return false;
	/* Nothing but blanks after the inode of an anonymous mapping, or not even those. */
	if (!take_number(&text, end, 10, ' ', &out->ino))
		return false;
	out->dev = makedev((unsigned)major, (unsigned)minor);
	while (text < end && *text == ' ')
		text++;
	out->path = text;
	out->path_len = (size_t)(end - text);
	return out->start < out->end;
}

/* A file's mappings follow one another; a second one of its beginning is a second copy. */
static bool goes_on(const struct stack_map *map, const struct line *line)
{
	return map && map->kind == STACK_MAP_FILE && line->ino && line->ino == map->ino &&
	       line->dev == map->dev && line->offset;
}

static bool is_named(const struct line *line, const char *name)
{
	return strlen(name) == line->path_len && memcmp(line->path, name, line->path_len) == 0;
}

static bool set_path(struct stack_map *map, const struct line *line)
{
	static const char mark[] = " (deleted)";
	size_t len = line->path_len, mark_len = sizeof(mark) - 1;

	if (map->kind == STACK_MAP_CODE)
		len = 0;
	if (len > mark_len && memcmp(line->path + len - mark_len, mark, mark_len) == 0) {
		map->deleted = true;
		len -= mark_len;
	}
	map->path = strndup(line->path, len);
	return map->path != NULL;
}

static bool add_map(struct stack_maps *maps, const struct line *line)
{
	struct stack_map *map = vec_add(maps);

	if (!map)
		return false;
	*map = (struct stack_map){ .start = line->start, .end = line->end };
	map->kind = is_named(line, "[vdso]") ? STACK_MAP_VDSO
		    : line->ino              ? STACK_MAP_FILE
					     : STACK_MAP_CODE;
	map->dev = line->dev;
	map->ino = line->ino;
	return set_path(map, line);
}

/* The last entry turned out to have no code. */
static void drop_without_code(struct stack_maps *maps)
{
	struct stack_map *last = maps->len ? &maps->items[maps->len - 1] : NULL;

	if (!last || last->code_end)
		return;
	free(last->path);
	maps->len--;
}

static bool add_segment(struct stack_maps *maps, const struct line *line)
{
	struct stack_segment *segment = vec_add(&maps->segments);

	if (!segment)
		return false;
	segment->start = line->start;
	segment->end = line->end;
	segment->offset = line->offset;
	segment->dev = line->dev;
	segment->ino = line->ino;
	return true;
}

static bool add_line(struct stack_maps *maps, const struct line *line)
{
	struct stack_map *map = maps->len ? &maps->items[maps->len - 1] : NULL;

	/* What is not a file's and not executable, like .bss, stands for nothing. */
	if (!line->ino && !line->executable)
		return true;
	if (map && line->start < map->end)
		return true; /* the kernel sorts them: this is no text of it */
	if (!goes_on(map, line)) {
		drop_without_code(maps);
		if (!add_map(maps, line))
			return false;
		map = &maps->items[maps->len - 1];
	}
	map->end = line->end;
	if (line->executable && !map->code_end) {
		map->code_start = line->start;
		map->code_end = line->end;
	}
	return !line->executable || add_segment(maps, line);
}

bool stack_maps_parse(struct stack_maps *maps, const char *text, size_t len)
{
	const char *end = text + len;

	*maps = (struct stack_maps){ 0 };
	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline ? newline : end;
		struct line line;

		if (parse_line(text, stop, &line) && !add_line(maps, &line)) {
			stack_maps_free(maps);
			return false;
		}
		text = stop + 1;
	}
	drop_without_code(maps);
	return true;
}

static bool read_text(int fd, struct sbuf *text)
{
	char part[16384];
	ssize_t n;

	if (lseek(fd, 0, SEEK_SET) < 0)
		return false;
	while (text->len < STACK_MAPS_BYTES && (n = read(fd, part, sizeof(part))) > 0)
		sbuf_add(text, part, (size_t)n);
	return !text->failed;
}

static uint64_t digest_of(const struct sbuf *text)
{
	unsigned hash;

	HASH_VALUE(sbuf_text(text), text->len, hash);
	return (uint64_t)text->len << 32 | hash;
}

bool stack_maps_read(struct stack_maps *maps, int fd, const char *root)
{
	cleanup_sbuf struct sbuf text = SBUF_INIT;

	if (!read_text(fd, &text) || !stack_maps_parse(maps, sbuf_text(&text), text.len))
		return false;
	maps->digest = digest_of(&text);
	for (size_t i = 0; i < maps->len; i++)
		proc_strip_root(maps->items[i].path, root);
	return true;
}

bool stack_maps_hold(const struct stack_maps *maps, int fd)
{
	cleanup_sbuf struct sbuf text = SBUF_INIT;

	return read_text(fd, &text) && digest_of(&text) == maps->digest;
}

struct stack_map *stack_maps_find(const struct stack_maps *maps, uint64_t address)
{
	size_t low = 0, high = maps->len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct stack_map *map = &maps->items[middle];

		if (address < map->start)
			high = middle;
		else if (address >= map->end)
			low = middle + 1;
		else
			return map;
	}
	return NULL;
}

struct stack_segment *stack_maps_segment(const struct stack_maps *maps, uint64_t address)
{
	const struct stack_segments *segments = &maps->segments;
	size_t low = 0, high = segments->len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct stack_segment *segment = &segments->items[middle];

		if (address < segment->start)
			high = middle;
		else if (address >= segment->end)
			low = middle + 1;
		else
			return segment;
	}
	return NULL;
}

void stack_maps_free(struct stack_maps *maps)
{
	for (size_t i = 0; i < maps->len; i++)
		free(maps->items[i].path);
	vec_free(maps);
	vec_free(&maps->segments);
}
