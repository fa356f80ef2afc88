#include "policy/glob.h"

#include <stdint.h>
#include <string.h>

/*
 * A pattern is run as a nondeterministic automaton whose states are the
 * offsets at which its elements begin, kept in a bit set: every character of
 * the text advances all states at once, so nothing is ever tried twice.
 */

enum element_kind {
	ELEMENT_END,
	ELEMENT_FAULT,
	ELEMENT_CHAR,
	ELEMENT_ANY,      /* ? */
	ELEMENT_CLASS,    /* [...] */
	ELEMENT_STAR,     /* * */
	ELEMENT_GLOBSTAR, /* ** */
	ELEMENT_DIRS,     /* ** as a whole component, with the slash after it */
};

struct element {
	enum element_kind kind;
	size_t at, next;   /* offsets of this element and the one after it */
	uint32_t code;     /* ELEMENT_CHAR */
	bool negated;      /* ELEMENT_CLASS */
	size_t items;      /* ELEMENT_CLASS: offset of its first item */
	const char *fault; /* ELEMENT_FAULT: what is wrong, and where */
	size_t fault_at;
};

struct pattern {
	const char *text;
	size_t len;
};

/* Codes above Unicode stand for bytes that are not well-formed UTF-8. */
enum { CODE_RAW_BYTE = 0x110000 };

static bool is_special(char c)
{
	return c == '*' || c == '?' || c == '[' || c == '\\';
}

/* RFC 3629: the length and code of the character at s, which has at least one byte. */
static size_t char_decode(const char *s, size_t left, uint32_t *code)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const uint8_t *b = (const uint8_t *)s;
	size_t n = b[0] < 0xc2 ? 1 : b[0] < 0xe0 ? 2 : b[0] < 0xf0 ? 3 : b[0] < 0xf5 ? 4 : 1;
	uint32_t value = b[0];

	*code = b[0] < 0x80 ? b[0] : CODE_RAW_BYTE + b[0];
	if (n == 1 || n > left)
		return 1;
	value &= 0x7fu >> n;
	for (size_t i = 1; i < n; i++) {
		if ((b[i] & 0xc0) != 0x80)
			return 1;
		value = value << 6 | (b[i] & 0x3f);
	}
	if (value < smallest[n] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
		return 1;
	*code = value;
	return n;
}

/* One character, perhaps escaped, at *at; false at the end of the pattern. */
static bool char_take(const struct pattern *p, size_t *at, uint32_t *code)
{
	if (*at < p->len && p->text[*at] == '\\')
		++*at;
	if (*at >= p->len)
		return false;
	*at += char_decode(p->text + *at, p->len - *at, code);
	return true;
}

static struct element element_fault(size_t at, size_t fault_at, const char *fault)
{
	return (struct element){
		.kind = ELEMENT_FAULT, .at = at, .next = at, .fault = fault, .fault_at = fault_at
	};
}

/* One item of a class: a character or a range of them. Returns a fault or NULL. */
static const char *class_item(const struct pattern *p, size_t *at, uint32_t *low, uint32_t *high)
{
	const char *item = p->text + *at;

	if (p->len - *at >= 2 && item[0] == '[' && strchr(":.=", item[1]))
		return "named classes are not known here: write the characters, as in [a-z]";
	if (!char_take(p, at, low))
		return "'[' is never closed";
	*high = *low;
	if (p->len - *at >= 2 && p->text[*at] == '-' && p->text[*at + 1] != ']') {
		++*at;
		if (!char_take(p, at, high))
			return "'[' is never closed";
	}
	if (*low >= CODE_RAW_BYTE || *high >= CODE_RAW_BYTE)
		return "a byte in '[...]' is not UTF-8";
	if (*low > *high)
		return "the range in '[...]' runs backwards";
	return NULL;
}

static struct element class_parse(const struct pattern *p, size_t start)
{
	struct element e = { .kind = ELEMENT_CLASS, .at = start };
	size_t at = start + 1;

	if (at < p->len && (p->text[at] == '!' || p->text[at] == '^')) {
		e.negated = true;
		at++;
	}
	e.items = at;
	do {
		uint32_t low, high;
		size_t item = at;
		const char *fault =
			at < p->len ? class_item(p, &at, &low, &high) : "'[' is never closed";

		if (fault)
			return element_fault(start, at < p->len ? item : start, fault);
	} while (at >= p->len || p->text[at] != ']');
	e.next = at + 1;
	return e;
}

static bool class_has(const struct pattern *p, const struct element *e, uint32_t code)
{
	size_t at = e->items;
	bool found = false;

	if (code == '/')
		return false;
	while (at < e->next - 1 && !found) {
		uint32_t low = 0, high = 0;

		if (class_item(p, &at, &low, &high))
			return false;
		found = code >= low && code <= high;
	}
	return found != e->negated;
}

static struct element star_parse(const struct pattern *p, size_t at)
{
	struct element e = { .kind = ELEMENT_STAR, .at = at, .next = at + 1 };

	if (e.next >= p->len || p->text[e.next] != '*')
		return e;
	e.kind = ELEMENT_GLOBSTAR;
	e.next++;
	if (e.next >= p->len)
		return e;
	if (p->text[e.next] == '*')
		return element_fault(at, at, "three stars mean nothing: write '*' or '**'");
	if (p->text[e.next] == '/' && (at == 0 || p->text[at - 1] == '/')) {
		e.kind = ELEMENT_DIRS;
		e.next++;
	}
	return e;
}

static struct element element_at(const struct pattern *p, size_t at)
{
	struct element e = { .kind = ELEMENT_CHAR, .at = at, .next = at };

	if (at >= p->len)
		e.kind = ELEMENT_END;
	else if (p->text[at] == '*')
		return star_parse(p, at);
	else if (p->text[at] == '[')
		return class_parse(p, at);
	else if (p->text[at] == '?')
		e = (struct element){ .kind = ELEMENT_ANY, .at = at, .next = at + 1 };
	else if (!char_take(p, &e.next, &e.code))
		return element_fault(at, at, "'\\' stands at the end, with nothing to escape");
	return e;
}

enum { STATE_WORDS = GLOB_MAX / 64 + 1 };

struct states {
	size_t words; /* in use */
	uint64_t bits[STATE_WORDS];
};

static void states_init(struct states *s, size_t pattern_len)
{
	s->words = pattern_len / 64 + 1;
	memset(s->bits, 0, s->words * sizeof(s->bits[0]));
}

static void states_set(struct states *s, size_t at)
{
	s->bits[at / 64] |= UINT64_C(1) << at % 64;
}

static bool states_has(const struct states *s, size_t at)
{
	return s->bits[at / 64] >> at % 64 & 1;
}

/* Enters a state, and those that follow elements which may stand for nothing. */
static void states_enter(struct states *s, const struct pattern *p, size_t at)
{
	while (!states_has(s, at)) {
		states_set(s, at);
		if (at >= p->len || p->text[at] != '*')
			return;
		at = element_at(p, at).next;
	}
}

/* Where element e of the pattern can be after one character of the text. */
static void step_char(
	struct states *to, const struct pattern *p, const struct element *e, uint32_t code)
{
	bool slash = code == '/';

	if (e->kind == ELEMENT_CHAR && e->code == code)
		states_enter(to, p, e->next);
	else if (e->kind == ELEMENT_ANY && !slash)
		states_enter(to, p, e->next);
	else if (e->kind == ELEMENT_CLASS && class_has(p, e, code))
		states_enter(to, p, e->next);
	else if (e->kind == ELEMENT_GLOBSTAR || (e->kind == ELEMENT_STAR && !slash))
		states_enter(to, p, e->at);
	else if (e->kind == ELEMENT_DIRS) {
		/* Within a directory's name, what follows the component cannot begin. */
		states_set(to, e->at);
		if (slash)
			states_enter(to, p, e->next);
	}
}

/*
 * The same for an element of another pattern that stands for many texts:
 * enters only states that are reached with every one of them.
 */
static void step_element(struct states *to, const struct pattern *p, const struct element *e,
	const struct pattern *inner, const struct element *i)
{
	bool one = i->kind == ELEMENT_ANY || i->kind == ELEMENT_CLASS;
	size_t size = i->next - i->at;

	if (i->kind == ELEMENT_CHAR) {
		step_char(to, p, e, i->code);
	} else if (e->kind == ELEMENT_GLOBSTAR) {
		states_enter(to, p, e->at);
	} else if (e->kind == ELEMENT_STAR && (one || i->kind == ELEMENT_STAR)) {
		states_enter(to, p, e->at);
	} else if (e->kind == ELEMENT_ANY && one) {
		states_enter(to, p, e->next);
	} else if (e->kind == ELEMENT_CLASS && i->kind == ELEMENT_CLASS) {
		if (e->next - e->at == size && !memcmp(p->text + e->at, inner->text + i->at, size))
			states_enter(to, p, e->next);
	} else if (e->kind == ELEMENT_DIRS) {
		/* `**` and a slash come after a slash, where e->next can begin already. */
		states_set(to, e->at);
		if (i->kind == ELEMENT_DIRS)
			states_enter(to, p, e->next);
	}
}

static bool states_empty(const struct states *s)
{
	uint64_t any = 0;

	for (size_t w = 0; w < s->words; w++)
		any |= s->bits[w];
	return !any;
}

/* One step of all states: over a character, or over an element of `inner` when there is one. */
static void states_step(struct states *s, const struct pattern *p, uint32_t code,
	const struct pattern *inner, const struct element *i)
{
	struct states to;

	states_init(&to, p->len);
	for (size_t w = 0; w < s->words; w++) {
		for (uint64_t bits = s->bits[w]; bits; bits &= bits - 1) {
			struct element e = element_at(p, w * 64 + (size_t)__builtin_ctzll(bits));

			if (inner)
				step_element(&to, p, &e, inner, i);
			else
				step_char(&to, p, &e, code);
		}
	}
	memcpy(s->bits, to.bits, s->words * sizeof(s->bits[0]));
}

bool glob_match(const char *pattern, size_t pattern_len, const void *text, size_t len)
{
	const struct pattern p = { pattern, pattern_len };
	const char *s = text;
	struct states states;
	size_t prefix, at = 0;

	if (pattern_len > GLOB_MAX)
		return false;
	for (prefix = 0; prefix < pattern_len && !is_special(pattern[prefix]); prefix++) {
		if (prefix >= len || pattern[prefix] != s[prefix])
			return false;
	}
	/* A byte that ends the prefix amid a character of the text must not split it. */
	if (prefix > 0 && (pattern[prefix - 1] & 0x80) == 0)
		at = prefix;
	states_init(&states, pattern_len);
	states_enter(&states, &p, at);
	while (at < len) {
		uint32_t code;

		at += char_decode(s + at, len - at, &code);
		states_step(&states, &p, code, NULL, NULL);
		if (states_empty(&states))
			return false;
	}
	return states_has(&states, pattern_len);
}

bool glob_covers(const char *outer, size_t outer_len, const char *inner, size_t inner_len)
{
	const struct pattern p = { outer, outer_len }, in = { inner, inner_len };
	struct states states;
	size_t position;

	if (glob_check(outer, outer_len, &position) || glob_check(inner, inner_len, &position))
		return false;
	states_init(&states, outer_len);
	states_enter(&states, &p, 0);
	for (size_t at = 0; at < inner_len;) {
		struct element i = element_at(&in, at);

		states_step(&states, &p, 0, &in, &i);
		at = i.next;
	}
	return states_has(&states, outer_len);
}

const char *glob_check(const char *pattern, size_t len, size_t *position)
{
	const struct pattern p = { pattern, len };

	*position = GLOB_MAX;
	if (len > GLOB_MAX)
		return "a pattern has at most 4096 bytes";
	for (size_t at = 0; at < len;) {
		struct element e = element_at(&p, at);

		*position = e.fault_at;
		if (e.kind == ELEMENT_FAULT)
			return e.fault;
		at = e.next;
	}
	return NULL;
}

bool glob_is_pattern(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\\')
			i++;
		else if (strchr("*?[", text[i]) && text[i])
			return true;
	}
	return false;
}

size_t glob_prefix(const char *pattern, size_t len)
{
	size_t n = 0;

	while (n < len && !is_special(pattern[n]))
		n++;
	return n;
}

size_t glob_literal(const char *text, size_t len, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\\' && i + 1 < len)
			i++;
		out[n++] = text[i];
	}
	out[n] = '\0';
	return n;
}

void glob_escape(const char *text, size_t len, struct sbuf *out)
{
	for (size_t i = 0; i < len; i++) {
		if (strchr("*?[\\", text[i]) && text[i])
			sbuf_char(out, '\\');
		sbuf_char(out, text[i]);
	}
}
