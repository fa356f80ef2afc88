#include "policy/words.h"

#include <string.h>

#include "base/escape.h"
#include "decoders/text.h"

enum { LISTED_MAX = 3 };

static void words_pattern(const struct program_pattern *pattern, struct sbuf *out)
{
	escape_text(out, pattern->text, strlen(pattern->text));
	if (pattern->glob || !strcmp(pattern->text, pattern->path))
		return;
	sbuf_str(out, " (which is ");
	escape_text(out, pattern->path, strlen(pattern->path));
	sbuf_char(out, ')');
}

static void separator(struct sbuf *out, size_t i, size_t len)
{
	if (i)
		sbuf_str(out, i + 1 < len ? ", " : " or ");
}

void words_programs(const struct program_list *list, struct sbuf *out)
{
	if (list->len > LISTED_MAX) {
		sbuf_fmt(out, "any of %zu programs", list->len);
		return;
	}
	for (size_t i = 0; i < list->len; i++) {
		separator(out, i, list->len);
		words_pattern(&list->items[i], out);
	}
}

void words_named(const struct named *named, const char *none, struct sbuf *out)
{
	if (named->path)
		escape_text(out, named->path, strlen(named->path));
	else
		sbuf_str(out, none);
}

const char *words_protocol(enum target_protocol protocol)
{
	static const char *const names[] = {
		[TARGET_TCP] = "tcp",
		[TARGET_UDP] = "udp",
		[TARGET_PORTS] = "neither tcp nor udp",
		[TARGET_PORTLESS] = "one without ports",
		[TARGET_UNCERTAIN] = "not known",
	};

	return names[protocol];
}

void words_target(const struct facts *facts, struct sbuf *out)
{
	text_destination(out, facts->request->destination, &facts->request->socket);
}

void words_destinations(const struct destination_list *list, struct sbuf *out)
{
	struct sbuf text = SBUF_INIT;

	if (list->len > LISTED_MAX) {
		sbuf_fmt(out, "any of %zu destinations", list->len);
		return;
	}
	for (size_t i = 0; i < list->len; i++) {
		sbuf_reset(&text);
		destination_print(&list->items[i], &text);
		separator(out, i, list->len);
		escape_text(out, sbuf_text(&text), text.len);
	}
	sbuf_free(&text);
}
