#include "cli/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "cli/command.h"
#include "cli/message.h"
#include "policy/source.h"
#include "policy/yaml.h"
#include "supervisor/run.h"

/* Each line is a message; in the policy it is a comment. */
static void show_unheld(const char *lines, struct sbuf *out)
{
	while (*lines) {
		size_t len = strcspn(lines, "\n");
		cleanup_sbuf struct sbuf safe = SBUF_INIT;

		escape_text(&safe, lines, len);
		message_print("not held: %s", sbuf_text(&safe));
		sbuf_fmt(out, "# not held: %s\n", sbuf_text(&safe));
		lines += len + (lines[len] == '\n');
	}
}

static int openshell(const struct options *options, const char *path)
{
	cleanup_sbuf struct sbuf policy = SBUF_INIT, unheld = SBUF_INIT, out = SBUF_INIT;
	cleanup_err struct err *err = NULL;
	cleanup_free char *text = NULL;
	size_t len = 0;

	if (source_read(path, true, YAML_TEXT_MAX, &text, &len, &err) < 0 ||
		import_openshell(text, len, path, &policy, &unheld, &err) < 0)
		return message_fail(EXIT_CALLGATE, err);
	show_unheld(sbuf_text(&unheld), &out);
	if (unheld.len && options->strict) {
		message_print(
			"nothing is written, for --strict: system calls cannot hold the above");
		return EXIT_CALLGATE;
	}
	sbuf_add(&out, sbuf_text(&policy), policy.len);
	out.failed |= policy.failed || unheld.failed;
	return message_output(&out);
}

static int codex(const struct options *options, const char *mode)
{
	cleanup_sbuf struct sbuf out = SBUF_INIT;
	cleanup_err struct err *err = NULL;

	if (import_codex(mode, options->write.items, &out, &err) < 0)
		return message_fail(EXIT_CALLGATE, err);
	return message_output(&out);
}

static int command_import(const struct options *options, char *const *args)
{
	static const struct {
		const char *name;
		int (*run)(const struct options *options, const char *arg);
	} sources[] = { { "openshell", openshell }, { "codex", codex } };

	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
		if (strcmp(sources[i].name, args[0]) == 0)
			return sources[i].run(options, args[1]);
	message_print("nothing is imported from '%s': write openshell FILE or codex MODE", args[0]);
	return EXIT_CALLGATE;
}

static const char *const import_sources[] = { "openshell", "codex", NULL };

const struct command import_command = {
	.id = COMMAND_IMPORT,
	.name = "import",
	.args = "openshell FILE | codex MODE [--write DIR]...",
	.summary = "write a policy from one of another program",
	.description = "Prints a callgate policy that decides as the source does. openshell reads "
		       "a sandbox policy of OpenShell; what system calls cannot show, such as "
		       "HTTP methods, is listed on the standard error and in comments, and with "
		       "--strict is an error. codex writes a mode of the Codex sandbox: "
		       "restricted, proxy or full-access, with the directories that may be "
		       "written.",
	.words = import_sources,
	.min_args = 2,
	.max_args = 2,
	.run = command_import,
};
