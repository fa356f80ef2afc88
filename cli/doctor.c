#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/message.h"
#include "cli/probe.h"
#include "supervisor/run.h"

enum { NAME_COLUMN = 6, TEXT_COLUMN = 33 };

static const char *const answers[] = {
	[PROBE_NO] = "no",
	[PROBE_YES] = "yes",
	[PROBE_NOTE] = "-",
};

static const char *remedy_of(const struct probe_row *row, const struct probe_result *result)
{
	return *result->remedy ? result->remedy : row->remedy;
}

/* "no    Landlock   ask, enforce: ... (Function not implemented)", then what to do. */
static void add_text(
	struct sbuf *out, const struct probe_row *row, const struct probe_result *result)
{
	size_t start = out->len;

	sbuf_str(out, answers[result->answer]);
	sbuf_pad(out, start + NAME_COLUMN);
	sbuf_str(out, row->name);
	sbuf_pad(out, start + TEXT_COLUMN);
	sbuf_str(out, row->purpose);
	if (*result->detail && *row->purpose)
		sbuf_fmt(out, " (%s)", result->detail);
	else
		sbuf_str(out, result->detail);
	sbuf_char(out, '\n');
	if (result->answer != PROBE_NO)
		return;
	start = out->len;
	sbuf_pad(out, start + TEXT_COLUMN);
	sbuf_fmt(out, "what to do: %s\n", remedy_of(row, result));
}

static int add_json(json_t *array, const struct probe_row *row, const struct probe_result *result)
{
	json_t *item = json_pack("{s:s, s:s, s:s, s:b, s:b}", "name", row->name, "purpose",
		row->purpose, "detail", result->detail, "needed_for_trace",
		row->need == PROBE_FOR_ALL, "needed_for_enforce", row->need != PROBE_FOR_NONE);

	if (item && result->answer != PROBE_NOTE)
		json_object_set_new(item, "works", json_boolean(result->answer == PROBE_YES));
	if (item && result->answer == PROBE_NO)
		json_object_set_new(item, "remedy", json_string(remedy_of(row, result)));
	return json_array_append_new(array, item);
}

static int add_piece(const char *piece, size_t len, void *out)
{
	sbuf_add(out, piece, len);
	return 0;
}

/* Which modes work here: trace and audit, ask and enforce. */
struct modes {
	bool trace, enforce;
};

static void render_json(struct sbuf *out, json_t *probes, const struct modes *work)
{
	json_t *all = json_pack("{s:b, s:b, s:O}", "trace_works", work->trace, "enforce_works",
		work->enforce, "probes", probes);

	if (json_dump_callback(all, add_piece, out, JSON_INDENT(2)) < 0)
		out->failed = true;
	sbuf_char(out, '\n');
	json_decref(all);
}

static void add_modes(struct sbuf *out, const struct modes *work)
{
	sbuf_fmt(out, "\ncallgate trace and audit %s here\n", work->trace ? "work" : "cannot work");
	sbuf_fmt(out, "callgate ask and enforce %s here\n", work->enforce ? "work" : "cannot work");
}

static int command_doctor(const struct options *options, char *const *args)
{
	cleanup_sbuf struct sbuf out = SBUF_INIT;
	json_t *probes = json_array();
	struct modes work = { true, true };
	int status;

	(void)args;
	for (size_t i = 0; i < probe_table_len; i++) {
		struct probe_result result;

		probe_run(&probe_table[i], &result);
		if (result.answer != PROBE_YES) {
			work.trace &= probe_table[i].need != PROBE_FOR_ALL;
			work.enforce &= probe_table[i].need == PROBE_FOR_NONE;
		}
		if (options->json)
			out.failed |= add_json(probes, &probe_table[i], &result) < 0;
		else
			add_text(&out, &probe_table[i], &result);
	}
	if (options->json)
		render_json(&out, probes, &work);
	else
		add_modes(&out, &work);
	json_decref(probes);
	status = message_output(&out);
	return status || work.trace ? status : EXIT_FAILURE;
}

const struct command doctor_command = {
	.id = COMMAND_DOCTOR,
	.name = "doctor",
	.args = "[OPTION]...",
	.summary = "say what this kernel and this user can do",
	.description = "Tries what callgate needs from the kernel and says for each whether it "
		       "works here, what it is for, and what to do where it does not. The exit "
		       "status is 0 when trace can work here, else 1.",
	.run = command_doctor,
};
