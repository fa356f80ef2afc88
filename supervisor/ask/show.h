/* What a person is shown, as text: wrapped to the terminal, and safe for it. */
#ifndef CALLGATE_SUPERVISOR_ASK_SHOW_H
#define CALLGATE_SUPERVISOR_ASK_SHOW_H

#include <stdbool.h>

#include "base/sbuf.h"
#include "supervisor/ask/question.h"

struct ask_look {
	unsigned width; /* of the terminal, in characters */
	bool color;
	bool utf8; /* else everything is ASCII */
};

/* What changes while a question is open. */
struct ask_state {
	const char *rule; /* what would be kept; not made safe */
	bool edited;      /* by hand */
	size_t waiting;   /* calls */
	size_t later;     /* more questions after this one */
	bool can_save;
};

/* The question with its keys, and the mark that keys are read now. */
void ask_show_question(const struct ask_look *look, const struct ask_question *question,
	const struct ask_state *state, struct sbuf *out);

/* What keys change in it. */
void ask_show_rule(const struct ask_look *look, const struct ask_state *state, struct sbuf *out);

/* The keys, one a line. */
void ask_show_help(const struct ask_look *look, struct sbuf *out);

/* A line with a label, wrapped, cut after so many lines; 0: never. The text is safe already. */
void ask_show_field(const struct ask_look *look, const char *label, const char *text,
	unsigned lines, struct sbuf *out);

/* The same for each line of the text. */
void ask_show_lines(
	const struct ask_look *look, const char *label, const char *text, struct sbuf *out);

/* callgate's own words about what was done: "  -> allowed once". May hold text from outside. */
void ask_show_note(const struct ask_look *look, const char *text, struct sbuf *out);

#endif
