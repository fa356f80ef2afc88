#include "report/learn/impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "decoders/text.h"
#include "policy/network.h"
#include "policy/resolvers.h"
#include "policy/rule_words.h"
#include "policy/target.h"
#include "report/rule_for.h"
#include "report/who.h"

int learn_new(const struct learn_options *options, struct learn **out, struct err **err)
{
	struct learn *learn = calloc(1, sizeof(*learn));

	if (!learn)
		return err_set(err, ENOMEM, "cannot learn");
	learn->options = *options;
	if (options->hosts)
		learn_names_hosts(learn, options->hosts);
	if (options->resolv_conf)
		learn->resolvers = resolvers_read(options->resolv_conf, &learn->nresolvers);
	*out = learn;
	return 0;
}

static void program_free(struct learn_program *program)
{
	struct learn_grant *grant, *next;

	HASH_ITER (hh, program->grants, grant, next) {
		HASH_DEL(program->grants, grant);
		free((char *)grant->words);
		free((char *)grant->path);
		free((char *)grant->risk);
		free(grant);
	}
	free((char *)program->exe);
	free(program);
}

void learn_free(struct learn *learn)
{
	struct learn_program *program, *next;

	if (!learn)
		return;
	HASH_ITER (hh, learn->programs, program, next) {
		HASH_DEL(learn->programs, program);
		program_free(program);
	}
	learn_names_free(learn);
	free(learn->resolvers);
	learn_environment_free(learn);
	sbuf_free(&learn->key);
	sbuf_free(&learn->words);
	free(learn);
}

static struct learn_program *program_add(
	struct learn *learn, const struct log_record *record, const char *exe, bool nameless)
{
	struct learn_program *program = calloc(1, sizeof(*program));

	if (program)
		program->exe = strdup(exe);
	if (!program || !program->exe) {
		free(program);
		return NULL;
	}
	program->nameless = nameless;
	program->first = record->event.time;
	HASH_ADD_KEYPTR(hh, learn->programs, program->exe, strlen(program->exe), program);
	if (program->hh.tbl)
		return program;
	program_free(program);
	return NULL;
}

/* The running program; before the command's first, nobody. */
static struct learn_program *program_of(struct learn *learn, const struct log_record *record)
{
	const struct lineage *lineage = record->event.task.lineage;
	const char *exe = lineage ? lineage->program->path : "";
	struct learn_program *program;

	HASH_FIND_STR(learn->programs, exe, program);
	if (!program)
		program = program_add(learn, record, exe, lineage && lineage->program->nameless);
	return program;
}

static void build_key(struct sbuf *key, const struct learn_grant *grant, const char *words)
{
	sbuf_reset(key);
	sbuf_char(key, (char)grant->kind);
	sbuf_char(key, grant->refused);
	sbuf_char(key, (char)grant->protocols);
	sbuf_char(key, grant->has_port);
	sbuf_add(key, &grant->port, sizeof(grant->port));
	sbuf_add(key, &grant->host.addr, sizeof(grant->host.addr));
	sbuf_char(key, (char)grant->host.len);
	sbuf_add(key, words, strlen(words) + 1);
}

static int too_many(struct err **err)
{
	return err_set(err, 0,
		"the log has more than %d different calls that need a rule: write patterns and "
		"networks for them yourself, and learn onto that policy",
		LEARN_GRANTS_MAX);
}

static struct learn_grant *grant_new(
	const struct sbuf *key, const struct learn_grant *like, const char *words, const char *path)
{
	struct learn_grant *grant = calloc(1, sizeof(*grant) + key->len);

	if (!grant)
		return NULL;
	*grant = *like;
	grant->key_len = key->len;
	memcpy(grant->key, key->data, key->len);
	grant->words = strdup(words);
	grant->path = path ? strdup(path) : NULL;
	if (grant->words && (!path || grant->path))
		return grant;
	free((char *)grant->words);
	free(grant);
	return NULL;
}

/* Counts one more of the grant that `like` describes. */
static int grant_add(struct learn *learn, struct learn_program *program,
	const struct learn_grant *like, const char *words, const char *path, struct err **err)
{
	struct learn_grant *grant;

	build_key(&learn->key, like, words);
	if (learn->key.failed)
		return err_set(err, ENOMEM, "cannot learn");
	HASH_FIND(hh, program->grants, learn->key.data, learn->key.len, grant);
	if (!grant) {
		if (learn->grants++ == LEARN_GRANTS_MAX)
			return too_many(err);
		grant = grant_new(&learn->key, like, words, path);
		if (!grant)
			return err_set(err, ENOMEM, "cannot learn");
		HASH_ADD(hh, program->grants, key, grant->key_len, grant);
	}
	grant->count++;
	return 0;
}

/* What no rule can be added for, in words. */
static int refuse(struct learn *learn, struct learn_program *program,
	const struct log_record *record, const char *why, struct err **err)
{
	struct learn_grant like = { .kind = call_kind(record->event.call.call), .refused = true };
	cleanup_sbuf struct sbuf words = SBUF_INIT;

	sbuf_fmt(&words, "%s ", text_call_word(record->event.call.call));
	text_call(&words, record->event.call.call, record->event.call.socket);
	sbuf_fmt(&words, ": %s", why);
	return grant_add(learn, program, &like, sbuf_text(&words), NULL, err);
}

/* The host part of an IP destination; its words are made at the end, with all its ports. */
static void host_of(
	const struct learn *learn, const struct target *target, struct learn_grant *like)
{
	uint8_t keep = target->addr.bits == 32 ? 24 : 64;

	like->is_host = true;
	like->protocols = target->protocol == TARGET_TCP   ? PROTOCOL_TCP
			  : target->protocol == TARGET_UDP ? PROTOCOL_UDP
							   : 0;
	like->has_port = !target->port_uncertain && target->protocol != TARGET_PORTLESS;
	like->port = like->last_port = like->has_port ? (uint16_t)target->port : 0;
	like->host.addr = target->addr;
	like->host.len = target->addr.bits;
	/* Loopback is this host, and a wider net is no more of a place. */
	if (!learn->options.widen_net || address_set_has(SET_LOOPBACK, &target->addr))
		return;
	like->host.len = keep;
	memset(like->host.addr.bytes + keep / 8, 0, sizeof(like->host.addr.bytes) - keep / 8);
}

/* A name server of this host, asked as one. Its address is another elsewhere, and tomorrow. */
static bool is_name_server(const struct learn *learn, const struct target *target)
{
	if (target->port_uncertain || target->port != LEARN_DNS_PORT ||
		(target->protocol != TARGET_UDP && target->protocol != TARGET_TCP))
		return false;
	for (size_t i = 0; i < learn->nresolvers; i++) {
		if (address_equal(&learn->resolvers[i], &target->addr))
			return true;
	}
	return false;
}

/*
 * A server of the run itself, on a port that will be another the next time: on this
 * host, of those that ip(7) chooses from, when a socket of the run got such a one.
 */
static void widen_chosen_port(
	const struct learn *learn, const struct target *target, struct learn_grant *like)
{
	const struct learn_options *options = &learn->options;

	if (like->kind != CALL_KIND_CONNECT || !(like->protocols & learn->chosen) ||
		!like->has_port || like->port < options->first_port ||
		like->port > options->last_port || !address_set_has(SET_LOOPBACK, &target->addr))
		return;
	like->port = options->first_port;
	like->last_port = options->last_port;
}

static int learn_host(struct learn *learn, struct learn_program *program,
	const struct target *target, enum call_kind kind, struct err **err)
{
	struct learn_grant like = { .kind = kind };

	if (kind != CALL_KIND_CONNECT || !is_name_server(learn, target)) {
		host_of(learn, target, &like);
		widen_chosen_port(learn, target, &like);
		return grant_add(learn, program, &like, "", NULL, err);
	}
	return grant_add(learn, program, &like,
		target->protocol == TARGET_UDP ? "\"udp:@resolvers:53\"" : "\"tcp:@resolvers:53\"",
		NULL, err);
}

static int learn_destination(struct learn *learn, struct learn_program *program,
	const struct log_record *record, const struct request *request, struct err **err)
{
	struct learn_grant like = { .kind = request->kind };
	struct target target;
	const char *path;

	target_of(request, &target);
	if (target.class == TARGET_NONE)
		return 0;
	if (target.class == TARGET_INET)
		return learn_host(learn, program, &target, request->kind, err);
	sbuf_reset(&learn->words);
	if (!rule_words_destination(request, &learn->words))
		return refuse(learn, program, record, "no rule can name this destination", err);
	path = target.class == TARGET_UNIX && !target.abstract ? target.name : NULL;
	return grant_add(learn, program, &like, sbuf_text(&learn->words), path, err);
}

static struct request request_of(const struct log_record *record)
{
	const struct event_call *call = &record->event.call;

	return (struct request){
		.lineage = record->event.task.lineage,
		.uid = (uid_t)-1,
		.by_path = true,
		.kind = call_kind(call->call),
		.call = call->call->name,
		.is_connect = call->call->desc && call->call->desc->id == CALL_CONNECT,
		.socket = *call->socket,
	};
}

/* Whoever binds to port 0 gets one that the kernel chooses. */
static void find_chosen(struct learn *learn, const struct log_record *record)
{
	struct request request = request_of(record);
	struct learn_grant like = { 0 };
	struct target target;

	request.destination = call_destination(record->event.call.call, 0);
	if (request.kind != CALL_KIND_BIND || !request.destination)
		return;
	target_of(&request, &target);
	if (target.class != TARGET_INET)
		return;
	host_of(learn, &target, &like);
	if (like.has_port && !like.port)
		learn->chosen |= like.protocols;
}

static int learn_destinations(struct learn *learn, struct learn_program *program,
	const struct log_record *record, struct err **err)
{
	const struct event_call *call = &record->event.call;
	struct request request = request_of(record);
	int rc = 0;

	for (size_t i = 0; rc == 0; i++) {
		request.destination = call_destination(call->call, i);
		if (!request.destination)
			break;
		request.unix_path = i < call->unix_paths_len ? call->unix_paths[i] : NULL;
		rc = learn_destination(learn, program, record, &request, err);
	}
	return rc;
}

static int learn_exec(struct learn *learn, struct learn_program *program,
	const struct log_record *record, struct err **err)
{
	const struct program *target = record->event.call.target;
	struct learn_grant like = { .kind = CALL_KIND_EXEC };
	/* A script by its own path: that of its interpreter would be every script. */
	const char *path = target ? who_program(target) : NULL;

	like.special = target && target->interpreter;
	sbuf_reset(&learn->words);
	if (!target || (target->nameless && !target->script) ||
		!rule_words_program(path, &learn->words))
		return refuse(
			learn, program, record, "no path of a rule can name this program", err);
	return grant_add(learn, program, &like, sbuf_text(&learn->words), path, err);
}

static int learn_socket(struct learn *learn, struct learn_program *program,
	const struct log_record *record, struct err **err)
{
	struct request request = request_of(record);
	struct learn_grant like = { .kind = CALL_KIND_SOCKET };
	const char *why;

	request.socket = call_asked_socket(record->event.call.call);
	sbuf_reset(&learn->words);
	if (!rule_words_socket(&request, &learn->words))
		return refuse(learn, program, record, "no rule can name this socket", err);
	like.special = network_needs_rule(&request.socket, &why);
	return grant_add(learn, program, &like, sbuf_text(&learn->words), NULL, err);
}

static int learn_spawn(struct learn *learn, struct learn_program *program,
	const struct log_record *record, struct err **err)
{
	const struct learn_grant like = { .kind = CALL_KIND_SPAWN };

	(void)record;
	return grant_add(learn, program, &like, "true", NULL, err);
}

typedef int learn_fn(struct learn *learn, struct learn_program *program,
	const struct log_record *record, struct err **err);

static learn_fn *const kinds[LEARN_KINDS] = {
	[CALL_KIND_CONNECT] = learn_destinations,
	[CALL_KIND_BIND] = learn_destinations,
	[CALL_KIND_EXEC] = learn_exec,
	[CALL_KIND_SPAWN] = learn_spawn,
	[CALL_KIND_SOCKET] = learn_socket,
};

/* A rule that is there says no on purpose, and comes first: none after it helps. */
static int refuse_denied(struct learn *learn, struct learn_program *program,
	const struct log_record *record, const struct decision *denied, struct err **err)
{
	cleanup_sbuf struct sbuf why = SBUF_INIT;

	if (strcmp(denied->reason, "syscall.denied") == 0)
		sbuf_fmt(&why, "denied, unless `syscalls: {allow: [\"%s\"]}` stands in the policy",
			policy_syscall_word(record->event.call.call));
	else if (denied->rule.file)
		sbuf_fmt(&why, "denied by %s (%s:%d)",
			denied->rule.id && *denied->rule.id ? denied->rule.id : denied->reason,
			denied->rule.file, denied->rule.line);
	else
		sbuf_fmt(&why, "denied as %s", denied->reason);
	return refuse(learn, program, record, sbuf_text(&why), err);
}

static int learn_denied(struct learn *learn, const struct log_record *record,
	const struct decision *denied, struct err **err)
{
	struct learn_program *program = program_of(learn, record);
	enum call_kind kind = call_kind(record->event.call.call);

	if (!program)
		return err_set(err, ENOMEM, "cannot learn");
	program->calls++;
	/* Not the call, but a variable: learn_environment_record() has it. */
	if (strcmp(denied->reason, "env.code") == 0)
		return 0;
	if (!rule_for_is_wanting(denied->reason) || !kinds[kind])
		return refuse_denied(learn, program, record, denied, err);
	return kinds[kind](learn, program, record, err);
}

static void most(uint64_t *most, uint64_t now)
{
	if (now > *most)
		*most = now;
}

static void count_peaks(struct learn_peaks *peaks, const struct event *event)
{
	if (event->type == EVENT_SESSION) {
		peaks->processes = peaks->tasks = peaks->spawns = 0;
	} else if (event->type == EVENT_START) {
		peaks->processes += !event->start.thread;
		peaks->spawns += !event->start.thread;
		peaks->tasks++;
	} else if (event->type == EVENT_EXIT) {
		peaks->processes -= !event->exit.thread && peaks->processes;
		peaks->tasks -= peaks->tasks > 0;
	}
	most(&peaks->most_processes, peaks->processes);
	most(&peaks->most_tasks, peaks->tasks);
	most(&peaks->most_spawns, peaks->spawns);
}

int learn_record(struct learn *learn, const struct log_record *record,
	const struct decision *denied, struct err **err)
{
	count_peaks(&learn->peaks, &record->event);
	learn_environment_record(learn, record);
	if (record->event.type != EVENT_CALL)
		return 0;
	learn->calls++;
	learn_names_record(learn, record);
	find_chosen(learn, record);
	return denied ? learn_denied(learn, record, denied, err) : 0;
}
