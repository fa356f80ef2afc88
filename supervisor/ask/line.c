#include "supervisor/ask/line.h"

#include <string.h>

#include "base/escape.h"

enum {
	LINE_MAX_LEN = 16 * 1024,
	LOOK_EVERY_MS = 250,
	MARGIN = 4, /* of the screen: the mark before the text, and the cursor after it */
	CTRL_A = 1,
	CTRL_B = 2,
	CTRL_E = 5,
	CTRL_F = 6,
	CTRL_H = 8,
	CTRL_K = 11,
	CTRL_U = 21,
	CTRL_W = 23,
	DELETE = 127,
};

struct editor {
	struct ask_terminal *terminal;
	struct sbuf *text;
	size_t cursor; /* in bytes */
	struct sbuf screen;
};

static bool is_inside(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

static size_t step_back(const struct editor *e, size_t at)
{
	do
		at -= at > 0;
	while (at > 0 && is_inside(e->text->data[at]));
	return at;
}

static size_t step_on(const struct editor *e, size_t at)
{
	do
		at += at < e->text->len;
	while (at < e->text->len && is_inside(e->text->data[at]));
	return at;
}

static void remove_range(struct editor *e, size_t from, size_t to)
{
	struct sbuf *text = e->text;

	memmove(text->data + from, text->data + to, text->len - to + 1);
	text->len -= to - from;
	e->cursor = from;
}

static void insert(struct editor *e, char c)
{
	struct sbuf *text = e->text;
	size_t at = e->cursor;

	if (text->len >= LINE_MAX_LEN)
		return;
	sbuf_char(text, c);
	if (text->failed)
		return;
	memmove(text->data + at + 1, text->data + at, text->len - 1 - at);
	text->data[at] = c;
	e->cursor++;
}

/* One character takes one column; one that the terminal cannot show is a question mark. */
static void add_shown(struct editor *e, size_t from, size_t to)
{
	for (size_t at = from; at < to; at = step_on(e, at)) {
		size_t len = step_on(e, at) - at;

		if (len > 1 && !e->terminal->utf8)
			sbuf_char(&e->screen, '?');
		else
			sbuf_add(&e->screen, e->text->data + at, len);
	}
}

/* A window of the text, on one line, that has the cursor in it. Moves with nothing but \r. */
static void draw(struct editor *e)
{
	size_t from = e->cursor, to = e->cursor;
	unsigned width, shown = 0;

	ask_terminal_measure(e->terminal);
	width = e->terminal->width - MARGIN;
	for (; to < e->text->len && shown < width / 3; shown++)
		to = step_on(e, to);
	for (; from > 0 && shown < width; shown++)
		from = step_back(e, from);
	for (; to < e->text->len && shown < width; shown++)
		to = step_on(e, to);
	sbuf_reset(&e->screen);
	sbuf_str(&e->screen, "\r> ");
	add_shown(e, from, to);
	sbuf_pad(&e->screen, e->screen.len + width - shown + 1);
	sbuf_str(&e->screen, "\r> ");
	add_shown(e, from, e->cursor);
	ask_terminal_write(e->terminal, sbuf_text(&e->screen), e->screen.len);
}

/* Back over blanks, then over what is before them. */
static size_t word_begin(const struct editor *e)
{
	size_t at = e->cursor;

	while (at > 0 && e->text->data[at - 1] == ' ')
		at--;
	while (at > 0 && e->text->data[at - 1] != ' ')
		at--;
	return at;
}

static void edit_key(struct editor *e, int key)
{
	switch (key) {
	case CTRL_A:
		e->cursor = 0;
		break;
	case CTRL_E:
		e->cursor = e->text->len;
		break;
	case CTRL_B:
		e->cursor = step_back(e, e->cursor);
		break;
	case CTRL_F:
		e->cursor = step_on(e, e->cursor);
		break;
	case CTRL_H:
	case DELETE:
		remove_range(e, step_back(e, e->cursor), e->cursor);
		break;
	case CTRL_K:
		remove_range(e, e->cursor, e->text->len);
		break;
	case CTRL_U:
		remove_range(e, 0, e->cursor);
		break;
	case CTRL_W:
		remove_range(e, word_begin(e), e->cursor);
		break;
	default:
		if (key >= ' ' && (key < DELETE || (key >= 0x80 && e->terminal->utf8)))
			insert(e, (char)key);
		break;
	}
}

static bool is_end(int key)
{
	return key == ASK_KEY_END || key == ASK_KEY_LOST || key == ASK_KEY_ESCAPE ||
	       key == ASK_KEY_INTERRUPT || key == ASK_KEY_EOF;
}

bool ask_line_edit(
	struct ask_terminal *terminal, struct sbuf *text, bool (*go_on)(void *ctx), void *ctx)
{
	struct editor e = { .terminal = terminal, .text = text, .cursor = text->len };
	bool taken = false;
	int key;

	draw(&e);
	while (!taken && !text->failed && go_on(ctx)) {
		key = ask_terminal_key(terminal, -1, LOOK_EVERY_MS);
		if (is_end(key))
			break;
		taken = key == '\n' || key == '\r';
		if (key < 0 || taken)
			continue;
		edit_key(&e, key);
		draw(&e);
	}
	ask_terminal_write(terminal, "\n", 1);
	sbuf_free(&e.screen);
	return taken && !text->failed && utf8_valid(sbuf_text(text), text->len);
}
