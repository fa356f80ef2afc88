#include "report/log/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/sbuf.h"
#include "decoders/json_value.h"
#include "report/log/event.h"
#include "report/log/lines.h"

enum {
	LOG_VERSION = 1,
	RECORD_MEMORY = 64 * 1024 * 1024, /* of the parts of one record */
	NAMES_MAX = 8,                    /* unknown names that are told */
	NAME_MAX_LEN = 40,
};

/* Names that nobody knows: a few of them, and how many lines have any. */
struct odd_names {
	char names[NAMES_MAX][NAME_MAX_LEN];
	size_t len;
	bool more;
	uint64_t lines;
};

struct log_reader {
	char *name;
	int fd;
	uint64_t size; /* 0: not a regular file */
	struct log_lines lines;
	struct arena arena;
	struct json_parser parser;
	const struct json_node *object; /* in the arena */
	struct log_event event;
	struct log_record record;

	uint64_t line;
	bool cut; /* the last line is not whole */
	uint64_t too_long, damaged, first_damaged;
	const char *damage; /* what is wrong with the first of them */
	uint64_t other_versions;
	int64_t version; /* one of those */
	uint64_t missing, last_seq;
	bool begun, ended; /* a session was seen; the last session has its summary */
	struct odd_names types, fields;
};

int log_reader_open_fd(int fd, const char *name, struct log_reader **out, struct err **err)
{
	struct log_reader *reader = calloc(1, sizeof(*reader));
	struct stat st;

	if (reader)
		reader->name = strdup(name);
	if (!reader || !reader->name) {
		free(reader);
		close(fd);
		return err_set(err, ENOMEM, "cannot read %s", name);
	}
	reader->fd = fd;
	reader->lines.fd = fd;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		reader->size = (uint64_t)st.st_size;
	arena_init(&reader->arena, RECORD_MEMORY);
	*out = reader;
	return 0;
}

int log_reader_open(const char *path, struct log_reader **out, struct err **err)
{
	bool input = strcmp(path, "-") == 0;
	int fd = input ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open(path, O_RDONLY | O_CLOEXEC);
	const char *name = input ? "the standard input" : path;

	if (fd < 0)
		return err_set(err, errno, "cannot open the log %s", name);
	return log_reader_open_fd(fd, name, out, err);
}

void log_reader_close(struct log_reader *reader)
{
	if (!reader)
		return;
	json_parser_free(&reader->parser);
	arena_free(&reader->arena);
	log_lines_free(&reader->lines);
	close(reader->fd);
	free(reader->name);
	free(reader);
}

static void note_name(struct odd_names *odd, const char *name)
{
	for (size_t i = 0; i < odd->len; i++) {
		if (strncmp(odd->names[i], name, NAME_MAX_LEN - 1) == 0)
			return;
	}
	if (odd->len == NAMES_MAX) {
		odd->more = true;
		return;
	}
	strncpy(odd->names[odd->len++], name, NAME_MAX_LEN - 1);
}

static void note_fields(struct log_reader *reader)
{
	const struct json_node *members = reader->object->list.items;
	bool odd = false;

	for (size_t i = 0; i < reader->object->list.len; i++) {
		if (log_event_knows(members[i].key))
			continue;
		note_name(&reader->fields, members[i].key);
		odd = true;
	}
	reader->fields.lines += odd;
}

static void note_type(struct log_reader *reader)
{
	const char *type = json_node_text(json_node_get(reader->object, "type"));

	note_name(&reader->types, type ? type : "none");
	reader->types.lines++;
}

static void note_damage(struct log_reader *reader, const char *what)
{
	if (reader->damaged++)
		return;
	reader->first_damaged = reader->line;
	reader->damage = what;
}

/* Sequence numbers begin anew with each session: several logs may have been joined. */
static void note_sequence(struct log_reader *reader, const struct event *event)
{
	bool first = event->type == EVENT_SESSION;

	if (!first && reader->begun && event->seq > reader->last_seq + 1)
		reader->missing += event->seq - reader->last_seq - 1;
	if (first || event->seq > reader->last_seq)
		reader->last_seq = event->seq;
	reader->begun |= first;
	reader->ended = event->type == EVENT_SUMMARY;
}

/* True when the line is one. */
static bool parse(struct log_reader *reader, const struct log_line *line)
{
	const char *fault;

	arena_reset(&reader->arena);
	reader->object = json_parse(&reader->parser, line->text, line->len, &reader->arena, &fault);
	if (json_node_is(reader->object, JSON_NODE_OBJECT))
		return true;
	if (!line->whole)
		reader->cut = true;
	else
		note_damage(reader, reader->object ? "no JSON object" : fault);
	return false;
}

/* Makes the record; false when it is of a type nobody knows. */
static bool interpret(struct log_reader *reader)
{
	struct log_record *record = &reader->record;
	int64_t version = 0;

	json_read_number(json_node_get(reader->object, "v"), &version);
	if (version != LOG_VERSION) {
		reader->version = version;
		reader->other_versions++;
	}
	if (!log_event_read(reader->object, &reader->arena, &reader->event)) {
		note_type(reader);
		return false;
	}
	note_fields(reader);
	note_sequence(reader, &reader->event.event);
	record->event = reader->event.event;
	record->object = reader->object;
	record->line = reader->line;
	record->version = version;
	return true;
}

int log_reader_next(struct log_reader *reader, const struct log_record **out, struct err **err)
{
	struct log_line line;
	int rc;

	for (;;) {
		rc = log_lines_next(&reader->lines, &line);
		if (rc == 0)
			return 0;
		if (rc < 0)
			return err_set(err, -rc, "cannot read the log %s", reader->name);
		reader->line++;
		if (line.too_long)
			reader->too_long++;
		else if (line.len && parse(reader, &line) && interpret(reader))
			break;
	}
	*out = &reader->record;
	return 1;
}

void log_reader_position(const struct log_reader *reader, uint64_t *done, uint64_t *total)
{
	*done = reader->lines.offset;
	*total = reader->size;
}

static void add_names(struct sbuf *out, const struct odd_names *odd)
{
	for (size_t i = 0; i < odd->len; i++)
		sbuf_fmt(out, "%s%s", i ? ", " : "", odd->names[i]);
	if (odd->more)
		sbuf_str(out, ", and more");
}

static void add_count(struct sbuf *out, uint64_t n, const char *one)
{
	sbuf_fmt(out, "%llu %s%s", (unsigned long long)n, one, n == 1 ? "" : "s");
}

static void add_damage(const struct log_reader *r, struct sbuf *out)
{
	sbuf_fmt(out, ":%llu: ", (unsigned long long)r->first_damaged);
	sbuf_fmt(out, "the line cannot be read (%s)", r->damage);
	if (r->damaged > 1)
		sbuf_fmt(out, ", nor can %llu more", (unsigned long long)r->damaged - 1);
	sbuf_str(out, "; left out");
}

static void add_too_long(const struct log_reader *r, struct sbuf *out)
{
	sbuf_str(out, ": ");
	add_count(out, r->too_long, "line");
	sbuf_fmt(out, " of more than %d MiB left out", LOG_LINE_MAX / 1024 / 1024);
}

static void add_versions(const struct log_reader *r, struct sbuf *out)
{
	sbuf_str(out, ": ");
	add_count(out, r->other_versions, "line");
	sbuf_fmt(out, " of another version of the format (%lld, and not %d), read as far as known",
		(long long)r->version, LOG_VERSION);
}

static void add_types(const struct log_reader *r, struct sbuf *out)
{
	sbuf_str(out, ": ");
	add_count(out, r->types.lines, "line");
	sbuf_str(out, " of types that are not known left out: ");
	add_names(out, &r->types);
}

static void add_fields(const struct log_reader *r, struct sbuf *out)
{
	sbuf_str(out, ": ");
	add_count(out, r->fields.lines, "line");
	sbuf_str(out, r->fields.lines == 1 ? " has" : " have");
	sbuf_str(out, " fields that are not known, and not looked at: ");
	add_names(out, &r->fields);
}

static void add_missing(const struct log_reader *r, struct sbuf *out)
{
	sbuf_str(out, ": ");
	add_count(out, r->missing, "event");
	sbuf_str(out, r->missing == 1 ? " is" : " are");
	sbuf_str(out, " missing, by the numbers of the others");
}

static void add_cut(const struct log_reader *r, struct sbuf *out)
{
	sbuf_fmt(out, ":%llu: the last line is cut off; left out", (unsigned long long)r->line);
}

static void add_no_session(const struct log_reader *r, struct sbuf *out)
{
	sbuf_str(out, r->line ? ": has no session line: its beginning is missing, or it is no log"
			      : ": is empty");
}

static void add_no_summary(const struct log_reader *r, struct sbuf *out)
{
	(void)r;
	sbuf_str(out, ": has no summary at its end: the run was cut off, or still goes on");
}

void log_reader_notes(
	const struct log_reader *r, void (*fn)(void *ctx, const char *text), void *ctx)
{
	const struct {
		bool applies;
		void (*add)(const struct log_reader *r, struct sbuf *out);
	} notes[] = {
		{ !r->begun, add_no_session },
		{ r->other_versions, add_versions },
		{ r->damaged, add_damage },
		{ r->too_long, add_too_long },
		{ r->types.lines, add_types },
		{ r->fields.lines, add_fields },
		{ r->missing, add_missing },
		{ r->cut, add_cut },
		{ r->begun && !r->ended, add_no_summary },
	};
	cleanup_sbuf struct sbuf text = SBUF_INIT;

	for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++) {
		if (!notes[i].applies)
			continue;
		sbuf_reset(&text);
		sbuf_str(&text, r->name);
		notes[i].add(r, &text);
		fn(ctx, sbuf_text(&text));
	}
}
