#include "policy/destination_file.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "policy/quote.h"
#include "policy/source.h"

struct destination *destination_vec_add(struct destination_vec *vec, const struct place *place)
{
	struct place *slot = vec_add(&vec->places);

	if (!slot)
		return NULL;
	*slot = *place;
	return vec_add(&vec->items);
}

void destination_vec_free(struct destination_vec *vec)
{
	vec_free(&vec->items);
	vec_free(&vec->places);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Cuts blanks and the comment off a line. */
static void trim(const char **text, size_t *len)
{
	for (size_t i = 0; i < *len; i++) {
		if ((*text)[i] == '#' && (i == 0 || is_blank((*text)[i - 1]))) {
			*len = i;
			break;
		}
	}
	while (*len && is_blank((*text)[*len - 1]))
		(*len)--;
	while (*len && is_blank(**text)) {
		(*text)++;
		(*len)--;
	}
}

static int load_line(const char *line, size_t len, struct place *place, enum destination_use use,
	struct arena *arena, struct destination_vec *out, struct err **err)
{
	const char *text = line;
	struct destination *item;
	int ret;

	trim(&text, &len);
	if (!len)
		return 0;
	place->column = (int)(text - line) + 1;
	item = destination_vec_add(out, place);
	if (!item)
		return err_set(err, ENOMEM, "%s", place->file);
	ret = utf8_valid(text, len) ? destination_parse(text, len, use, arena, item, err)
				    : quote_err(err, text, len, "this is not UTF-8");
	if (ret < 0)
		err_wrap(err, "%s:%d:%d", place->file, place->line, place->column);
	return ret;
}

int destination_file_load(const char *path, enum destination_use use, struct arena *arena,
	struct destination_vec *out, struct err **err)
{
	static const char bom[] = "\xef\xbb\xbf";
	struct place place = { .file = path };
	cleanup_free char *text = NULL;
	const char *p, *end;
	size_t len = 0;
	int ret = source_read(path, false, DESTINATION_FILE_MAX, &text, &len, err);

	if (ret < 0)
		return ret;
	p = text;
	end = text + len;
	if (len >= 3 && !memcmp(p, bom, 3))
		p += 3;
	while (p < end) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));
		size_t n = (size_t)((eol ? eol : end) - p);

		place.line++;
		ret = load_line(p, n, &place, use, arena, out, err);
		if (ret < 0)
			return ret;
		p += n + 1;
	}
	return 0;
}
