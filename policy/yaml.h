/*
 * Policy text as a tree with the place of every node. What a policy does not
 * need of YAML is refused here, by name: anchors, aliases, tags, several
 * documents, deep nesting. So the tree is never larger than the text.
 */
#ifndef CALLGATE_POLICY_YAML_H
#define CALLGATE_POLICY_YAML_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/sbuf.h"

enum {
	YAML_TEXT_MAX = 16 << 20, /* bytes; longer lists belong in `file:` lists */
	YAML_LINE_MAX = 64 << 10,
	/*
	 * libfyaml 0.7.12 reads a flow collection to its end before the first
	 * event, at some 350 bytes for each bracket: nesting is bounded before it
	 * sees the text. Counted in quoted text and comments too.
	 */
	YAML_BRACKETS_MAX = 1000,
	YAML_DEPTH_MAX = 16, /* a policy needs 5 */
};

enum yaml_type { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml {
	enum yaml_type type;
	int line, column; /* a column counts characters, from 1 */
	const char *text; /* scalar: NUL-terminated, but a quoted one may have NULs within */
	size_t len;       /* scalar: bytes; else number of children */
	struct yaml *key; /* child of a map: its key, a scalar */
	struct yaml *child, *next;
};

/*
 * Parses one document. `name` is the file's name in messages, which begin
 * "NAME:LINE:COLUMN: ", where lines count from `first_line`. The tree lives in the arena.
 * Returns 0 or a negative number.
 */
int yaml_parse(const char *text, size_t len, const char *name, int first_line, struct arena *arena,
	struct yaml **out, struct err **err);

/* Adds the text as a double-quoted scalar. It is UTF-8, and may have NULs within. */
void yaml_quote(const char *text, size_t len, struct sbuf *out);

#endif
