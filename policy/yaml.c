#include "policy/yaml.h"

#include <errno.h>
#include <libfyaml.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/escape.h"

struct builder {
	const char *name;
	const char *text;
	size_t len;
	int first_line;    /* its number */
	unsigned brackets; /* opened and not closed so far, while the text is checked */
	struct arena *arena;
	struct fy_parser *parser;
	struct err **err;
	struct yaml *root;
	struct yaml *open[YAML_DEPTH_MAX];  /* collections that are not closed yet */
	struct yaml **tail[YAML_DEPTH_MAX]; /* where the next child goes */
	struct yaml *key[YAML_DEPTH_MAX];   /* map: the key that waits for its value */
	size_t depth;
	unsigned documents;
};

static int fail_at(struct builder *b, int line, int column, const char *what)
{
	return err_set(b->err, 0, "%s:%d:%d: %s", b->name, line, column, what);
}

/* Control characters other than tab and line ends are not YAML (1.2, c-printable). */
static bool is_refused_byte(unsigned char c)
{
	return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
}

static int count_brackets(struct builder *b, char c, int line, int column)
{
	if (c == '[' || c == '{') {
		if (b->brackets++ == YAML_BRACKETS_MAX)
			return fail_at(b, line, column, "nested too deeply for a policy");
	} else if ((c == ']' || c == '}') && b->brackets) {
		b->brackets--;
	}
	return 0;
}

static size_t utf8_step(const char *text, size_t left)
{
	for (size_t n = 1; n <= 4 && n <= left; n++)
		if (utf8_valid(text, n))
			return n;
	return 0;
}

static int check_line(struct builder *b, const char *text, size_t len, int line)
{
	int column = 1, ret;

	if (len > YAML_LINE_MAX)
		return fail_at(b, line, 1, "a line longer than 64 KiB: break it into several");
	/* libfyaml 0.7.12 takes quadratic time over a long run of them. */
	if (len && text[0] == '%')
		return fail_at(b, line, 1, "directives (%) are not used in policies: remove it");
	for (size_t i = 0; i < len; column++) {
		size_t step = utf8_step(text + i, len - i);

		if (!step)
			return fail_at(b, line, column,
				"this byte is not UTF-8: a policy is written in UTF-8");
		if (text[i] == '\0')
			return fail_at(b, line, column, "a NUL byte: is this a text file?");
		if (is_refused_byte((unsigned char)text[i]))
			return fail_at(b, line, column,
				"a control character: in a quoted text write it as \\xHH");
		ret = count_brackets(b, text[i], line, column);
		if (ret < 0)
			return ret;
		i += step;
	}
	return 0;
}

static int check_text(struct builder *b, const char *text, size_t len)
{
	int line = b->first_line;

	if (len > YAML_TEXT_MAX)
		return err_set(b->err, 0,
			"%s: more than %d MiB of policy: put long lists of destinations "
			"into a file and name it as file:PATH",
			b->name, YAML_TEXT_MAX >> 20);
	for (const char *end = text + len; text < end; line++) {
		const char *eol = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((eol ? eol : end) - text);
		int ret = check_line(b, text, n, line);

		if (ret < 0)
			return ret;
		text += n + 1;
	}
	return 0;
}

static const struct fy_mark *mark_of(struct fy_event *event)
{
	static const struct fy_mark start = { 0 };
	const struct fy_mark *mark = fy_event_start_mark(event);

	return mark ? mark : &start;
}

static int fail_event(struct builder *b, struct fy_event *event, const char *what)
{
	const struct fy_mark *mark = mark_of(event);

	return fail_at(b, b->first_line + mark->line, mark->column + 1, what);
}

static struct yaml *node_new(struct builder *b, struct fy_event *event, enum yaml_type type)
{
	const struct fy_mark *mark = mark_of(event);
	struct yaml *node = arena_alloc(b->arena, sizeof(*node));

	if (!node) {
		err_set(b->err, ENOMEM, "%s", b->name);
		return NULL;
	}
	node->type = type;
	node->line = b->first_line + mark->line;
	node->column = mark->column + 1;
	return node;
}

/* Puts a finished or opened node where it belongs: root, list item, key, or value. */
static int place_node(struct builder *b, struct yaml *node)
{
	struct yaml *parent = b->depth ? b->open[b->depth - 1] : NULL;

	if (!parent) {
		b->root = node;
		return 0;
	}
	if (parent->type == YAML_MAP && !b->key[b->depth - 1]) {
		if (node->type != YAML_SCALAR)
			return fail_at(b, node->line, node->column,
				"a key must be a word, not a list or a mapping");
		b->key[b->depth - 1] = node;
		return 0;
	}
	node->key = b->key[b->depth - 1];
	b->key[b->depth - 1] = NULL;
	*b->tail[b->depth - 1] = node;
	b->tail[b->depth - 1] = &node->next;
	parent->len++;
	return 0;
}

/*
 * What is not there has an event without a place: a value stands where its key does, a key
 * where its mapping begins.
 */
static void place_empty(const struct builder *b, struct fy_event *event, struct yaml *node)
{
	const struct yaml *at;

	if (!b->depth || fy_event_start_mark(event))
		return;
	at = b->key[b->depth - 1] ? b->key[b->depth - 1] : b->open[b->depth - 1];
	node->line = at->line;
	node->column = at->column;
}

/*
 * Asking libfyaml 0.7.12 for a single-quoted text loses memory when quotes
 * within it follow each other, as in 'a''''b'. Nobody needs that in a policy.
 */
static bool has_quote_run(const struct builder *b, struct fy_token *value)
{
	const struct fy_mark *start = fy_token_start_mark(value), *end = fy_token_end_mark(value);

	if (fy_token_scalar_style(value) != FYSS_SINGLE_QUOTED || !start || !end ||
		end->input_pos > b->len || start->input_pos > end->input_pos)
		return false;
	return memmem(b->text + start->input_pos, end->input_pos - start->input_pos, "''''", 4);
}

/* libfyaml's mark of a quoted text is behind the quote. */
static void place_quoted(struct fy_event *event, struct yaml *node)
{
	struct fy_token *value = event->scalar.value;
	enum fy_scalar_style style = value ? fy_token_scalar_style(value) : FYSS_PLAIN;

	if ((style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED) && node->column > 1)
		node->column--;
}

static int on_scalar(struct builder *b, struct fy_event *event)
{
	struct yaml *node = node_new(b, event, YAML_SCALAR);
	const char *text;
	char *copy;

	if (!node)
		return -ENOMEM;
	place_empty(b, event, node);
	place_quoted(event, node);
	if (event->scalar.value && has_quote_run(b, event->scalar.value))
		return fail_at(b, node->line, node->column,
			"too many quotes in a row: write this text in double quotes");
	text = event->scalar.value ? fy_token_get_text(event->scalar.value, &node->len) : NULL;
	if (!text)
		node->len = 0;
	copy = arena_alloc(b->arena, node->len + 1);
	if (!copy)
		return err_set(b->err, ENOMEM, "%s", b->name);
	if (node->len)
		memcpy(copy, text, node->len);
	node->text = copy;
	return place_node(b, node);
}

static int on_open(struct builder *b, struct fy_event *event, enum yaml_type type)
{
	struct yaml *node = node_new(b, event, type);
	int ret;

	if (!node)
		return -ENOMEM;
	if (b->depth == YAML_DEPTH_MAX)
		return fail_event(b, event, "nested too deeply for a policy");
	ret = place_node(b, node);
	if (ret < 0)
		return ret;
	b->open[b->depth] = node;
	b->tail[b->depth] = &node->child;
	b->key[b->depth] = NULL;
	b->depth++;
	return 0;
}

/* What YAML has and a policy has not. */
static int refuse_extras(struct builder *b, struct fy_event *event)
{
	if (event->type == FYET_ALIAS)
		return fail_event(b, event,
			"a text that begins with * must be in quotes: YAML takes it for an "
			"alias, and policies have none");
	if (fy_event_get_anchor_token(event))
		return fail_event(b, event,
			"anchors (&) are not used in policies: write the value out, or share "
			"it through include or a file: list");
	if (fy_event_get_tag_token(event))
		return fail_event(b, event, "tags (!) are not used in policies: remove it");
	return 0;
}

static int on_event(struct builder *b, struct fy_event *event)
{
	int ret = refuse_extras(b, event);

	if (ret < 0)
		return ret;
	switch (event->type) {
	case FYET_DOCUMENT_START:
		if (b->documents++)
			return fail_event(b, event,
				"a second document: a policy is one; use several -p or include");
		return 0;
	case FYET_SCALAR:
		return on_scalar(b, event);
	case FYET_SEQUENCE_START:
		return on_open(b, event, YAML_LIST);
	case FYET_MAPPING_START:
		return on_open(b, event, YAML_MAP);
	case FYET_SEQUENCE_END:
	case FYET_MAPPING_END:
		b->depth--;
		return 0;
	default:
		return 0;
	}
}

/* The byte at a mark of libfyaml's; its columns are taken for bytes: only a hint depends on it. */
static char byte_at(const struct builder *b, int line, int column)
{
	const char *p = b->text, *end = b->text + b->len;

	for (; line > 1 && p; line--) {
		p = memchr(p, '\n', (size_t)(end - p));
		p = p ? p + 1 : NULL;
	}
	return p && column > 0 && column <= end - p ? p[column - 1] : '\0';
}

/* libfyaml's own words for a fault of syntax. */
static int fail_syntax(struct builder *b, struct fy_diag *diag)
{
	cleanup_sbuf struct sbuf text = SBUF_INIT;
	struct fy_diag_error *error;
	void *iter = NULL;
	char c;

	error = fy_diag_errors_iterate(diag, &iter);
	if (!error || !error->msg)
		return err_set(b->err, 0, "%s: this is not YAML", b->name);
	sbuf_str(&text, "this is not YAML: ");
	escape_text(&text, error->msg, strlen(error->msg));
	c = byte_at(b, error->line, error->column);
	if (!c || !strchr("*@&!`", c)) /* an alias is reported after its first byte */
		c = byte_at(b, error->line, error->column - 1);
	if (c && strchr("*@&!`", c))
		sbuf_fmt(&text, ": a text that begins with %c must be in quotes", c);
	return fail_at(b, b->first_line + error->line - 1, error->column, sbuf_text(&text));
}

static int build(struct builder *b, struct fy_diag *diag)
{
	for (;;) {
		struct fy_event *event = fy_parser_parse(b->parser);
		int ret;

		if (!event)
			return fy_parser_get_stream_error(b->parser) || fy_diag_got_error(diag)
				       ? fail_syntax(b, diag)
				       : 0;
		ret = on_event(b, event);
		fy_parser_event_free(b->parser, event);
		if (ret < 0)
			return ret;
	}
}

static int parse_checked(struct builder *b, const char *text, size_t len, struct fy_diag *diag)
{
	const struct fy_parse_cfg cfg = {
		.search_path = "",
		.flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_JSON_NONE |
			 FYPCF_DEFAULT_VERSION_1_2,
		.diag = diag,
	};
	int ret;

	b->parser = fy_parser_create(&cfg);
	if (!b->parser || fy_parser_set_string(b->parser, text, len) < 0)
		ret = err_set(b->err, ENOMEM, "%s", b->name);
	else
		ret = build(b, diag);
	fy_parser_destroy(b->parser);
	return ret;
}

int yaml_parse(const char *text, size_t len, const char *name, int first_line, struct arena *arena,
	struct yaml **out, struct err **err)
{
	static const char bom[] = "\xef\xbb\xbf";
	const struct fy_diag_cfg diag_cfg = { .level = FYET_ERROR, .module_mask = ~0U };
	struct builder b = {
		.name = name,
		.first_line = first_line,
		.arena = arena,
		.err = err,
	};
	struct fy_diag *diag;
	int ret;

	if (len >= 3 && !memcmp(text, bom, 3)) {
		text += 3;
		len -= 3;
	}
	b.text = text;
	b.len = len;
	ret = check_text(&b, text, len);
	if (ret < 0)
		return ret;
	diag = fy_diag_create(&diag_cfg);
	if (!diag)
		return err_set(err, ENOMEM, "%s", name);
	fy_diag_set_collect_errors(diag, true);
	ret = len ? parse_checked(&b, text, len, diag) : 0;
	fy_diag_destroy(diag);
	if (ret < 0)
		return ret;
	if (!b.root)
		return err_set(
			err, 0, "%s:1:1: the policy is empty: begin with \"version: 1\"", name);
	*out = b.root;
	return 0;
}
