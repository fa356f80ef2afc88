/* What is spoken over the socket, a line a message: docs/ask.md. */
#ifndef CALLGATE_SUPERVISOR_ASK_JSON_H
#define CALLGATE_SUPERVISOR_ASK_JSON_H

#include <stdint.h>

#include "base/err.h"
#include "base/sbuf.h"
#include "supervisor/ask.h"

/* An answer as it was read: `answer.rule` points into `rule`. */
struct ask_json_answer {
	uint64_t id; /* of the question */
	struct ask_answer answer;
	struct sbuf rule;
};

/*
 * Reads one line. On failure the error says what is wrong with it; out->id is
 * then the question's, or 0 where that could not be read. Free it in any case.
 */
int ask_json_parse(const char *line, size_t len, struct ask_json_answer *out, struct err **err);
void ask_json_free(struct ask_json_answer *answer);

/* Each adds one line. */
void ask_json_hello(const char *save, struct sbuf *out);
void ask_json_request(struct asker *asker, const struct ask_question *question, struct sbuf *out);
void ask_json_saved(uint64_t id, const char *text, struct sbuf *out);
void ask_json_done(uint64_t id, struct sbuf *out);
void ask_json_error(uint64_t id, const char *text, struct sbuf *out);

#endif
