/*
 * Properties of deciding: the index and a naive evaluation rule by rule agree
 * on every decision, and a policy printed and read again decides the same.
 *
 * CALLGATE_PROPERTY_DECISIONS and CALLGATE_PROPERTY_SEED change how much is
 * tried and from where; a difference prints the policy and the seed.
 */
#include "tests/support/policy_model.h"

#include "policy/identity.h"
#include "policy/name_resolver.h"
#include "policy/root/view.h"

enum { DECISIONS = 1000000, DECISIONS_PER_POLICY = 400 };

/* ---- making policies ---- */

static void random_list(struct chance *c, struct model_list *list, unsigned often)
{
	list->len = one_in(c, often) ? 1 + below(c, one_in(c, 4) ? LIST_MAX : 2) : 0;
	for (unsigned i = 0; i < list->len; i++)
		list->patterns[i] = below(c, one_in(c, 4) ? PATTERNS : PROGRAMS);
}

static void random_ports(struct chance *c, struct model_destination *d, unsigned most)
{
	d->nports = below(c, 3) ? 0 : 1 + below(c, most);
	for (unsigned i = 0; i < d->nports; i++) {
		d->ports[i][0] = 1 + below(c, 8);
		d->ports[i][1] = d->ports[i][0] + below(c, 3);
	}
}

static void clear_host_bits(struct model_destination *d)
{
	for (unsigned i = d->len; i < 128; i++)
		d->addr.bytes[i / 8] &= (uint8_t) ~(0x80U >> i % 8);
}

static void random_destination(struct chance *c, struct model_destination *d)
{
	static const enum model_type types[] = { M_PREFIX, M_PREFIX, M_PREFIX, M_PREFIX, M_SET,
		M_NAME, M_HOST_ANY, M_UNIX, M_VSOCK, M_ANY };

	*d = (struct model_destination){ .type = types[below(c, 10)] };
	switch (d->type) {
	case M_PREFIX:
		d->addr = random_address(c);
		d->len = below(c, 3) ? (d->addr.v6 ? 128 : 32) : below(c, d->addr.v6 ? 129 : 33);
		clear_host_bits(d);
		break;
	case M_SET:
		d->choice = below(c, 7);
		break;
	case M_NAME:
		d->choice = below(c, 3);
		break;
	case M_UNIX:
		d->choice = below(c, 6);
		return;
	case M_VSOCK:
		d->cid = below(c, 3);
		random_ports(c, d, 1);
		return;
	default:
		break;
	}
	if (d->type != M_ANY) {
		d->protocol = below(c, 4) ? 0 : 1 + below(c, 2);
		random_ports(c, d, 2);
	}
}

static void random_rule(struct chance *c, struct model_rule *rule)
{
	static const enum verdict verdicts[] = { VERDICT_ALLOW, VERDICT_ALLOW, VERDICT_DENY,
		VERDICT_ASK, VERDICT_KILL };

	*rule = (struct model_rule){ .verdict = verdicts[below(c, 5)] };
	random_list(c, &rule->exe, 2);
	random_list(c, &rule->script, 8);
	random_list(c, &rule->lineage, 5);
	rule->uid_len = one_in(c, 8) ? 1 + below(c, 2) : 0;
	for (unsigned i = 0; i < rule->uid_len; i++)
		rule->uids[i] = below(c, 4);
	if (one_in(c, 12))
		return;
	rule->kinds = 1U << (CALL_KIND_CONNECT + below(c, 5));
	if (one_in(c, 4))
		rule->kinds |= 1U << (CALL_KIND_CONNECT + below(c, 5));
	rule->nconnect = 1 + below(c, LIST_MAX);
	rule->nbind = 1 + below(c, LIST_MAX);
	rule->nsocket = 1 + below(c, 3);
	for (unsigned i = 0; i < LIST_MAX; i++) {
		random_destination(c, &rule->connect[i]);
		random_destination(c, &rule->bind[i]);
		rule->sockets[i] = below(c, 5);
	}
	random_list(c, &rule->exec, 1);
}

static void random_policy(struct chance *c, struct model_policy *p)
{
	static const enum verdict verdicts[] = { VERDICT_ALLOW, VERDICT_DENY, VERDICT_ASK };

	p->nrules = 1 + below(c, one_in(c, 4) ? RULES_MAX : 12);
	for (unsigned i = 0; i < p->nrules; i++)
		random_rule(c, &p->rules[i]);
	for (int k = CALL_KIND_CONNECT; k <= CALL_KIND_SOCKET; k++)
		p->defaults[k] = verdicts[below(c, 3)];
}

/* ---- as text ---- */

static void list_text(struct sbuf *out, const char *key, const struct model_list *list)
{
	if (!list->len)
		return;
	sbuf_fmt(out, "    %s: [", key);
	for (unsigned i = 0; i < list->len; i++)
		sbuf_fmt(out, "%s\"%s\"", i ? ", " : "", pattern_text(list->patterns[i]));
	sbuf_str(out, "]\n");
}

static void ports_text(struct sbuf *out, const struct model_destination *d, bool always)
{
	if (!d->nports)
		sbuf_str(out, always ? ":*" : "");
	for (unsigned i = 0; i < d->nports; i++)
		sbuf_fmt(out, "%c%u-%u", i ? ',' : ':', d->ports[i][0], d->ports[i][1]);
}

static void destination_text(struct sbuf *out, const struct model_destination *d)
{
	static const char *const protocols[] = { "", "tcp:", "udp:" };
	char text[INET6_ADDRSTRLEN];

	sbuf_str(out, protocols[d->protocol]);
	switch (d->type) {
	case M_ANY:
	case M_HOST_ANY:
		sbuf_char(out, '*');
		break;
	case M_PREFIX:
		inet_ntop(d->addr.v6 ? AF_INET6 : AF_INET, d->addr.bytes, text, sizeof(text));
		sbuf_fmt(out, d->addr.v6 ? "[%s/%u]" : "%s/%u", text, d->len);
		break;
	case M_SET:
		sbuf_str(out, set_texts[d->choice]);
		break;
	case M_NAME:
		sbuf_str(out, hosts[d->choice].name);
		break;
	case M_UNIX:
		sbuf_str(out, unix_texts[d->choice]);
		return;
	default:
		sbuf_str(out, "vsock:");
		if (d->cid)
			sbuf_fmt(out, "%u", d->cid);
		else
			sbuf_char(out, '*');
		ports_text(out, d, true);
		return;
	}
	if (d->type != M_ANY)
		ports_text(out, d, d->type == M_HOST_ANY);
}

static void destinations_text(
	struct sbuf *out, const char *key, const struct model_destination *list, unsigned len)
{
	sbuf_fmt(out, "    %s:\n", key);
	for (unsigned i = 0; i < len; i++) {
		sbuf_str(out, "      - \"");
		destination_text(out, &list[i]);
		sbuf_str(out, "\"\n");
	}
}

static void rule_text(struct sbuf *out, const struct model_rule *rule, unsigned number)
{
	sbuf_fmt(out, "  - id: r%u\n    verdict: %s\n", number, verdict_name(rule->verdict));
	list_text(out, "exe", &rule->exe);
	list_text(out, "script", &rule->script);
	list_text(out, "lineage", &rule->lineage);
	if (rule->uid_len)
		sbuf_fmt(out, "    uid: [%u, %u]\n", rule->uids[0], rule->uids[rule->uid_len - 1]);
	if (rule->kinds >> CALL_KIND_CONNECT & 1)
		destinations_text(out, "connect", rule->connect, rule->nconnect);
	if (rule->kinds >> CALL_KIND_BIND & 1)
		destinations_text(out, "bind", rule->bind, rule->nbind);
	if (rule->kinds >> CALL_KIND_EXEC & 1)
		list_text(out, "exec", &rule->exec);
	if (rule->kinds >> CALL_KIND_SPAWN & 1)
		sbuf_str(out, "    spawn: true\n");
	if (!(rule->kinds >> CALL_KIND_SOCKET & 1))
		return;
	sbuf_str(out, "    socket: [");
	for (unsigned i = 0; i < rule->nsocket; i++)
		sbuf_fmt(out, "%s\"%s\"", i ? ", " : "", socket_texts[rule->sockets[i]]);
	sbuf_str(out, "]\n");
}

static void policy_text(struct sbuf *out, const struct model_policy *p)
{
	sbuf_reset(out);
	sbuf_str(out, "version: 1\ndefault:\n");
	for (int k = CALL_KIND_CONNECT; k <= CALL_KIND_SOCKET; k++)
		sbuf_fmt(out, "  %s: %s\n", call_kind_name((enum call_kind)k),
			verdict_name(p->defaults[k]));
	sbuf_str(out, "rules:\n");
	for (unsigned i = 0; i < p->nrules; i++)
		rule_text(out, &p->rules[i], i);
}

/* ---- making requests ---- */

static struct model_program random_program(struct chance *c)
{
	struct model_program p = { (int)below(c, PROGRAMS + 1) - 1, one_in(c, 6) };

	return p;
}

static struct model_program random_script(struct chance *c)
{
	struct model_program p = { -1, false };

	return below(c, 3) ? p : random_program(c);
}

static void random_request(struct chance *c, struct model_request *r)
{
	static const enum model_type types[] = { M_PREFIX, M_PREFIX, M_PREFIX, M_PREFIX, M_UNIX,
		M_VSOCK, M_ANY };

	*r = (struct model_request){ .kind = CALL_KIND_CONNECT + below(c, 5) };
	if (below(c, 2))
		r->kind = CALL_KIND_CONNECT;
	r->chain_len = one_in(c, 20) ? 20 + below(c, CHAIN_MAX - 19) : below(c, 4);
	for (unsigned i = 0; i < r->chain_len; i++) {
		r->chain[i] = random_program(c);
		r->scripts[i] = random_script(c);
	}
	r->no_target = one_in(c, 20);
	r->target = random_program(c);
	r->target_script = random_script(c);
	r->uid = below(c, 5);
	r->type = types[below(c, 7)];
	r->addr = random_address(c);
	r->port = 1 + below(c, 11);
	r->cid = 1 + below(c, 3);
	r->unix_name = below(c, 7);
	r->protocol = below(c, 2) ? P_TCP : below(c, P_COUNT);
	r->family = below(c, 5);
}

/* A request as callgate gives it, with what it points to. */
struct real_request {
	struct request request;
	struct program programs[CHAIN_MAX], target;
	struct lineage links[CHAIN_MAX];
	struct sockaddr_value address;
};

static struct identity identities[PROGRAMS];

static struct identity identity_of_model(struct model_program p)
{
	struct identity id = identities[p.program];

	id.ino += p.changed;
	return id;
}

static struct program real_program(struct model_program p, struct model_program script)
{
	struct program program = { .nameless = p.program < 0, .path = "memfd:x" };

	if (p.program >= 0) {
		program.path = program_paths[p.program];
		program.id = identity_of_model(p);
	}
	if (script.program >= 0) {
		program.script = program_paths[script.program];
		program.script_id = identity_of_model(script);
	}
	return program;
}

/* IPv4 also as one of the IPv6 addresses that stand for it. */
static void real_inet(struct chance *c, const struct model_request *r, struct real_request *out)
{
	char host[INET6_ADDRSTRLEN], text[INET6_ADDRSTRLEN + 16];
	const uint8_t *b = r->addr.bytes;

	inet_ntop(r->addr.v6 ? AF_INET6 : AF_INET, b, host, sizeof(host));
	switch (r->addr.v6 ? 3 : below(c, 6)) {
	case 0:
		snprintf(text, sizeof(text), "::ffff:%s", host);
		break;
	case 1:
		snprintf(text, sizeof(text), "64:ff9b::%s", host);
		break;
	case 2:
		snprintf(text, sizeof(text), "2002:%02x%02x:%02x%02x:5::6", b[0], b[1], b[2], b[3]);
		break;
	default:
		snprintf(text, sizeof(text), "%s", host);
		break;
	}
	address_of_inet(&out->address, text, r->port);
}

static const struct socket_facts inet_sockets[P_COUNT] = {
	[P_TCP] = { true, AF_INET6, SOCK_STREAM, IPPROTO_TCP },
	[P_UDP] = { true, AF_INET6, SOCK_DGRAM, 0 },
	[P_ICMP] = { true, AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6 },
	[P_SCTP] = { true, AF_INET6, SOCK_STREAM, IPPROTO_SCTP },
	[P_RAW] = { true, AF_INET6, SOCK_RAW, IPPROTO_TCP },
	[P_UNKNOWN] = { false, 0, 0, 0 },
};

static void real_destination(
	struct chance *c, const struct model_request *r, struct real_request *out)
{
	static const uint8_t netlink[12] = { AF_NETLINK };

	out->request.destination = &out->address;
	out->request.is_connect = below(c, 2);
	switch (r->type) {
	case M_PREFIX:
		real_inet(c, r, out);
		out->request.socket = inet_sockets[r->protocol];
		break;
	case M_UNIX:
		address_of_unix(
			&out->address, unix_names[r->unix_name], strlen(unix_names[r->unix_name]));
		break;
	case M_VSOCK:
		address_of_vsock(&out->address, r->cid, r->port);
		break;
	default:
		address_take(&out->address, netlink, sizeof(netlink));
		break;
	}
}

static void real_request(struct chance *c, const struct model_request *r, struct real_request *out)
{
	static const struct socket_facts sockets[] = { { true, AF_INET, SOCK_STREAM, 0 },
		{ true, AF_INET6, SOCK_STREAM, 0 }, { true, AF_UNIX, SOCK_STREAM, 0 },
		{ true, AF_NETLINK, SOCK_RAW, 0 }, { false, 0, 0, 0 } };

	memset(&out->request, 0, sizeof(out->request));
	out->request.kind = r->kind;
	out->request.uid = r->uid;
	for (unsigned i = 0; i < r->chain_len; i++) {
		out->programs[i] = real_program(r->chain[i], r->scripts[i]);
		out->links[i] = (struct lineage){ i + 1 < r->chain_len ? &out->links[i + 1] : NULL,
			&out->programs[i] };
	}
	out->request.lineage = r->chain_len ? out->links : NULL;
	if (r->kind == CALL_KIND_CONNECT || r->kind == CALL_KIND_BIND)
		real_destination(c, r, out);
	if (r->kind == CALL_KIND_SOCKET)
		out->request.socket = sockets[r->family];
	out->target = real_program(r->target, r->target_script);
	if (r->kind == CALL_KIND_EXEC && !r->no_target)
		out->request.target = &out->target;
}

/* ---- the properties ---- */

static struct {
	struct fake_root root;
	struct root_view view;
	struct name_resolver *resolver;
	char resolv_conf[96];
} world;

static uint64_t world_now(void *ctx)
{
	(void)ctx;
	return 1;
}

static int world_make(void **state)
{
	const struct name_source source = { hosts_lookup, world_now, NULL };

	(void)state;
	world.root = fake_root_make();
	world.view = (struct root_view){ .fd = world.root.fd };
	make_file_of(
		&world.root, "etc/resolv.conf", "nameserver 8.8.8.8\nnameserver 192.168.1.1\n");
	snprintf(world.resolv_conf, sizeof(world.resolv_conf), "%s/etc/resolv.conf",
		world.root.path);
	for (unsigned i = 0; i < PROGRAMS; i++) {
		struct stat st = { 0 };

		if (i != PROGRAM_GONE) {
			make_file(&world.root, program_paths[i] + 1);
			assert_int_equal(fstatat(world.root.fd, program_paths[i] + 1, &st, 0), 0);
		}
		identity_of_stat(&st, &identities[i]);
	}
	world.resolver = name_resolver_new(&source);
	for (unsigned i = 0; i < 3; i++)
		name_resolver_refresh(
			world.resolver, (uint32_t)name_resolver_add(world.resolver, hosts[i].name));
	return 0;
}

static int world_free(void **state)
{
	(void)state;
	name_resolver_free(world.resolver);
	fake_root_free(&world.root);
	return 0;
}

static struct policy *load(const struct sbuf *text)
{
	const struct policy_env env = {
		.root = &world.view, .resolver = world.resolver, .resolv_conf = world.resolv_conf
	};

	return policy_of(sbuf_text(text), &env);
}

static int rule_number(const struct decision *d)
{
	return d->rule.id[0] ? atoi(d->rule.id + 1) : -1;
}

static void check_decision(const struct naive_decision *want, const struct decision *got,
	const struct sbuf *text, unsigned request)
{
	bool changed = want->changed >= 0 && want->verdict != VERDICT_ALLOW;
	const char *reason = changed ? "identity.changed" : want->rule < 0 ? "default" : "rule";

	if (rule_number(got) == want->rule && got->verdict == want->verdict &&
		!strcmp(got->reason, reason) && got->near_miss == (changed ? want->changed : -1))
		return;
	fail_msg("request %u: rule %d, %s, %s; the naive evaluator says rule %d, %s, %s\n%s",
		request, rule_number(got), verdict_name(got->verdict), got->reason, want->rule,
		verdict_name(want->verdict), reason, sbuf_text(text));
}

static unsigned long number_from(const char *name, unsigned long otherwise)
{
	const char *text = getenv(name);

	return text ? strtoul(text, NULL, 0) : otherwise;
}

static void index_agrees_with_naive_evaluation(void **state)
{
	unsigned long decisions = number_from("CALLGATE_PROPERTY_DECISIONS", DECISIONS);
	struct chance c = { number_from("CALLGATE_PROPERTY_SEED", 0x5eed) };
	static struct model_policy model;
	struct sbuf text = SBUF_INIT;

	(void)state;
	for (unsigned long done = 0; done < decisions;) {
		struct policy *policy;

		random_policy(&c, &model);
		policy_text(&text, &model);
		policy = load(&text);
		for (unsigned i = 0; i < DECISIONS_PER_POLICY; i++, done++) {
			struct model_request request;
			struct real_request real;
			struct naive_decision want;
			struct decision got;

			random_request(&c, &request);
			real_request(&c, &request, &real);
			want = naive_decide(&model, &request);
			policy_decide(policy, &real.request, &got);
			check_decision(&want, &got, &text, i);
		}
		policy_free(policy);
	}
	sbuf_free(&text);
}

static void printed_policy_decides_the_same(void **state)
{
	unsigned long decisions = number_from("CALLGATE_PROPERTY_DECISIONS", DECISIONS) / 10;
	struct chance c = { number_from("CALLGATE_PROPERTY_SEED", 0xcafe) };
	struct sbuf text = SBUF_INIT, again = SBUF_INIT;
	static struct model_policy model;

	(void)state;
	for (unsigned long done = 0; done < decisions;) {
		struct policy *first, *second;

		random_policy(&c, &model);
		policy_text(&text, &model);
		first = load(&text);
		sbuf_reset(&text);
		policy_print(first, &text);
		second = load(&text);
		sbuf_reset(&again);
		policy_print(second, &again);
		assert_string_equal(sbuf_text(&text), sbuf_text(&again));
		for (unsigned i = 0; i < DECISIONS_PER_POLICY; i++, done++) {
			struct model_request request;
			struct real_request real;
			struct decision a, b;

			random_request(&c, &request);
			real_request(&c, &request, &real);
			policy_decide(first, &real.request, &a);
			policy_decide(second, &real.request, &b);
			assert_string_equal(a.rule.id, b.rule.id);
			assert_int_equal(a.verdict, b.verdict);
			assert_int_equal(a.errnum, b.errnum);
			assert_string_equal(a.reason, b.reason);
		}
		policy_free(first);
		policy_free(second);
	}
	sbuf_free(&text);
	sbuf_free(&again);
}

/* The rule that an explanation ends with; -1 when none matches. */
static bool note_rule(void *ctx, const struct rule_ref *rule, bool matches, const char *because)
{
	assert_true(because[0]);
	if (matches)
		*(int *)ctx = atoi(rule->id + 1);
	return true;
}

static void explanations_end_at_the_rule_that_decides(void **state)
{
	unsigned long decisions = number_from("CALLGATE_PROPERTY_DECISIONS", DECISIONS) / 20;
	struct chance c = { number_from("CALLGATE_PROPERTY_SEED", 0xbeef) };
	static struct model_policy model;
	struct sbuf text = SBUF_INIT;

	(void)state;
	for (unsigned long done = 0; done < decisions;) {
		struct policy *policy;

		random_policy(&c, &model);
		policy_text(&text, &model);
		policy = load(&text);
		for (unsigned i = 0; i < DECISIONS_PER_POLICY; i++, done++) {
			struct model_request request;
			struct real_request real;
			struct decision decision;
			int last = -1;

			random_request(&c, &request);
			real_request(&c, &request, &real);
			policy_decide(policy, &real.request, &decision);
			policy_explain(policy, &real.request, note_rule, &last);
			assert_int_equal(last, rule_number(&decision));
		}
		policy_free(policy);
	}
	sbuf_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(index_agrees_with_naive_evaluation),
		cmocka_unit_test(printed_policy_decides_the_same),
		cmocka_unit_test(explanations_end_at_the_rule_that_decides),
	};

	return cmocka_run_group_tests(tests, world_make, world_free);
}
