#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "cli/import/openshell_impl.h"
#include "policy/address.h"
#include "policy/destination.h"
#include "policy/glob.h"

enum { PORTS_SIZE = 1024 };

/* What one endpoint allows, and to whom. */
struct endpoint {
	const struct yaml *node, *host, *allowed_ips, *binaries;
	const char *policy; /* its name */
	char ports[PORTS_SIZE];
	bool looked_up; /* it is reached by a name */
};

static int add_port(struct import *im, const struct yaml *node, char *ports)
{
	size_t len = strlen(ports);
	char *end;
	long port = openshell_is_text(node) ? strtol(node->text, &end, 10) : 0;

	if (port < 1 || port > 65535 || *end)
		return openshell_fail(im, node, "expected a port, 1 to 65535");
	if (len + 8 > PORTS_SIZE)
		return openshell_fail(im, node, "so many ports cannot be taken");
	snprintf(ports + len, PORTS_SIZE - len, "%s%ld", len ? "," : "", port);
	return 0;
}

/* `ports` wins over `port`. */
static int read_ports(struct import *im, struct endpoint *e)
{
	const struct yaml *ports, *port = openshell_find(e->node, "port");

	if (openshell_list(im, e->node, "ports", &ports) < 0)
		return -1;
	for (const struct yaml *p = ports ? ports->child : NULL; p; p = p->next)
		if (add_port(im, p, e->ports) < 0)
			return -1;
	if (ports)
		return 0;
	if (port)
		return add_port(im, port, e->ports);
	return openshell_fail(im, e->node, "this endpoint has no port");
}

/*
 * A path without a * is no pattern there, whatever else is in it. With one, ** between
 * slashes stands for one directory at least there, and for none as well here.
 */
static void add_binary(const char *path, struct sbuf *out)
{
	static const char any[] = "/**/";
	cleanup_sbuf struct sbuf pattern = SBUF_INIT;
	const char *end;

	if (!strchr(path, '*')) {
		glob_escape(path, strlen(path), &pattern);
		path = "";
	}
	for (; (end = strstr(path, any)); path = end + sizeof(any) - 2) {
		sbuf_add(&pattern, path, (size_t)(end - path));
		sbuf_str(&pattern, "/*/**");
	}
	sbuf_str(&pattern, path);
	yaml_quote(sbuf_text(&pattern), pattern.len, out);
	out->failed |= pattern.failed;
}

static void add_binaries(const struct yaml *binaries, struct sbuf *out)
{
	sbuf_str(out, "    lineage: [");
	for (const struct yaml *b = binaries->child; b; b = b->next) {
		sbuf_str(out, b == binaries->child ? "" : ", ");
		add_binary(openshell_find(b, "path")->text, out);
	}
	sbuf_str(out, "]\n");
}

static void begin_rule(struct import *im, const struct endpoint *e, struct sbuf *out)
{
	sbuf_str(out, "  - id: openshell-");
	for (const char *p = e->policy; *p; p++)
		sbuf_char(out, isalnum((unsigned char)*p) || *p == '-' || *p == '_' ? *p : '-');
	sbuf_fmt(out, "-%u\n", ++im->rules);
	add_binaries(e->binaries, out);
	sbuf_str(out, "    connect: [");
}

static void end_rule(struct sbuf *out)
{
	sbuf_str(out, "]\n    verdict: allow\n");
}

static bool parse_host(
	struct import *im, const char *host, const char *ports, struct destination *out)
{
	cleanup_sbuf struct sbuf text = SBUF_INIT;
	bool bare6 = strchr(host, ':') && host[0] != '[';

	sbuf_fmt(&text, bare6 ? "tcp:[%s]:%s" : "tcp:%s:%s", host, ports);
	return destination_parse(
		       sbuf_text(&text), text.len, DESTINATION_CONNECT, &im->arena, out, NULL) == 0;
}

static void add_destination(const struct destination *d, const char *before, struct sbuf *out)
{
	cleanup_sbuf struct sbuf text = SBUF_INIT;

	destination_print(d, &text);
	sbuf_str(out, before);
	yaml_quote(sbuf_text(&text), text.len, out);
}

/* Is the address in one of the allowed prefixes? */
static bool is_allowed_ip(struct import *im, const struct endpoint *e, const struct address *a)
{
	for (const struct yaml *p = e->allowed_ips->child; p; p = p->next) {
		struct destination d;

		if (openshell_is_text(p) && parse_host(im, p->text, e->ports, &d) &&
			d.type == DESTINATION_PREFIX && prefix_has(&d.prefix, a))
			return true;
	}
	return false;
}

static int allow_prefixes(struct import *im, const struct endpoint *e)
{
	const char *before = "";

	begin_rule(im, e, &im->early);
	for (const struct yaml *p = e->allowed_ips->child; p; p = p->next) {
		struct destination d;

		if (!openshell_is_text(p) || !parse_host(im, p->text, e->ports, &d) ||
			d.type != DESTINATION_PREFIX)
			return openshell_fail(im, p, "expected an address or a prefix");
		add_destination(&d, before, &im->early);
		before = ", ";
	}
	end_rule(&im->early);
	return 0;
}

/* As OPENSHELL_PRIVATE has them. */
static bool is_private(const struct address *a)
{
	static const struct prefix shared = { { 32, { 100, 64 } }, 10 }; /* RFC 6598 */

	return address_set_has(SET_PRIVATE, a) || address_set_has(SET_METADATA, a) ||
	       address_set_has(SET_MULTICAST, a) || prefix_has(&shared, a);
}

/* An address by itself is allowed if it is public, or is in the list. */
static int allow_address(struct import *im, const struct endpoint *e, const struct destination *d)
{
	const struct address *a = &d->prefix.addr;
	bool never = address_set_has(SET_LOOPBACK, a) || address_set_has(SET_LINK_LOCAL, a);
	bool allowed = e->allowed_ips ? is_allowed_ip(im, e, a) : !is_private(a);

	if (never) {
		openshell_unheld(im, e->host,
			"%s is denied, as the source does: it is never allowed", e->host->text);
		return 0;
	}
	if (!allowed) {
		openshell_unheld(im, e->host,
			"%s is denied: a private address needs allowed_ips that has it",
			e->host->text);
		return 0;
	}
	begin_rule(im, e, &im->early);
	add_destination(d, "", &im->early);
	end_rule(&im->early);
	return 0;
}

static int allow_host(struct import *im, struct endpoint *e)
{
	struct destination d;

	if (strpbrk(e->host->text, "*?[{") && e->host->text[0] != '[') {
		openshell_unheld(im, e->host,
			"\"%s\" is denied: which names an address was asked by is not watched, so "
			"a pattern of names matches nothing",
			e->host->text);
		return 0;
	}
	if (!parse_host(im, e->host->text, e->ports, &d) ||
		(d.type != DESTINATION_NAME && d.type != DESTINATION_PREFIX))
		return openshell_fail(im, e->host, "expected a host name or an address");
	if (d.type == DESTINATION_PREFIX)
		return allow_address(im, e, &d);
	e->looked_up = true;
	if (e->allowed_ips) {
		openshell_unheld(im, e->host,
			"\"%s\" with allowed_ips: these addresses are allowed under any name",
			e->host->text);
		return allow_prefixes(im, e);
	}
	begin_rule(im, e, &im->late);
	add_destination(&d, "", &im->late);
	end_rule(&im->late);
	return 0;
}

/* What is about the contents of a connection. */
static void name_contents(struct import *im, const struct yaml *node)
{
	static const char *const contents[] = { "protocol", "tls", "access", "rules", "deny_rules",
		"path", NULL };
	static const char *const known[] = { "host", "port", "ports", "allowed_ips", "enforcement",
		"protocol", "tls", "access", "rules", "deny_rules", "path", NULL };

	for (int i = 0; contents[i]; i++) {
		const struct yaml *m = openshell_find(node, contents[i]);

		if (m)
			openshell_unheld(im, m->key,
				"\"%s\" is about what a connection carries, and is not looked at: "
				"the "
				"whole connection is allowed",
				contents[i]);
	}
	openshell_unknown(im, node, known, "an endpoint");
}

static int import_endpoint(struct import *im, struct endpoint *e)
{
	if (e->node->type != YAML_MAP)
		return openshell_fail(im, e->node, "expected an endpoint: a mapping");
	e->host = openshell_find(e->node, "host");
	if (openshell_list(im, e->node, "allowed_ips", &e->allowed_ips) < 0 ||
		read_ports(im, e) < 0)
		return -1;
	name_contents(im, e->node);
	if (openshell_is_text(e->host))
		return allow_host(im, e);
	if (e->allowed_ips)
		return allow_prefixes(im, e);
	return openshell_fail(im, e->node, "this endpoint has neither host nor allowed_ips");
}

static int check_binaries(struct import *im, const struct yaml *binaries)
{
	static const char *const known[] = { "path", NULL };

	for (const struct yaml *b = binaries->child; b; b = b->next) {
		const struct yaml *path = openshell_find(b, "path");
		size_t position;

		if (!openshell_is_text(path) || path->text[0] != '/')
			return openshell_fail(im, b, "expected a binary: {path: /...}");
		if (strchr(path->text, '*') && glob_check(path->text, path->len, &position))
			return openshell_fail(im, path, "this is no pattern");
		if (strchr(path->text, '*') && strchr(path->text, '{'))
			openshell_unheld(im, path,
				"\"%s\" matches nothing: there are no "
				"alternatives in braces here",
				path->text);
		openshell_unknown(im, b, known, "a binary");
	}
	return 0;
}

/* The programs look names up themselves, where the source's proxy does it for them. */
static void allow_resolvers(struct import *im, const struct yaml *binaries)
{
	struct sbuf *out = &im->resolvers;

	sbuf_fmt(out, "  - id: openshell-resolvers-%u\n", ++im->rules);
	add_binaries(binaries, out);
	sbuf_str(out, "    connect: [\"udp:@resolvers:53\", \"tcp:@resolvers:53\"]\n"
		      "    verdict: allow\n");
}

static int import_network_policy(struct import *im, const struct yaml *policy)
{
	static const char *const known[] = { "name", "endpoints", "binaries", NULL };
	const struct yaml *endpoints, *binaries;
	bool names = false;

	if (policy->type != YAML_MAP)
		return openshell_fail(im, policy, "expected a network policy: a mapping");
	openshell_unknown(im, policy, known, "a network policy");
	if (openshell_list(im, policy, "endpoints", &endpoints) < 0 ||
		openshell_list(im, policy, "binaries", &binaries) < 0)
		return -1;
	if (binaries && check_binaries(im, binaries) < 0)
		return -1;
	/* Without binaries it is for nobody. */
	if (!binaries || !endpoints)
		return 0;
	for (const struct yaml *n = endpoints->child; n; n = n->next) {
		struct endpoint e = {
			.node = n, .binaries = binaries, .policy = policy->key->text
		};

		if (import_endpoint(im, &e) < 0)
			return -1;
		names |= e.looked_up;
	}
	if (names)
		allow_resolvers(im, binaries);
	return 0;
}

int openshell_network(struct import *im, const struct yaml *policies)
{
	if (!policies || (policies->type == YAML_SCALAR && !policies->len))
		return 0;
	if (policies->type != YAML_MAP)
		return openshell_fail(im, policies, "expected a mapping of network policies");
	for (const struct yaml *p = policies->child; p; p = p->next)
		if (import_network_policy(im, p) < 0)
			return -1;
	return 0;
}
