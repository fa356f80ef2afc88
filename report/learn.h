/*
 * From the calls of logs to the smallest policy that lets them pass: a rule for
 * each program, with what it reached, ran and made.
 *
 * Which calls need a rule is not decided here: whoever replays the log says so
 * (supervisor/replay.h), so that learning onto a policy adds only what it lacks.
 *
 * All that comes from the log is hostile: it gets into the policy as quoted
 * YAML, or as escaped text in a comment, and never in another way.
 */
#ifndef CALLGATE_REPORT_LEARN_H
#define CALLGATE_REPORT_LEARN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/sbuf.h"
#include "policy/name_resolver.h"
#include "policy/policy.h"
#include "report/log/reader.h"

struct learn;

struct learn_options {
	const struct policy *base; /* what is there already; borrowed */
	bool additions;            /* rules alone: budgets and defaults are in the base */
	bool widen_net;            /* networks of 256 addresses, in IPv6 of a /64, for addresses */
	bool risky;                /* risky grants are rules, and not comments */
	const char *hosts;         /* names of addresses, as /etc/hosts; NULL: none */
	/* Of those the kernel chooses from for a bind to port 0; 0, 0: not known. */
	uint16_t first_port, last_port;
	const char *resolv_conf; /* name servers, as /etc/resolv.conf; NULL: not known */
	/* Looks up the names that the run asked name servers for; NULL: they are not. */
	const struct name_source *names;
};

/* What became of the calls. */
struct learn_totals {
	uint64_t calls; /* in all */
	uint64_t rules; /* that were written */
	uint64_t risky; /* grants that are comments, or with `risky` would be */
	/* Addresses that might have names: the run asked for some, and the log does not say which.
	 */
	uint64_t unnamed;
	uint64_t refused; /* calls that no rule can be added for; the policy says so in comments */
};

int learn_new(const struct learn_options *options, struct learn **out, struct err **err);
void learn_free(struct learn *learn);

/*
 * Takes the next record of a log. `denied` is what the base decides about it; NULL
 * when it allows it, or the record is no call. Returns -ENOMEM with an error, or
 * another negative number when the log has more different grants than a person
 * could ever read.
 */
int learn_record(struct learn *learn, const struct log_record *record,
	const struct decision *denied, struct err **err);

/* Adds the policy, or the items of its `rules` alone. `logs` is how many were read. */
int learn_print(struct learn *learn, unsigned logs, struct sbuf *out, struct learn_totals *totals,
	struct err **err);

static inline void cleanup_learn_fn(struct learn **learn)
{
	learn_free(*learn);
}

#define cleanup_learn __attribute__((cleanup(cleanup_learn_fn)))

#endif
