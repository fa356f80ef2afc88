/*
 * Random policies and requests over a small world, and a naive evaluator of
 * them: rule by rule, condition by condition, on the test's own structures and
 * never on what the policy made of its text.
 */
#ifndef CALLGATE_TESTS_SUPPORT_POLICY_MODEL_H
#define CALLGATE_TESTS_SUPPORT_POLICY_MODEL_H

#include "tests/support/fake_root.h"
#include "tests/support/policy_text.h"

#include "base/sbuf.h"
#include "policy/address.h"

enum { LIST_MAX = 6, RULES_MAX = 80, CHAIN_MAX = 40, PROGRAMS = 11, PROGRAM_GONE = 10 };

/* ---- chance ---- */

struct chance {
	uint64_t state;
};

static inline uint64_t chance_next(struct chance *c)
{
	c->state ^= c->state << 13;
	c->state ^= c->state >> 7;
	c->state ^= c->state << 17;
	return c->state * 0x2545f4914f6cdd1dULL;
}

static inline unsigned below(struct chance *c, unsigned n)
{
	return (unsigned)((chance_next(c) >> 33) % n);
}

static inline bool one_in(struct chance *c, unsigned n)
{
	return below(c, n) == 0;
}

/* ---- programs ---- */

static const char *const program_paths[PROGRAMS] = { "/bin/p0", "/bin/p1", "/bin/p2", "/bin/p3",
	"/bin/p4", "/bin/p5", "/bin/p6", "/bin/p7", "/opt/x/q0", "/opt/q1", "/gone/m0" };

/* Patterns of a rule: below PROGRAMS a literal, then these. */
enum { GLOB_BIN = PROGRAMS, GLOB_LOW, GLOB_OPT, GLOB_DEEP, PATTERNS };
static const char *const glob_texts[] = { "/bin/*", "/bin/p[0-3]", "/opt/**", "/**/q1" };

static inline const char *pattern_text(unsigned pattern)
{
	return pattern < PROGRAMS ? program_paths[pattern] : glob_texts[pattern - PROGRAMS];
}

/* A program of a request: -1 has no name; changed: not the file of the load. */
struct model_program {
	int program;
	bool changed;
};

enum naive { NO, CHANGED, YES };

static inline enum naive naive_pattern(unsigned pattern, struct model_program p, bool restrictive)
{
	if (p.program < 0)
		return NO;
	switch (pattern) {
	case GLOB_BIN:
		return p.program < 8 ? YES : NO;
	case GLOB_LOW:
		return p.program < 4 ? YES : NO;
	case GLOB_OPT:
		return p.program == 8 || p.program == 9 ? YES : NO;
	case GLOB_DEEP:
		return p.program == 9 ? YES : NO;
	default:
		if (pattern != (unsigned)p.program)
			return NO;
		/* What was not there at load cannot have changed. */
		return p.changed && !restrictive && p.program != PROGRAM_GONE ? CHANGED : YES;
	}
}

struct model_list {
	unsigned len; /* 0: no condition */
	unsigned patterns[LIST_MAX];
};

static inline enum naive naive_list(
	const struct model_list *list, struct model_program p, bool restrictive)
{
	enum naive best = NO;

	for (unsigned i = 0; i < list->len; i++) {
		enum naive one = naive_pattern(list->patterns[i], p, restrictive);

		best = one > best ? one : best;
	}
	return list->len ? best : YES;
}

/* ---- addresses ---- */

enum {
	IN_LOOPBACK = 1,
	IN_PRIVATE = 2,
	IN_LINK = 4,
	IN_MULTI = 8,
	IN_META = 16,
	IN_GLOBAL = 32,
	IN_RESOLVERS = 64
};

static const struct {
	const char *text;
	unsigned sets;
} special[] = {
	{ "127.0.0.1", IN_LOOPBACK },
	{ "127.9.9.9", IN_LOOPBACK },
	{ "169.254.169.254", IN_LINK | IN_META },
	{ "169.254.3.4", IN_LINK },
	{ "192.168.1.1", IN_PRIVATE | IN_RESOLVERS },
	{ "172.31.255.255", IN_PRIVATE },
	{ "172.32.0.0", IN_GLOBAL },
	{ "8.8.8.8", IN_GLOBAL | IN_RESOLVERS },
	{ "168.63.129.16", IN_META },
	{ "224.0.0.251", IN_MULTI },
	{ "255.255.255.255", 0 },
	{ "100.64.0.1", 0 },
	{ "::1", IN_LOOPBACK },
	{ "fe80::1", IN_LINK },
	{ "fe80::a9fe:a9fe", IN_LINK | IN_META },
	{ "fd00:ec2::254", IN_PRIVATE | IN_META },
	{ "fd12::1", IN_PRIVATE },
	{ "ff02::1", IN_MULTI },
	{ "2606:4700::1111", IN_GLOBAL },
	{ "2001:db8::1", 0 },
};
static const char *const set_texts[] = { "@loopback", "@private", "@link-local", "@multicast",
	"@metadata", "@global", "@resolvers" };

/* An address as it is, whatever the form a request gives it in. */
struct model_address {
	bool v6;
	uint8_t bytes[16];
	unsigned sets;
};

static inline struct model_address random_address(struct chance *c)
{
	struct model_address a = { .v6 = one_in(c, 3) };

	if (one_in(c, 3)) {
		unsigned i = below(c, sizeof(special) / sizeof(special[0]));

		a.v6 = strchr(special[i].text, ':') != NULL;
		inet_pton(a.v6 ? AF_INET6 : AF_INET, special[i].text, a.bytes);
		a.sets = special[i].sets;
	} else if (a.v6) {
		inet_pton(AF_INET6, "2001:db8::", a.bytes);
		a.bytes[5] = (uint8_t)below(c, 4);
		a.bytes[15] = (uint8_t)below(c, 4);
	} else {
		a.bytes[0] = 10;
		a.bytes[2] = (uint8_t)below(c, 4);
		a.bytes[3] = (uint8_t)below(c, 16);
		a.sets = IN_PRIVATE;
	}
	return a;
}

static inline bool same_head(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	for (unsigned i = 0; i < bits; i++)
		if ((a[i / 8] ^ b[i / 8]) >> (7 - i % 8) & 1)
			return false;
	return true;
}

/* Host names of the world, with the addresses that a table resolver gives. */
static const struct {
	const char *name, *addresses[3];
} hosts[] = {
	{ "one.example", { "10.0.0.1", "2001:db8::1" } },
	{ "two.example", { "10.0.0.1", "10.0.1.2", "8.8.8.8" } },
	{ "none.example", { NULL } },
};

static inline size_t hosts_lookup(void *ctx, const char *name, struct address *out, size_t max)
{
	size_t n = 0;

	(void)ctx;
	(void)max;
	for (size_t i = 0; i < 3; i++)
		for (size_t k = 0; !strcmp(hosts[i].name, name) && k < 3 && hosts[i].addresses[k];
			k++) {
			struct address *a = &out[n++];

			*a = (struct address){ .bits = 32 };
			if (inet_pton(AF_INET, hosts[i].addresses[k], a->bytes) != 1) {
				a->bits = 128;
				inet_pton(AF_INET6, hosts[i].addresses[k], a->bytes);
			}
		}
	return n;
}

static inline bool host_has(unsigned host, const struct model_address *a)
{
	uint8_t bytes[16];

	for (size_t k = 0; k < 3 && hosts[host].addresses[k]; k++) {
		bool v6 = strchr(hosts[host].addresses[k], ':') != NULL;

		inet_pton(v6 ? AF_INET6 : AF_INET, hosts[host].addresses[k], bytes);
		if (v6 == a->v6 && same_head(bytes, a->bytes, v6 ? 128 : 32))
			return true;
	}
	return false;
}

/* ---- destinations ---- */

enum model_type { M_ANY, M_HOST_ANY, M_PREFIX, M_SET, M_NAME, M_UNIX, M_VSOCK };
enum model_protocol { P_TCP, P_UDP, P_ICMP, P_SCTP, P_RAW, P_UNKNOWN, P_COUNT };

/* Unix patterns of the world and what they match of its sockets. */
static const char *const unix_texts[] = { "unix:*", "unix:/run/a", "unix:/run/*", "unix:/run/**",
	"unix:@x", "unix:@*" };
static const char *const unix_names[] = { "/run/a", "/run/b", "/run/d/c", "@x", "@y", "",
	"relative" };
static const char unix_matches[6][8] = { "YYYYYYY", "Y-----u", "YY----u", "YYY---u", "---Y---",
	"---YYY-" };

struct model_destination {
	enum model_type type;
	unsigned protocol; /* 0, 1: tcp, 2: udp */
	unsigned nports;   /* 0: all */
	unsigned ports[2][2];
	struct model_address addr;
	unsigned len, choice; /* of a prefix; set, host, Unix pattern */
	unsigned cid;         /* 0: any */
};

struct model_request {
	enum call_kind kind;
	unsigned chain_len;
	struct model_program chain[CHAIN_MAX], scripts[CHAIN_MAX];
	bool no_target; /* exec: nobody knows what would run */
	struct model_program target, target_script;
	unsigned uid;
	enum model_type type; /* M_PREFIX: inet; M_UNIX; M_VSOCK; M_ANY: another family */
	struct model_address addr;
	unsigned port, cid, unix_name;
	enum model_protocol protocol;
	unsigned family; /* socket: 0 inet, 1 inet6, 2 unix, 3 netlink route, 4 not known */
};

static inline bool naive_transport(
	const struct model_destination *d, const struct model_request *r, bool restrictive)
{
	bool uncertain = r->protocol == P_RAW || r->protocol == P_UNKNOWN;

	if (d->protocol && !(d->protocol == 1 && r->protocol == P_TCP) &&
		!(d->protocol == 2 && r->protocol == P_UDP) && !(uncertain && restrictive))
		return false;
	if (!d->nports)
		return true;
	if (r->protocol == P_RAW)
		return restrictive;
	if (r->protocol == P_ICMP)
		return false;
	for (unsigned i = 0; i < d->nports; i++)
		if (r->port >= d->ports[i][0] && r->port <= d->ports[i][1])
			return true;
	return false;
}

static inline bool naive_host(const struct model_destination *d, const struct model_address *a)
{
	switch (d->type) {
	case M_HOST_ANY:
		return true;
	case M_PREFIX:
		return d->addr.v6 == a->v6 && same_head(d->addr.bytes, a->bytes, d->len);
	case M_SET:
		return a->sets >> d->choice & 1;
	case M_NAME:
		return host_has(d->choice, a);
	default:
		return false;
	}
}

static inline bool naive_destination(
	const struct model_destination *d, const struct model_request *r, bool restrictive)
{
	char how;

	if (d->type == M_ANY)
		return true;
	switch (r->type) {
	case M_PREFIX:
		return naive_host(d, &r->addr) && naive_transport(d, r, restrictive);
	case M_UNIX:
		how = d->type == M_UNIX ? unix_matches[d->choice][r->unix_name] : '-';
		return how == 'Y' || (how == 'u' && restrictive);
	case M_VSOCK:
		return d->type == M_VSOCK && (!d->cid || d->cid == r->cid) &&
		       (!d->nports || (r->port >= d->ports[0][0] && r->port <= d->ports[0][1]));
	default:
		return false;
	}
}

/* ---- rules ---- */

static const char *const socket_texts[] = { "*", "inet", "inet6/stream", "unix", "netlink:route" };
static const char socket_matches[5][6] = { "YYYYY", "Y---u", "-Y--u", "--Y-u", "---Yu" };

struct model_rule {
	enum verdict verdict;
	struct model_list exe, script, lineage, exec;
	unsigned uid_len, uids[2];
	unsigned kinds; /* 0: every kind */
	unsigned nconnect, nbind, nsocket;
	struct model_destination connect[LIST_MAX], bind[LIST_MAX];
	unsigned sockets[LIST_MAX];
};

struct model_policy {
	unsigned nrules;
	struct model_rule rules[RULES_MAX];
	enum verdict defaults[CALL_KIND_SYSCALL + 1];
};

static inline enum naive least(enum naive a, enum naive b)
{
	return a < b ? a : b;
}

static inline enum naive most(enum naive a, enum naive b)
{
	return a > b ? a : b;
}

static inline enum naive naive_lineage(
	const struct model_list *list, const struct model_request *r, bool restrictive)
{
	enum naive best = list->len ? NO : YES;

	for (unsigned i = 0; i < r->chain_len; i++) {
		best = most(best, naive_list(list, r->chain[i], restrictive));
		best = most(best, naive_list(list, r->scripts[i], restrictive));
	}
	return best;
}

static inline enum naive naive_who(
	const struct model_rule *rule, const struct model_request *r, bool restrictive)
{
	static const struct model_program nobody = { -1, false };
	enum naive match = naive_lineage(&rule->lineage, r, restrictive);
	bool uid = rule->uid_len == 0;

	match = least(
		match, naive_list(&rule->exe, r->chain_len ? r->chain[0] : nobody, restrictive));
	match = least(match,
		naive_list(&rule->script, r->chain_len ? r->scripts[0] : nobody, restrictive));
	for (unsigned i = 0; i < rule->uid_len; i++)
		uid |= rule->uids[i] == r->uid;
	return uid ? match : NO;
}

static inline enum naive naive_what(
	const struct model_rule *rule, const struct model_request *r, bool restrictive)
{
	enum naive match = NO;

	if (!rule->kinds)
		return YES;
	if (!(rule->kinds >> r->kind & 1))
		return NO;
	switch (r->kind) {
	case CALL_KIND_CONNECT:
		for (unsigned i = 0; i < rule->nconnect; i++)
			if (naive_destination(&rule->connect[i], r, restrictive))
				match = YES;
		return match;
	case CALL_KIND_BIND:
		for (unsigned i = 0; i < rule->nbind; i++)
			if (naive_destination(&rule->bind[i], r, restrictive))
				match = YES;
		return match;
	case CALL_KIND_EXEC:
		if (r->no_target)
			return !rule->exec.len || restrictive ? YES : NO;
		return most(naive_list(&rule->exec, r->target, restrictive),
			naive_list(&rule->exec, r->target_script, restrictive));
	case CALL_KIND_SOCKET:
		for (unsigned i = 0; i < rule->nsocket; i++) {
			char how = socket_matches[rule->sockets[i]][r->family];

			if (how == 'Y' || (how == 'u' && restrictive))
				match = YES;
		}
		return match;
	default:
		return YES;
	}
}

struct naive_decision {
	int rule; /* -1: the default */
	enum verdict verdict;
	int changed; /* the first rule before it that an identity kept from matching, or -1 */
};

static inline struct naive_decision naive_decide(
	const struct model_policy *p, const struct model_request *r)
{
	struct naive_decision d = { -1, p->defaults[r->kind], -1 };

	for (unsigned i = 0; i < p->nrules; i++) {
		const struct model_rule *rule = &p->rules[i];
		bool restrictive = rule->verdict != VERDICT_ALLOW;
		enum naive match =
			least(naive_who(rule, r, restrictive), naive_what(rule, r, restrictive));

		if (match == CHANGED && d.changed < 0)
			d.changed = (int)i;
		if (match != YES)
			continue;
		d.rule = (int)i;
		d.verdict = rule->verdict;
		break;
	}
	return d;
}

#endif
