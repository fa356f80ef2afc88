#include "policy/widen.h"

#include <string.h>

#include "base/escape.h"
#include "policy/glob.h"
#include "policy/rule_words.h"
#include "policy/socket_pattern.h"
#include "policy/target.h"
#include "policy/yaml.h"

/* Rungs in the order of their width; those that a call does not have are left out. */
enum who { WHO_SCRIPT, WHO_PROGRAM, WHO_LINEAGE, WHO_ANY };

enum { INET_WHATS = 5, UNIX_WHATS = 4, VSOCK_WHATS = 5, FILE_WHATS = 3, SOCKET_WHATS = 3 };

static const struct program *caller(const struct request *request)
{
	return request->lineage ? request->lineage->program : NULL;
}

unsigned widen_whos(const struct request *request)
{
	const struct program *program = caller(request);

	if (!program)
		return 1;
	return program->script ? 4 : 3;
}

static enum who who_at(const struct request *request, unsigned who)
{
	unsigned left_out = 4 - widen_whos(request);

	return (enum who)(who + left_out < WHO_ANY ? who + left_out : WHO_ANY);
}

static void add_key(const char *key, struct sbuf *out)
{
	sbuf_str(out, key);
	sbuf_str(out, ": ");
}

static bool add_path(const char *key, const char *path, struct sbuf *out)
{
	add_key(key, out);
	if (!rule_words_program(path, out))
		return false;
	sbuf_str(out, ", ");
	return true;
}

/* False when no rule can name the program. */
static bool add_who(const struct request *request, unsigned who, struct sbuf *out)
{
	const struct program *program = caller(request);
	enum who rung = who_at(request, who);

	if (rung == WHO_ANY || !program)
		return true;
	if (program->nameless ||
		!add_path(rung == WHO_LINEAGE ? "lineage" : "exe", program->path, out))
		return false;
	return rung != WHO_SCRIPT || add_path("script", program->script, out);
}

static void inet_prefix(const struct target *target, uint8_t len, bool port, struct sbuf *out)
{
	struct destination d = { .type = DESTINATION_PREFIX };

	d.prefix.addr = target->addr;
	d.prefix.len = len;
	for (unsigned bit = len; bit < target->addr.bits; bit++)
		d.prefix.addr.bytes[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
	destination_print(&d, out);
	if (port)
		sbuf_fmt(out, ":%u", target->port);
}

static void inet_what(const struct target *target, unsigned what, struct sbuf *out)
{
	uint8_t bits = target->addr.bits;

	if (what <= 1)
		inet_prefix(target, bits, what == 0, out);
	else if (what == 2)
		inet_prefix(target, bits == 32 ? 24 : 64, false, out);
	else if (what == 3)
		sbuf_fmt(out, "*:%u", target->port);
	else
		sbuf_char(out, '*');
}

/* The directory of a path, with a slash at its end, as a pattern. */
static void add_directory(const char *path, size_t len, struct sbuf *out)
{
	const char *slash = memrchr(path, '/', len);

	glob_escape(path, slash ? (size_t)(slash - path) : 0, out);
	sbuf_char(out, '/');
}

static void unix_what(const struct target *target, unsigned what, struct sbuf *out)
{
	sbuf_str(out, what < 3 ? "unix:" : "*");
	if (what == 2 || (what == 1 && target->abstract))
		sbuf_char(out, '*');
	if (what == 1 && !target->abstract) {
		add_directory(target->name, target->name_len, out);
		sbuf_char(out, '*');
	}
	if (what > 0)
		return;
	if (target->abstract)
		sbuf_char(out, '@');
	glob_escape(target->name, target->name_len, out);
}

static void vsock_what(const struct target *target, unsigned what, struct sbuf *out)
{
	if (what == 0)
		sbuf_fmt(out, "vsock:%u:%u", target->cid, target->port);
	else if (what == 1)
		sbuf_fmt(out, "vsock:%u:*", target->cid);
	else if (what == 2)
		sbuf_fmt(out, "vsock:*:%u", target->port);
	else
		sbuf_str(out, what == 3 ? "vsock:*:*" : "*");
}

static const struct {
	unsigned rungs;
	void (*add)(const struct target *target, unsigned what, struct sbuf *out);
} destinations[TARGET_OTHER] = {
	[TARGET_INET] = { INET_WHATS, inet_what },
	[TARGET_UNIX] = { UNIX_WHATS, unix_what },
	[TARGET_VSOCK] = { VSOCK_WHATS, vsock_what },
};

static void destination_what(const struct request *request, unsigned what, struct sbuf *out)
{
	struct target target;

	target_of(request, &target);
	if (target.class < TARGET_OTHER)
		destinations[target.class].add(&target, what, out);
	else
		sbuf_char(out, '*'); /* what no narrower destination speaks of */
}

/* The file a person knows it by: a script, not its interpreter. */
static void file_what(const struct request *request, unsigned what, struct sbuf *out)
{
	const struct program *target = request->target;
	const char *path = target ? (target->script ? target->script : target->path) : "";

	if (what == 0) {
		glob_escape(path, strlen(path), out);
		return;
	}
	if (what == 1)
		add_directory(path, strlen(path), out);
	sbuf_char(out, '*');
}

static void socket_what(const struct request *request, unsigned what, struct sbuf *out)
{
	struct socket_pattern pattern = {
		.family = what < 2 ? request->socket.family : SOCKET_ANY,
		.type = what < 1 ? request->socket.type : SOCKET_ANY,
		.protocol = SOCKET_ANY,
	};

	socket_pattern_print(&pattern, out);
}

unsigned widen_whats(const struct request *request)
{
	struct target target;

	switch (request->kind) {
	case CALL_KIND_CONNECT:
	case CALL_KIND_BIND:
		target_of(request, &target);
		return target.class < TARGET_OTHER ? destinations[target.class].rungs : 1;
	case CALL_KIND_EXEC:
		return FILE_WHATS;
	case CALL_KIND_SOCKET:
		return SOCKET_WHATS;
	default:
		return 1;
	}
}

void widen_what(const struct request *request, unsigned what, struct sbuf *out)
{
	switch (request->kind) {
	case CALL_KIND_CONNECT:
	case CALL_KIND_BIND:
		destination_what(request, what, out);
		break;
	case CALL_KIND_EXEC:
		file_what(request, what, out);
		break;
	case CALL_KIND_SOCKET:
		socket_what(request, what, out);
		break;
	default:
		break;
	}
}

static bool add_what(const struct request *request, unsigned what, struct sbuf *out)
{
	struct sbuf value = SBUF_INIT;
	bool valid;

	add_key(call_kind_name(request->kind), out);
	if (request->kind == CALL_KIND_SPAWN) {
		sbuf_str(out, "true, ");
		return true;
	}
	widen_what(request, what, &value);
	valid = utf8_valid(sbuf_text(&value), value.len);
	yaml_quote(sbuf_text(&value), value.len, out);
	sbuf_str(out, ", ");
	out->failed |= value.failed;
	sbuf_free(&value);
	return valid;
}

bool widen_rule(const struct request *request, unsigned who, unsigned what, enum verdict verdict,
	struct sbuf *out)
{
	bool named;

	sbuf_char(out, '{');
	named = add_who(request, who, out) && add_what(request, what, out);
	sbuf_fmt(out, "verdict: %s}", verdict_name(verdict));
	return named && !out->failed;
}

void widen_sets(const struct request *request, struct sbuf *out)
{
	struct target target;

	if (request->kind != CALL_KIND_CONNECT && request->kind != CALL_KIND_BIND)
		return;
	target_of(request, &target);
	for (unsigned set = 0; target.class == TARGET_INET && set < SET_RESOLVERS; set++) {
		if (address_set_has((enum address_set)set, &target.addr))
			sbuf_fmt(out, "%s@%s", out->len ? " " : "",
				address_set_name((enum address_set)set));
	}
}
