/*
 * policy_decide N: what a decision costs under large policies and under one of
 * ten rules, in ns, when N different calls are made in turn.
 *
 * The large policies:
 *   one rule     10,000 programs may reach 100,000 prefixes
 *   many rules   10,000 rules, each with one program and ten prefixes
 *   mixed        a list of 100,000 prefixes denied to all, then 10,000 rules
 *                with one program and one prefix each
 * The ten rules have one program and one prefix each. Every policy gets its own
 * requests, of the same make: half are allowed by a rule, half are not. They
 * are decided in alternating rounds; the figures are medians of the rounds.
 *
 * With N = 20, as many as ten rules can tell apart, that compares the work of
 * deciding. With 8192, by as many programs, no call finds in the cache what the
 * one before it has left there: that adds what the memory of a large policy
 * costs, and is the worst there is.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "decoders/sockaddr.h"
#include "policy/identity.h"
#include "policy/policy.h"
#include "policy/root/view.h"

enum {
	PROGRAMS = 10000,
	PREFIXES = 100000,
	ROUNDS = 41,
	STEPS = 20000, /* decisions in a round */
};

/* One call, with all that it points to. */
struct sample {
	char path[32];
	struct program program;
	struct lineage lineage;
	struct sockaddr_value address;
	struct request request;
};

struct subject {
	const char *name;
	struct policy *policy;
	struct sample *samples;
	size_t nsamples;
	double rounds[ROUNDS]; /* ns for each decision */
};

static char root_path[] = "/tmp/policy-decide-XXXXXX";
static struct root_view root;

static _Noreturn void die(const char *what)
{
	perror(what);
	exit(1);
}

static uint64_t chance(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state * 0x2545f4914f6cdd1dULL >> 20;
}

/* The i-th prefix: a /24 of its own, spread over the unicast space. */
static uint32_t prefix_address(unsigned i)
{
	return ((uint32_t)1 << 24) + (i * 2654435761U % 14000000 & ~1U) * 256;
}

static void prefix_text(unsigned i, char *out, size_t size)
{
	uint32_t a = prefix_address(i);

	snprintf(out, size, "%u.%u.%u.0/24", a >> 24, a >> 16 & 255, a >> 8 & 255);
}

static void make_root(void)
{
	char path[96];
	FILE *list;

	if (!mkdtemp(root_path))
		die(root_path);
	root.fd = open(root_path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	snprintf(path, sizeof(path), "%s/prefixes", root_path);
	list = fopen(path, "we");
	if (root.fd < 0 || !list || mkdirat(root.fd, "bin", 0755) < 0)
		die(root_path);
	for (unsigned i = 0; i < PREFIXES; i++) {
		prefix_text(i, path, sizeof(path));
		fprintf(list, "%s:443\n", path);
	}
	fclose(list);
	for (unsigned i = 0; i < PROGRAMS; i++) {
		int fd;

		snprintf(path, sizeof(path), "bin/program-%u", i);
		fd = openat(root.fd, path, O_CREAT | O_WRONLY | O_CLOEXEC, 0755);
		if (fd < 0)
			die(path);
		close(fd);
	}
}

static void remove_root(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", root_path);
	if (system(command) != 0)
		fprintf(stderr, "%s is left behind\n", root_path);
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct policy *load(const struct sbuf *text)
{
	const struct policy_env env = { .root = &root };
	struct policy *policy = NULL;
	struct err *err = NULL;
	char name[96];

	snprintf(name, sizeof(name), "%s/policy.yaml", root_path);
	if (policy_load_text(sbuf_text(text), text->len, name, &env, &policy, &err) < 0) {
		fprintf(stderr, "%s\n", err_text(err));
		exit(1);
	}
	return policy;
}

/* `n` rules with one program and `prefixes` prefixes each. */
static void add_rules(struct sbuf *text, unsigned n, unsigned prefixes)
{
	char prefix[32];

	for (unsigned i = 0; i < n; i++) {
		sbuf_fmt(text, "- {verdict: allow, exe: /bin/program-%u, connect: [", i);
		for (unsigned k = 0; k < prefixes; k++) {
			prefix_text(k * n + i, prefix, sizeof(prefix));
			sbuf_fmt(text, "%s\"%s:443\"", k ? ", " : "", prefix);
		}
		sbuf_str(text, "]}\n");
	}
}

static struct policy *make_rules(unsigned n, unsigned prefixes)
{
	struct sbuf text = SBUF_INIT;
	struct policy *policy;

	sbuf_str(&text, "version: 1\ndefault: deny\nrules:\n");
	add_rules(&text, n, prefixes);
	policy = load(&text);
	sbuf_free(&text);
	return policy;
}

static struct policy *make_one_rule(void)
{
	struct sbuf text = SBUF_INIT;
	struct policy *policy;

	sbuf_str(&text, "version: 1\ndefault: deny\nrules:\n- verdict: allow\n"
			"  connect: file:prefixes\n  exe:\n");
	for (unsigned i = 0; i < PROGRAMS; i++)
		sbuf_fmt(&text, "  - /bin/program-%u\n", i);
	policy = load(&text);
	sbuf_free(&text);
	return policy;
}

/* The list is denied on a port that no request has: it is looked up, and does not decide. */
static struct policy *make_mixed(void)
{
	struct sbuf text = SBUF_INIT;
	struct policy *policy;

	sbuf_str(&text, "version: 1\ndefault: deny\nrules:\n- verdict: deny\n"
			"  uid: 4000\n  connect: file:prefixes\n");
	add_rules(&text, PROGRAMS, 1);
	policy = load(&text);
	sbuf_free(&text);
	return policy;
}

static void set_address(struct sample *s, uint32_t address)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET, .sin_port = htons(443), .sin_addr.s_addr = htonl(address)
	};

	s->address = (struct sockaddr_value){
		.status = VALUE_OK, .len = sizeof(in), .raw_len = sizeof(in)
	};
	memcpy(s->address.raw, &in, sizeof(in));
	sockaddr_decode(&s->address);
}

static void set_program(struct sample *s, unsigned number)
{
	struct stat st;

	snprintf(s->path, sizeof(s->path), "/bin/program-%u", number);
	if (fstatat(root.fd, s->path + 1, &st, 0) < 0)
		die(s->path);
	s->program = (struct program){ .path = s->path };
	identity_of_stat(&st, &s->program.id);
	s->lineage = (struct lineage){ NULL, &s->program };
}

/* Requests by the policy's programs: to a prefix allowed to the program, or next to one. */
static void make_samples(struct subject *subject, size_t n, unsigned programs, unsigned prefixes)
{
	uint64_t state = 0x5eed;

	subject->nsamples = n;
	subject->samples = calloc(n, sizeof(*subject->samples));
	if (!subject->samples)
		die("samples");
	for (size_t i = 0; i < n; i++) {
		struct sample *s = &subject->samples[i];
		unsigned program = (unsigned)(chance(&state) % programs);
		unsigned step = (unsigned)(chance(&state) % (prefixes / programs));
		bool outside = i % 2;

		set_program(s, program);
		set_address(s, prefix_address(step * programs + program) + 1 + outside * 256);
		s->request = (struct request){ .lineage = &s->lineage,
			.kind = CALL_KIND_CONNECT,
			.destination = &s->address,
			.is_connect = true,
			.socket = { true, AF_INET, SOCK_STREAM, IPPROTO_TCP } };
	}
}

static unsigned run_round(struct subject *subject, unsigned round)
{
	struct decision decision;
	unsigned allowed = 0;
	size_t i = round * 7919 % subject->nsamples;
	double start = seconds();

	for (unsigned step = 0; step < STEPS; step++) {
		policy_decide(subject->policy, &subject->samples[i].request, &decision);
		allowed += decision.verdict == VERDICT_ALLOW;
		if (++i == subject->nsamples)
			i = 0;
	}
	subject->rounds[round] = (seconds() - start) * 1e9 / STEPS;
	return allowed;
}

static int double_order(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double median(struct subject *subject)
{
	qsort(subject->rounds, ROUNDS, sizeof(subject->rounds[0]), double_order);
	return subject->rounds[ROUNDS / 2];
}

static void compare(struct subject *subjects, size_t n, size_t nsamples)
{
	for (size_t i = 0; i < n; i++) {
		make_samples(&subjects[i], nsamples, i ? PROGRAMS : 10,
			i == 0 || i == 3 ? (i ? PROGRAMS : 10) : PREFIXES);
	}
	for (unsigned round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < n; i++) {
			unsigned allowed = run_round(&subjects[i], round);

			if (allowed < STEPS / 2 - nsamples || allowed > STEPS / 2 + nsamples) {
				fprintf(stderr, "%s: %u of %u are allowed, not half\n",
					subjects[i].name, allowed, STEPS);
				exit(1);
			}
		}
	}
	for (size_t i = 0; i < n; i++) {
		printf("%s %.1f\n", subjects[i].name, median(&subjects[i]));
		free(subjects[i].samples);
	}
}

int main(int argc, char **argv)
{
	struct subject subjects[] = { { .name = "ten_rules" }, { .name = "one_rule" },
		{ .name = "many_rules" }, { .name = "mixed" } };
	unsigned long calls = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
	const size_t n = sizeof(subjects) / sizeof(subjects[0]);

	if (calls < 1 || calls > STEPS / 2)
		die("the number of calls");
	make_root();
	subjects[0].policy = make_rules(10, 1);
	subjects[1].policy = make_one_rule();
	subjects[2].policy = make_rules(PROGRAMS, PREFIXES / PROGRAMS);
	subjects[3].policy = make_mixed();
	compare(subjects, n, calls);
	for (size_t i = 0; i < n; i++)
		policy_free(subjects[i].policy);
	remove_root();
	return 0;
}
