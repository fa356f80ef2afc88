#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "cli/import.h"
#include "policy/address.h"
#include "policy/destination.h"
#include "policy/glob.h"
#include "policy/yaml.h"

enum { TREE_MAX = 64 << 20, PORTS_SIZE = 1024 };

struct import {
	const char *name;
	struct arena arena;
	struct sbuf head;  /* all but the rules */
	struct sbuf early; /* rules that may allow private addresses */
	struct sbuf late;  /* rules that may not */
	struct sbuf *unheld;
	struct err **err;
	unsigned rules; /* written so far: their ids are told apart by it */
};

/* What one endpoint allows, and to whom. */
struct endpoint {
	const struct yaml *node, *host, *allowed_ips, *binaries;
	const char *policy; /* its name */
	char ports[PORTS_SIZE];
};

static int fail(struct import *im, const struct yaml *node, const char *what)
{
	return err_set(im->err, 0, "%s:%d:%d: %s", im->name, node->line, node->column, what);
}

__attribute__((format(printf, 3, 4))) static void unheld(
	struct import *im, const struct yaml *node, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	/* A line each, whatever names have in them. */
	for (char *p = text; *p; p++)
		if (*p == '\n')
			*p = ' ';
	sbuf_fmt(im->unheld, "%s:%d:%d: %s\n", im->name, node->line, node->column, text);
}

static const struct yaml *find(const struct yaml *map, const char *key)
{
	for (const struct yaml *m = map && map->type == YAML_MAP ? map->child : NULL; m;
		m = m->next)
		if (!strcmp(m->key->text, key))
			return m;
	return NULL;
}

static bool is_text(const struct yaml *node)
{
	return node && node->type == YAML_SCALAR && node->len && strlen(node->text) == node->len;
}

static bool is_true(const struct yaml *node)
{
	return is_text(node) && !strcmp(node->text, "true");
}

static void name_unknown(
	struct import *im, const struct yaml *map, const char *const *known, const char *where)
{
	for (const struct yaml *m = map->type == YAML_MAP ? map->child : NULL; m; m = m->next) {
		size_t i = 0;

		while (known[i] && strcmp(known[i], m->key->text) != 0)
			i++;
		if (!known[i])
			unheld(im, m->key, "\"%s\" in %s is not known here, and left out",
				m->key->text, where);
	}
}

static int add_paths(struct import *im, const struct yaml *list, const char **before)
{
	for (const struct yaml *p = list ? list->child : NULL; p; p = p->next) {
		if (!is_text(p) || p->text[0] != '/' || glob_is_pattern(p->text, p->len))
			return fail(im, p, "expected an absolute path, and no pattern");
		sbuf_str(&im->head, *before);
		yaml_quote(p->text, p->len, &im->head);
		*before = ", ";
	}
	return 0;
}

static int import_files(struct import *im, const struct yaml *root)
{
	static const char *const known[] = { "include_workdir", "read_only", "read_write", NULL };
	const struct yaml *fs = find(root, "filesystem_policy");
	const struct yaml *level = find(find(root, "landlock"), "compatibility");
	bool hard = is_text(level) && !strcmp(level->text, "hard_requirement");
	const char *before = "";

	if (!fs)
		return 0;
	name_unknown(im, fs, known, "filesystem_policy");
	sbuf_str(&im->head, "files:\n");
	if (find(fs, "read_only")) {
		sbuf_str(&im->head, "  read: [");
		if (add_paths(im, find(fs, "read_only"), &before) < 0)
			return -1;
		/* An empty list is an error in our language, and means nothing but /dev/null. */
		sbuf_str(&im->head, before[0] ? "]\n" : "/dev/null]\n");
	}
	before = "";
	sbuf_str(&im->head, "  write: [");
	if (is_true(find(fs, "include_workdir"))) {
		sbuf_str(&im->head, ".");
		before = ", ";
	}
	if (add_paths(im, find(fs, "read_write"), &before) < 0)
		return -1;
	sbuf_fmt(&im->head, "]\n  require: %s\n", hard ? "hard" : "best");
	return 0;
}

static int import_process(struct import *im, const struct yaml *root)
{
	static const char *const known[] = { "run_as_user", "run_as_group", NULL };
	static const char *const keys[] = { "user", "group" };
	const struct yaml *process = find(root, "process");

	if (!process)
		return 0;
	name_unknown(im, process, known, "process");
	for (int i = 0; i < 2; i++) {
		const struct yaml *who = find(process, known[i]);

		if (!who)
			continue;
		if (!is_text(who))
			return fail(im, who, "expected a name");
		if (i == 1 && !find(process, known[0])) {
			unheld(im, who, "the group is left out: one goes with a user here");
			continue;
		}
		sbuf_fmt(&im->head, "%s: ", keys[i]);
		yaml_quote(who->text, who->len, &im->head);
		sbuf_char(&im->head, '\n');
	}
	return 0;
}

static int add_port(struct import *im, const struct yaml *node, char *ports)
{
	size_t len = strlen(ports);
	char *end;
	long port = is_text(node) ? strtol(node->text, &end, 10) : 0;

	if (port < 1 || port > 65535 || *end)
		return fail(im, node, "expected a port, 1 to 65535");
	if (len + 8 > PORTS_SIZE)
		return fail(im, node, "so many ports cannot be taken");
	snprintf(ports + len, PORTS_SIZE - len, "%s%ld", len ? "," : "", port);
	return 0;
}

/* `ports` wins over `port`. */
static int read_ports(struct import *im, struct endpoint *e)
{
	const struct yaml *ports = find(e->node, "ports"), *port = find(e->node, "port");

	if (ports && ports->type == YAML_LIST && ports->child) {
		for (const struct yaml *p = ports->child; p; p = p->next)
			if (add_port(im, p, e->ports) < 0)
				return -1;
		return 0;
	}
	if (port)
		return add_port(im, port, e->ports);
	return fail(im, e->node, "this endpoint has no port");
}

static void begin_rule(struct import *im, const struct endpoint *e, struct sbuf *out)
{
	sbuf_str(out, "  - id: openshell-");
	for (const char *p = e->policy; *p; p++)
		sbuf_char(out, isalnum((unsigned char)*p) || *p == '-' || *p == '_' ? *p : '-');
	sbuf_fmt(out, "-%u\n    lineage: [", ++im->rules);
	for (const struct yaml *b = e->binaries->child; b; b = b->next) {
		const struct yaml *path = find(b, "path");

		sbuf_str(out, b == e->binaries->child ? "" : ", ");
		yaml_quote(path->text, path->len, out);
	}
	sbuf_str(out, "]\n    connect: [");
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

		if (is_text(p) && parse_host(im, p->text, e->ports, &d) &&
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

		if (!is_text(p) || !parse_host(im, p->text, e->ports, &d) ||
			d.type != DESTINATION_PREFIX)
			return fail(im, p, "expected an address or a prefix");
		add_destination(&d, before, &im->early);
		before = ", ";
	}
	end_rule(&im->early);
	return 0;
}

/* An address by itself is allowed if it is public, or is in the list. */
static int allow_address(struct import *im, const struct endpoint *e, const struct destination *d)
{
	const struct address *a = &d->prefix.addr;
	bool listed = e->allowed_ips && e->allowed_ips->child;
	bool never = address_set_has(SET_LOOPBACK, a) || address_set_has(SET_LINK_LOCAL, a);
	bool allowed = listed ? is_allowed_ip(im, e, a) : !address_set_has(SET_PRIVATE, a);

	if (never) {
		unheld(im, e->host, "%s is denied, as the source does: it is never allowed",
			e->host->text);
		return 0;
	}
	if (!allowed) {
		unheld(im, e->host, "%s is denied: a private address needs allowed_ips that has it",
			e->host->text);
		return 0;
	}
	begin_rule(im, e, &im->early);
	add_destination(d, "", &im->early);
	end_rule(&im->early);
	return 0;
}

static int allow_host(struct import *im, const struct endpoint *e)
{
	bool listed = e->allowed_ips && e->allowed_ips->child;
	struct destination d;

	if (strpbrk(e->host->text, "*?[{") && e->host->text[0] != '[') {
		unheld(im, e->host,
			"\"%s\" is denied: which names an address was asked by is not watched, so "
			"a pattern of names matches nothing",
			e->host->text);
		return 0;
	}
	if (!parse_host(im, e->host->text, e->ports, &d) ||
		(d.type != DESTINATION_NAME && d.type != DESTINATION_PREFIX))
		return fail(im, e->host, "expected a host name or an address");
	if (d.type == DESTINATION_PREFIX)
		return allow_address(im, e, &d);
	if (listed) {
		unheld(im, e->host,
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
		const struct yaml *m = find(node, contents[i]);

		if (m)
			unheld(im, m->key,
				"\"%s\" is about what a connection carries, and is not looked at: "
				"the "
				"whole connection is allowed",
				contents[i]);
	}
	name_unknown(im, node, known, "an endpoint");
}

static int import_endpoint(struct import *im, struct endpoint *e)
{
	if (e->node->type != YAML_MAP)
		return fail(im, e->node, "expected an endpoint: a mapping");
	e->host = find(e->node, "host");
	e->allowed_ips = find(e->node, "allowed_ips");
	if (read_ports(im, e) < 0)
		return -1;
	name_contents(im, e->node);
	if (is_text(e->host))
		return allow_host(im, e);
	if (e->allowed_ips && e->allowed_ips->child)
		return allow_prefixes(im, e);
	return fail(im, e->node, "this endpoint has neither host nor allowed_ips");
}

static int check_binaries(struct import *im, const struct yaml *binaries)
{
	static const char *const known[] = { "path", NULL };

	for (const struct yaml *b = binaries->child; b; b = b->next) {
		const struct yaml *path = find(b, "path");
		size_t position;

		if (!is_text(path) || path->text[0] != '/' ||
			glob_check(path->text, path->len, &position))
			return fail(im, b, "expected a binary: {path: /...}");
		name_unknown(im, b, known, "a binary");
	}
	return 0;
}

static int import_network_policy(struct import *im, const struct yaml *policy)
{
	static const char *const known[] = { "name", "endpoints", "binaries", NULL };
	const struct yaml *endpoints = find(policy, "endpoints");
	const struct yaml *binaries = find(policy, "binaries");

	name_unknown(im, policy, known, "a network policy");
	/* Without binaries it is for nobody. */
	if (!binaries || !binaries->child || !endpoints)
		return 0;
	if (check_binaries(im, binaries) < 0)
		return -1;
	for (const struct yaml *n = endpoints->child; n; n = n->next) {
		struct endpoint e = {
			.node = n, .binaries = binaries, .policy = policy->key->text
		};

		if (import_endpoint(im, &e) < 0)
			return -1;
	}
	return 0;
}

static int import_root(struct import *im, const struct yaml *root)
{
	static const char *const known[] = { "version", "filesystem_policy", "landlock", "process",
		"network_policies", NULL };
	const struct yaml *version = find(root, "version"), *policies;

	if (root->type != YAML_MAP || !is_text(version) || strcmp(version->text, "1") != 0)
		return fail(im, root, "expected an OpenShell sandbox policy, with \"version: 1\"");
	name_unknown(im, root, known, "the policy");
	if (import_files(im, root) < 0 || import_process(im, root) < 0)
		return -1;
	policies = find(root, "network_policies");
	for (const struct yaml *p = policies && policies->type == YAML_MAP ? policies->child : NULL;
		p; p = p->next)
		if (import_network_policy(im, p) < 0)
			return -1;
	return 0;
}

/* The source has a proxy that looks names up and connects; here the programs do it themselves. */
static const char first_lines[] =
	"version: 1\n"
	"default: {connect: deny, bind: deny, exec: allow, spawn: allow, socket: allow}\n";
static const char first_rules[] =
	"rules:\n"
	"  - id: openshell-resolvers\n"
	"    connect: [\"udp:@resolvers:53\", \"tcp:@resolvers:53\"]\n"
	"    verdict: allow\n"
	"  - id: openshell-never\n"
	"    connect: [\"@loopback\", \"@link-local\"]\n"
	"    verdict: deny\n"
	"    why: loopback, link-local and unspecified addresses are always denied\n"
	"  - id: openshell-local\n"
	"    connect: \"unix:*\"\n"
	"    bind: [\"@loopback\", \"unix:*\"]\n"
	"    verdict: allow\n";
static const char private_rule[] = "  - id: openshell-private\n"
				   "    connect: \"@private\"\n"
				   "    verdict: deny\n"
				   "    why: private addresses need allowed_ips\n";

static void import_end(struct import *im)
{
	sbuf_free(&im->head);
	sbuf_free(&im->early);
	sbuf_free(&im->late);
	arena_free(&im->arena);
}

int import_openshell(const char *text, size_t len, const char *name, struct sbuf *out,
	struct sbuf *unheld_out, struct err **err)
{
	__attribute__((cleanup(
		import_end))) struct import im = { .name = name, .unheld = unheld_out, .err = err };
	struct yaml *root = NULL;

	arena_init(&im.arena, TREE_MAX);
	if (yaml_parse(text, len, name, &im.arena, &root, err) < 0 || import_root(&im, root) < 0)
		return -1;
	sbuf_str(out, first_lines);
	sbuf_add(out, sbuf_text(&im.head), im.head.len);
	sbuf_str(out, first_rules);
	sbuf_add(out, sbuf_text(&im.early), im.early.len);
	sbuf_str(out, private_rule);
	sbuf_add(out, sbuf_text(&im.late), im.late.len);
	if (im.head.failed || im.early.failed || im.late.failed || out->failed)
		return err_set(err, ENOMEM, "cannot keep the policy");
	return 0;
}
