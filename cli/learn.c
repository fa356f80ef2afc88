#include "report/learn.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "cli/command.h"
#include "cli/learn_onto.h"
#include "cli/message.h"
#include "supervisor/policies.h"
#include "cli/read_logs.h"
#include "supervisor/replay.h"
#include "supervisor/run.h"

/*
 * What calls are held against when there is no policy: all that reaches outside
 * needs a rule. New processes are bounded by budgets instead.
 */
static const char nothing[] =
	"version: 1\n"
	"default: {connect: deny, bind: deny, exec: deny, spawn: allow, socket: deny}\n";

struct learning {
	struct policies base;
	struct replay *replay;
	struct learn *learn;
	struct sbuf old;  /* text of the policy that gets the rules it lacks */
	bool onto;        /* there is one */
	uint64_t unknown; /* calls the log tells too little of */
};

static void learning_free(struct learning *learning)
{
	learn_free(learning->learn);
	replay_free(learning->replay);
	policies_free(&learning->base);
	sbuf_free(&learning->old);
}

static void warn(void *ctx, const char *text)
{
	(void)ctx;
	message_print("%s", text);
}

static int load_base(struct learning *learning, const struct options *options, struct err **err)
{
	const char *const file[] = { options->output, NULL };
	int rc = 0;

	if (options->policy.len)
		return policies_load(
			&learning->base, (char *const *)options->policy.items, warn, NULL, err);
	if (options->output)
		rc = learn_read(options->output, &learning->old, err);
	if (rc < 0)
		return rc;
	learning->onto = learning->old.len > 0;
	if (learning->onto)
		return policies_load(&learning->base, (char *const *)file, warn, NULL, err);
	return policies_load_text(&learning->base, nothing, "the default", err);
}

static int take_record(void *ctx, const struct log_record *record, struct err **err)
{
	struct learning *learning = ctx;
	struct replay_verdict verdict = { 0 };
	enum replay_result result = replay_record(learning->replay, record, &verdict);
	bool denied = result == REPLAY_JUDGED && verdict.decision->verdict != VERDICT_ALLOW;

	learning->unknown += result == REPLAY_UNKNOWN;
	return learn_record(learning->learn, record, denied ? verdict.decision : NULL, err);
}

/* A policy that cannot be loaded is of no use to anybody. */
static int check_text(const struct sbuf *text, const char *name, struct err **err)
{
	cleanup_policies struct policies policies = { 0 };

	if (text->failed)
		return err_set(err, ENOMEM, "cannot write what was learned");
	return policies_load_text(&policies, sbuf_text(text), name, err);
}

/* The whole text from the rules that were learned; `rules` is the policy where there is no base. */
static int put_together(const struct learning *learning, const struct options *options,
	const struct sbuf *rules, const struct learn_totals *totals, struct sbuf *out,
	struct err **err)
{
	if (options->policy.len) {
		sbuf_str(out, "# What these policies lack, to be given after them:");
		for (size_t i = 0; i < options->policy.len; i++) {
			sbuf_str(out, " -p ");
			escape_text(
				out, options->policy.items[i], strlen(options->policy.items[i]));
		}
		sbuf_fmt(out, "\nversion: 1\n%s%s",
			totals->rules ? "rules:\n"
			: rules->len  ? "# rules:\n"
				      : "",
			sbuf_text(rules));
		return 0;
	}
	if (!learning->onto) {
		sbuf_str(out, sbuf_text(rules));
		return check_text(out, "what was learned", err);
	}
	if (!rules->len) {
		sbuf_str(out, sbuf_text(&learning->old));
		return 0;
	}
	if (learn_onto(options->output, sbuf_text(&learning->old), sbuf_text(rules), out, err) < 0)
		return -1;
	if (check_text(out, options->output, err) < 0)
		return err_wrap(err,
			"cannot add rules to %s; have them in another file: -p %s -o NEW",
			options->output, options->output);
	return 0;
}

static void tell(const struct learning *learning, const struct learn_totals *totals, bool risky)
{
	message_print("rules learned: %llu, from %llu calls", (unsigned long long)totals->rules,
		(unsigned long long)totals->calls);
	if (totals->risky)
		message_print("risky grants: %llu, %s", (unsigned long long)totals->risky,
			risky ? "among these rules: look at them"
			      : "as comments: make those rules that are needed");
	if (totals->refused)
		message_print("calls that no rule can be added for: %llu, comments say why",
			(unsigned long long)totals->refused);
	if (totals->unnamed)
		message_print(
			"addresses without a name: %llu; the run asked name servers, but the log "
			"does not say for what: with -v it does",
			(unsigned long long)totals->unnamed);
	if (learning->unknown)
		message_print("%llu calls were denied, and the log does not say what would have "
			      "run: learn from a run under trace or audit",
			(unsigned long long)learning->unknown);
}

/* ip(7), ip_local_port_range; the kernel's own numbers where it cannot be read. */
static void find_port_range(struct learn_options *wanted)
{
	cleanup_file FILE *f = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");

	if (f && fscanf(f, "%hu %hu", &wanted->first_port, &wanted->last_port) == 2)
		return;
	wanted->first_port = 32768;
	wanted->last_port = 60999;
}

static int learn(struct learning *learning, const struct options *options, char *const *logs,
	struct sbuf *out, struct learn_totals *totals, struct err **err)
{
	const bool additions = options->policy.len > 0 || learning->onto;
	struct learn_options wanted = {
		.base = learning->base.policy,
		.additions = additions,
		.widen_net = options->widen,
		.risky = options->risky,
		.hosts = "/etc/hosts",
		.resolv_conf = "/etc/resolv.conf",
		.names = &name_source_system,
	};
	cleanup_sbuf struct sbuf rules = SBUF_INIT;
	unsigned n = 0;

	find_port_range(&wanted);
	while (logs[n])
		n++;
	if (replay_new(learning->base.policy, &learning->replay, err) < 0 ||
		learn_new(&wanted, &learning->learn, err) < 0 ||
		read_logs((const char *const *)logs, take_record, learning, err) < 0 ||
		learn_print(learning->learn, n, &rules, totals, err) < 0)
		return -1;
	return put_together(learning, options, &rules, totals, out, err);
}

static int command_learn(const struct options *options, char *const *args)
{
	__attribute__((cleanup(learning_free))) struct learning learning = { .old = SBUF_INIT };
	cleanup_sbuf struct sbuf out = SBUF_INIT;
	cleanup_err struct err *err = NULL;
	struct learn_totals totals = { 0 };
	int status = EXIT_SUCCESS;

	if (load_base(&learning, options, &err) < 0 ||
		learn(&learning, options, args, &out, &totals, &err) < 0 ||
		(options->output && learn_write(options->output, &out, &err) < 0))
		return message_fail(EXIT_CALLGATE, err);
	if (!options->output)
		status = message_output(&out);
	tell(&learning, &totals, options->risky);
	return status;
}

const struct command learn_command = {
	.id = COMMAND_LEARN,
	.name = "learn",
	.args = "LOG... [-o POLICY | -p POLICY]... [OPTION]...",
	.summary = "make a policy from what runs did",
	.description = "Writes the smallest policy under which the calls of the logs pass: a "
		       "rule for each program, with what it ran, reached and made, and budgets "
		       "with a margin. What is risky to allow is a comment, with the reason: "
		       "shells that reach the network, cloud metadata, hosts of inner "
		       "networks, whatever others than root may replace. With -o, a POLICY that "
		       "is there already gets the rules it lacks; with -p, what those policies "
		       "lack is a policy to be given after them. Read what you get: it allows "
		       "what was done, which need not be what is right. The exit status is 0, "
		       "or 125 when there is no policy.",
	.min_args = 1,
	.max_args = -1,
	.run = command_learn,
};
