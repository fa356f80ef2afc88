#include "cli/run_command.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "cli/color.h"
#include "cli/log_files.h"
#include "cli/message.h"
#include "supervisor/policies.h"
#include "decoders/acts_on.h"
#include "policy/network.h"
#include "report/summary.h"
#include "supervisor/ask.h"
#include "supervisor/ask/builtin.h"
#include "supervisor/run.h"
#include "tracer/landlock.h"

static void summary_cleanup(struct summary **summary)
{
	summary_free(*summary);
}

static void warn(void *ctx, const char *text)
{
	(void)ctx;
	message_print("%s", text);
}

static void call_set_cleanup(struct call_set **set)
{
	call_set_free(*set);
}

/*
 * "clone:newuser" is a narrower word for a call of the gate. Signals stop only
 * where Landlock does not keep them within the run.
 */
static bool is_selected_by(const char *word)
{
	const struct acts_on *acts = acts_on_by_word(word);

	if (acts)
		return !acts->signal || landlock_abi() < LANDLOCK_ABI_SCOPED;
	return !strchr(word, ':');
}

/*
 * What can be judged: the calls of the gate, and whatever else the policy denies or
 * bounds. Whom a socket accepts nobody judges; who listens was judged at bind(2).
 */
static int select_judged(const struct policy *policy, struct call_set **out, struct err **err)
{
	cleanup_sbuf struct sbuf expr = SBUF_INIT;
	const char *word;

	sbuf_str(&expr, "%gate,!accept,!accept4");
	for (size_t i = 0; (word = policy_syscall_denied(policy, i)); i++) {
		if (is_selected_by(word))
			sbuf_fmt(&expr, ",%s", word);
	}
	for (size_t i = 0; (word = policy_network_call(policy, i)); i++)
		sbuf_fmt(&expr, ",%s", word);
	return call_set_parse(sbuf_text(&expr), out, err);
}

/* What a run needs, and how it ended. */
struct run_state {
	struct policies policies;
	struct log_files files;
	struct run_outcome outcome;
	bool denied; /* some call was, or would have been */
};

static int run(const struct options *options, struct run_options *run_options,
	struct run_state *state, struct err **err)
{
	__attribute__((cleanup(summary_cleanup))) struct summary *summary = summary_new();
	int status = EXIT_CALLGATE;

	if (!summary) {
		err_set(err, ENOMEM, "cannot keep a summary");
		return status;
	}
	run_options->summary = summary;
	if (supervisor_run(run_options, &state->outcome, &status, err) < 0)
		return status;
	state->denied = summary_denied_count(summary) > 0;
	/* Where the lines went to a file, nothing on the terminal has told of it. */
	if (summary_lost_count(summary) && options->output)
		message_print("%llu events could not be written",
			(unsigned long long)summary_lost_count(summary));
	return 0;
}

static int open_state(
	struct run_state *state, const struct options *options, enum mode mode, struct err **err)
{
	if (mode == MODE_TRACE && options->stack.which == STACKS_DENIED)
		return err_set(err, 0, "-k=denied: trace denies nothing; write -k");
	if (mode == MODE_ASK && !options->policy.len) {
		if (ask_builtin_load(&state->policies.policy, err) < 0)
			return -1;
	} else if (mode != MODE_TRACE) {
		if (!options->policy.len)
			return err_set(err, 0, "%s needs a policy: -p FILE", mode_name(mode));
		if (policies_load(&state->policies, (char *const *)options->policy.items, warn,
			    NULL, err) < 0)
			return -1;
		if (mode_enforces(mode) && policy_network_ready(state->policies.policy, err) < 0)
			return -1;
	}
	return log_files_open(&state->files, options, err);
}

static struct stack_wish stack_wish_of(const struct stack_choices *choices, enum mode mode)
{
	static const enum stack_when when[] = {
		[STACKS_NONE] = STACK_NEVER,
		[STACKS_ALL] = STACK_EVERY,
		[STACKS_DENIED] = STACK_DENIED,
	};
	enum stack_choice which = choices->which;

	if (which == STACKS_BY_MODE)
		which = mode == MODE_TRACE ? STACKS_ALL : STACKS_DENIED;
	return (struct stack_wish){
		.when = when[which],
		.options = { .frames = choices->frames, .lines = choices->lines },
	};
}

/* To a person: what was made, and what it is good for. */
static void tell_saved(const struct options *options, unsigned saved)
{
	cleanup_sbuf struct sbuf files = SBUF_INIT;

	if (!saved || options->ask_socket || options->verbosity < 0)
		return;
	sbuf_fmt(&files, "-p %s", options->save);
	for (size_t i = 0; i < options->policy.len; i++) {
		if (strcmp(options->policy.items[i], options->save) != 0)
			sbuf_fmt(&files, " -p %s", options->policy.items[i]);
	}
	message_print("rules saved: %u, to %s. To hold the command to them: callgate enforce %s "
		      "-- COMMAND",
		saved, options->save, sbuf_text(&files));
}

int run_command(const struct options *options, char *const *args, enum mode mode,
	const struct call_set *select)
{
	__attribute__((cleanup(call_set_cleanup))) struct call_set *judged = NULL;
	cleanup_err struct err *err = NULL, *close_err = NULL;
	struct run_state state = { 0 };
	struct ask_options ask = {
		.save = options->save,
		.socket = options->ask_socket,
		.timeout_ns = options->ask_timeout_ns,
		.color = color_on_terminal(options->color),
		.builtin = !options->policy.len,
	};
	struct run_options run_options = {
		.mode = mode,
		.backend = (enum backend)options->backend,
		.argv = args,
		.contents = options->verbosity > 0,
		.stack = stack_wish_of(&options->stack, mode),
		.kill_on_exit = options->kill_on_exit,
		.timeout_ns = options->timeout_ns,
		.watch_policy = options->watch,
	};
	int status;

	if (open_state(&state, options, mode, &err) < 0 ||
		(mode != MODE_TRACE && select_judged(state.policies.policy, &judged, &err) < 0)) {
		policies_free(&state.policies);
		return message_fail(EXIT_CALLGATE, err);
	}
	run_options.select = judged ? judged : select;
	run_options.policy = state.policies.policy;
	run_options.ask = &ask;
	run_options.policies = mode == MODE_TRACE ? NULL : options->policy.items;
	run_options.sinks = state.files.sinks;
	run_options.nsinks = state.files.nsinks;
	run_options.logged = state.files.nsinks > 1; /* beside the text */
	status = run(options, &run_options, &state, &err);
	if (log_files_close(&state.files, &close_err) < 0)
		message_print("%s", err_text(close_err));
	policies_free(&state.policies);
	tell_saved(options, state.outcome.saved);
	if (status)
		return message_fail(status, err);
	if (state.outcome.timed_out || (options->fail_on && state.denied))
		return EXIT_LIMIT;
	supervisor_exit_like(state.outcome.wait_status);
}
