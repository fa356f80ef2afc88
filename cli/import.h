/*
 * Policies from elsewhere, written in callgate's language. What system calls
 * cannot show (HTTP methods and paths, TLS, names by pattern) is listed: never
 * is something allowed in silence that the source would deny.
 */
#ifndef CALLGATE_CLI_IMPORT_H
#define CALLGATE_CLI_IMPORT_H

#include <stddef.h>

#include "base/err.h"
#include "base/sbuf.h"

/*
 * An OpenShell sandbox policy. `name` stands for the file in messages. `unheld`
 * gets a line "FILE:LINE:COLUMN: ..." for each thing that the policy in `out`
 * does not hold as the source does.
 */
int import_openshell(const char *text, size_t len, const char *name, struct sbuf *out,
	struct sbuf *unheld, struct err **err);

/*
 * A mode of the Codex sandbox: "restricted", "proxy", "full-access", with the
 * directories that may be written; they end with NULL.
 */
int import_codex(const char *mode, const char *const *writable, struct sbuf *out, struct err **err);

#endif
