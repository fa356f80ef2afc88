/* What the subcommands that run a command have in common. */
#ifndef CALLGATE_CLI_RUN_COMMAND_H
#define CALLGATE_CLI_RUN_COMMAND_H

#include "cli/options.h"
#include "decoders/select.h"
#include "policy/verdict.h"

/*
 * Runs args under the gate, in trace without a policy and in the other modes
 * with those of -p. Returns callgate's exit status, or ends as the command ended.
 */
int run_command(const struct options *options, char *const *args, enum mode mode,
	const struct call_set *select);

#endif
