/*
 * A log of any bytes: its calls are judged, and what is learned from them is a
 * policy that loads, whatever stands in the log. No call is denied by it that
 * was allowed before.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/policy.h"
#include "policy/root/view.h"
#include "report/learn.h"
#include "supervisor/replay.h"
#include "tests/support/log_of.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char nothing[] =
	"version: 1\n"
	"default: {connect: deny, bind: deny, exec: deny, spawn: allow, socket: deny}\n";

static size_t no_lookup(void *ctx, const char *name, struct address *out, size_t max)
{
	(void)ctx;
	(void)name;
	(void)out;
	(void)max;
	return 0;
}

static uint64_t no_time(void *ctx)
{
	(void)ctx;
	return 1;
}

static struct policy *load(const char *text, size_t len, struct name_resolver *resolver)
{
	/* Programs are looked for in a place that has none. */
	static const struct root_view nowhere = { .fd = -1 };
	const struct policy_env env = {
		.root = &nowhere, .resolver = resolver, .resolv_conf = "/nowhere/resolv.conf"
	};
	struct policy *policy = NULL;
	struct err *err = NULL;

	if (policy_load_text(text, len, "learned", &env, &policy, &err) < 0) {
		fprintf(stderr, "%s\n%s", err_text(err), text);
		MUST(!"loads");
	}
	return policy;
}

/* Judges the whole log; gives every call to learn where it is not NULL. Returns the denials. */
static uint64_t judge(
	const uint8_t *data, size_t size, const struct policy *policy, struct learn *learn)
{
	struct log_reader *reader = log_of(data, size);
	const struct log_record *record;
	struct replay *replay = NULL;
	uint64_t denials = 0;

	MUST(replay_new(policy, &replay, NULL) == 0);
	while (log_reader_next(reader, &record, NULL) == 1) {
		struct replay_verdict verdict;
		bool denied = replay_record(replay, record, &verdict) == REPLAY_JUDGED &&
			      verdict.decision->verdict != VERDICT_ALLOW;

		denials += denied;
		if (learn)
			MUST(learn_record(learn, record, denied ? verdict.decision : NULL, NULL) ==
				0);
	}
	replay_free(replay);
	log_reader_close(reader);
	return denials;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct name_source names = { no_lookup, no_time, NULL };
	struct name_resolver *resolver = name_resolver_new(&names);
	struct policy *base = load(nothing, sizeof(nothing) - 1, resolver), *learned;
	const struct learn_options options = {
		.base = base, .risky = size & 1, .widen_net = size & 2, .names = &names
	};
	struct learn *learn = NULL;
	struct learn_totals totals;
	struct sbuf out = SBUF_INIT;
	uint64_t before;

	MUST(learn_new(&options, &learn, NULL) == 0);
	before = judge(data, size, base, learn);
	MUST(learn_print(learn, 1, &out, &totals, NULL) == 0);
	learned = load(out.data, out.len, resolver);
	/* Budgets are of what the log tells of starts: a made-up log may have spawns without any.
	 */
	if (!strstr(out.data, "budgets:"))
		MUST(judge(data, size, learned, NULL) <= before);
	policy_free(learned);
	policy_free(base);
	learn_free(learn);
	sbuf_free(&out);
	name_resolver_free(resolver);
	return 0;
}
