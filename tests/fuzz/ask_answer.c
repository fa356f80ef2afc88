/*
 * Answers over the socket: whatever a line is, it is read or refused with a
 * message, and what is said back about it is one line of JSON.
 */
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "supervisor/ask/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_line(const struct sbuf *line)
{
	json_t *json = json_loadb(line->data, line->len - 1, 0, NULL);

	if (line->data[line->len - 1] != '\n' || memchr(line->data, '\n', line->len - 1) || !json)
		abort();
	json_decref(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ask_json_answer answer;
	struct sbuf line = SBUF_INIT;
	struct err *err = NULL;

	if (ask_json_parse((const char *)data, size, &answer, &err) < 0) {
		ask_json_error(answer.id, err_text(err), &line);
	} else {
		if (!answer.id || answer.answer.verdict == VERDICT_ASK ||
			(answer.answer.rule && answer.answer.scope == ASK_ONCE))
			abort();
		ask_json_saved(answer.id, answer.answer.rule, &line);
	}
	check_line(&line);
	sbuf_free(&line);
	ask_json_free(&answer);
	err_free(&err);
	return 0;
}
