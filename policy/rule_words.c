#include "policy/rule_words.h"

#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "policy/destination.h"
#include "policy/glob.h"
#include "policy/socket_pattern.h"
#include "policy/target.h"
#include "policy/yaml.h"

enum { WORDS_MEMORY = 64 * 1024 }; /* of one destination */

/* A line a person is to read; what is longer than a pattern may be cannot be a rule. */
static bool quote(const char *text, size_t len, struct sbuf *out)
{
	if (len > GLOB_MAX || !utf8_valid(text, len))
		return false;
	yaml_quote(text, len, out);
	return true;
}

/* The path with its special characters escaped: it is then a literal, see glob_is_pattern(). */
bool rule_words_program(const char *path, struct sbuf *out)
{
	cleanup_sbuf struct sbuf literal = SBUF_INIT;

	if (!path || path[0] != '/')
		return false;
	glob_escape(path, strlen(path), &literal);
	return !literal.failed && quote(literal.data, literal.len, out);
}

bool rule_words_variable(const char *name, struct sbuf *out)
{
	cleanup_sbuf struct sbuf literal = SBUF_INIT;

	glob_escape(name, strlen(name), &literal);
	return literal.len && !literal.failed && quote(literal.data, literal.len, out);
}

static void add_host(
	const struct target *target, struct destination *destination, struct port_set *port)
{
	destination->type = DESTINATION_PREFIX;
	destination->prefix.addr = target->addr;
	destination->prefix.len = target->addr.bits;
	if (target->protocol == TARGET_TCP)
		destination->protocols = PROTOCOL_TCP;
	else if (target->protocol == TARGET_UDP)
		destination->protocols = PROTOCOL_UDP;
	if (!target->port_uncertain && target->protocol != TARGET_PORTLESS)
		destination->ports = port;
}

static void add_unix(const struct target *target, struct destination *destination)
{
	destination->type = target->abstract ? DESTINATION_UNIX_ABSTRACT : DESTINATION_UNIX_PATH;
	destination->name.text = target->name;
	destination->name.len = target->name_len;
}

/* A path of a socket may be anything, also what the language has no words for. */
static bool can_be_read(const struct request *request, const struct sbuf *text)
{
	enum destination_use use =
		request->kind == CALL_KIND_BIND ? DESTINATION_BIND : DESTINATION_CONNECT;
	cleanup_arena struct arena arena;
	struct destination destination;

	arena_init(&arena, WORDS_MEMORY);
	return destination_parse(sbuf_text(text), text->len, use, &arena, &destination, NULL) == 0;
}

bool rule_words_destination(const struct request *request, struct sbuf *out)
{
	cleanup_sbuf struct sbuf text = SBUF_INIT, pattern = SBUF_INIT;
	cleanup_free struct port_set *port = calloc(1, sizeof(*port) + sizeof(struct port_range));
	struct destination destination = { 0 };
	struct target target;

	target_of(request, &target);
	if (!port || target.path_uncertain)
		return false;
	if (target.class == TARGET_UNIX && !target.name_len)
		return false; /* connecting to a socket without a name fails anyhow */
	port->len = 1;
	port->ranges[0] = (struct port_range){ target.port, target.port };
	/* An abstract name is a pattern, where its own characters need escaping. */
	if (target.class == TARGET_UNIX && target.abstract) {
		glob_escape(target.name, target.name_len, &pattern);
		target.name = sbuf_text(&pattern);
		target.name_len = pattern.len;
	}
	switch (target.class) {
	case TARGET_INET:
		add_host(&target, &destination, port);
		break;
	case TARGET_UNIX:
		add_unix(&target, &destination);
		break;
	case TARGET_VSOCK:
		destination.type = DESTINATION_VSOCK;
		destination.vsock.any_cid = false;
		destination.vsock.cid = target.cid;
		destination.ports = port;
		break;
	default: /* other families are spoken of by "*" alone, which is no rule to propose */
		return false;
	}
	destination_print(&destination, &text);
	return !text.failed && can_be_read(request, &text) && quote(text.data, text.len, out);
}

/*
 * The protocol that such a socket has when nobody names one goes without saying.
 * Netlink has none such: 0 is one among them, NETLINK_ROUTE.
 */
static bool is_usual_protocol(const struct socket_facts *facts)
{
	struct socket_facts unnamed = *facts;

	unnamed.protocol = 0;
	if (facts->family == AF_NETLINK)
		return false;
	return !facts->protocol || facts->protocol == socket_protocol(&unnamed);
}

bool rule_words_socket(const struct request *request, struct sbuf *out)
{
	const struct socket_facts *facts = &request->socket;
	struct socket_pattern pattern = {
		.family = facts->family,
		.type = facts->type,
		.protocol = is_usual_protocol(facts) ? SOCKET_ANY : facts->protocol,
	};
	cleanup_sbuf struct sbuf text = SBUF_INIT;

	if (!facts->known || facts->family < 0 || facts->protocol < 0 || facts->type < 0)
		return false;
	socket_pattern_print(&pattern, &text);
	return !text.failed && quote(text.data, text.len, out);
}
