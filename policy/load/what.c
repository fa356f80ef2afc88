#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "policy/destination_file.h"
#include "policy/load.h"
#include "policy/socket_pattern.h"
#include "policy/source.h"

struct destinations {
	enum destination_use use;
	struct destination_vec vec;
};

static const char destination_expected[] =
	"a destination: [tcp:|udp:]HOST:PORTS, unix:/PATH, vsock:CID:PORT, file:PATH or \"*\"";

static int load_file_list(
	struct loader *l, const struct yaml *node, const char *name, struct destinations *d)
{
	struct place place = load_place(l, node);
	cleanup_free char *joined = source_relative(l->file->name, name);
	size_t before = d->vec.items.len;
	char *path;

	if (!joined)
		return load_no_memory(l);
	if (!*name)
		return load_fail_text(l, node, "no path: expected file:PATH");
	path = load_dup(l, joined, strlen(joined));
	if (!path)
		return -ENOMEM;
	if (load_source_add(l, path) < 0)
		return -ENOMEM;
	if (destination_file_load(path, d->use, &l->policy->arena, &d->vec, l->err) < 0) {
		/* A fault of the list has a place of its own; one of the file is named here. */
		return d->vec.items.len == before ? load_wrap(l, &place) : -1;
	}
	if (d->vec.items.len == before)
		return load_fail_text(
			l, node, "the list has no destination, and would match nothing");
	return 0;
}

static int load_destination(struct loader *l, const struct yaml *node, void *target)
{
	struct destinations *d = target;
	struct place place = load_place(l, node);
	struct destination *item;

	if (node->type != YAML_SCALAR)
		return load_text(l, node, destination_expected);
	if (!node->len)
		return load_fail(l, node, "nothing here: expected %s", destination_expected);
	if (node->len >= 5 && !memcmp(node->text, "file:", 5))
		return load_text(l, node, destination_expected) < 0
			       ? -1
			       : load_file_list(l, node, node->text + 5, d);
	item = destination_vec_add(&d->vec, &place);
	if (!item)
		return load_no_memory(l);
	if (destination_parse(node->text, node->len, d->use, &l->policy->arena, item, l->err) < 0)
		return load_wrap(l, &place);
	return 0;
}

/* Replaces the path by the canonical one as far as it exists: a socket may come later. */
static int resolve_unix(struct loader *l, struct destination *d)
{
	cleanup_resolution struct resolution whole = { 0 }, folder = { 0 };
	cleanup_sbuf struct sbuf path = SBUF_INIT;
	const char *slash = strrchr(d->name.text, '/');
	cleanup_free char *head = strndup(d->name.text, (size_t)(slash - d->name.text) + 1);

	if (!head)
		return load_no_memory(l);
	if (root_view_resolve(l->policy->root, d->name.text, &whole) == 0) {
		sbuf_str(&path, whole.path);
	} else if (slash[1] && strcmp(slash, "/.") && strcmp(slash, "/..") &&
		   root_view_resolve(l->policy->root, head, &folder) == 0) {
		sbuf_str(&path, strcmp(folder.path, "/") ? folder.path : "");
		sbuf_str(&path, slash);
	} else {
		return 0;
	}
	d->name.text = load_dup(l, sbuf_text(&path), path.len);
	d->name.len = path.len;
	return d->name.text ? 0 : -ENOMEM;
}

static struct name_resolver *resolver_of(struct loader *l)
{
	struct policy *p = l->policy;

	if (!p->resolver && l->env && l->env->resolver) {
		p->resolver = l->env->resolver;
	} else if (!p->resolver) {
		p->resolver = name_resolver_new(&name_source_system);
		p->owns_resolver = true;
	}
	return p->resolver;
}

/* A resolver from outside may know names of other policies: the list here has gaps then. */
static int add_name(struct loader *l, struct destination *d, const struct place *place)
{
	struct name_resolver *resolver = resolver_of(l);
	struct policy *p = l->policy;
	int number = resolver ? name_resolver_add(resolver, d->name.text) : -ENOMEM;

	if (number < 0)
		return load_no_memory(l);
	d->name.number = (uint32_t)number;
	while (p->names.len <= (size_t)number)
		if (!vec_add(&p->names))
			return load_no_memory(l);
	if (!p->names.items[number].text)
		p->names.items[number] = (struct policy_name){ d->name.text, *place };
	return 0;
}

static int finish_destination(struct loader *l, struct destination *d, const struct place *place)
{
	if (d->type == DESTINATION_NAME)
		return add_name(l, d, place);
	if (d->type == DESTINATION_UNIX_PATH)
		return resolve_unix(l, d);
	if (d->type == DESTINATION_SET && d->set == SET_RESOLVERS)
		l->wants_resolvers = true;
	return 0;
}

static int load_destinations(struct loader *l, const struct yaml *node, enum destination_use use,
	struct destination_list *list)
{
	struct destinations d = { .use = use };
	int ret = load_each(l, node, load_destination, &d);

	for (size_t i = 0; ret == 0 && i < d.vec.items.len; i++)
		ret = finish_destination(l, &d.vec.items.items[i], &d.vec.places.items[i]);
	if (ret == 0) {
		list->len = d.vec.items.len;
		list->items = vec_seal(&d.vec.items, &l->policy->arena);
		list->places = vec_seal(&d.vec.places, &l->policy->arena);
		if (!list->items || !list->places)
			ret = load_no_memory(l);
	}
	destination_vec_free(&d.vec);
	return ret;
}

int load_connect(struct loader *l, const struct yaml *node, void *target)
{
	struct rule *rule = target;

	rule->kinds |= kind_bit(CALL_KIND_CONNECT);
	return load_destinations(l, node, DESTINATION_CONNECT, &rule->connect);
}

int load_bind(struct loader *l, const struct yaml *node, void *target)
{
	struct rule *rule = target;

	rule->kinds |= kind_bit(CALL_KIND_BIND);
	return load_destinations(l, node, DESTINATION_BIND, &rule->bind);
}

int load_exec(struct loader *l, const struct yaml *node, void *target)
{
	struct rule *rule = target;

	rule->kinds |= kind_bit(CALL_KIND_EXEC);
	return load_programs(l, node, &rule->exec);
}

int load_spawn(struct loader *l, const struct yaml *node, void *target)
{
	static const char expected[] = "true: spawn has no parts to choose from";
	struct rule *rule = target;

	rule->kinds |= kind_bit(CALL_KIND_SPAWN);
	if (load_text(l, node, expected) < 0)
		return -1;
	if (strcmp(node->text, "*") && strcmp(node->text, "true"))
		return load_fail_text(l, node, "expected %s", expected);
	return 0;
}

typedef vec_of(struct socket_pattern) socket_vec;

static int load_one_socket(struct loader *l, const struct yaml *node, void *target)
{
	socket_vec *sockets = target;
	struct socket_pattern *item = vec_add(sockets);
	struct place place = load_place(l, node);

	if (!item)
		return load_no_memory(l);
	if (load_text(l, node, "a socket: FAMILY[:PROTOCOL][/TYPE] or \"*\"") < 0)
		return -1;
	return socket_pattern_parse(node->text, item, l->err) < 0 ? load_wrap(l, &place) : 0;
}

int load_socket(struct loader *l, const struct yaml *node, void *target)
{
	struct rule *rule = target;
	socket_vec sockets = { 0 };
	int ret = load_each(l, node, load_one_socket, &sockets);

	rule->kinds |= kind_bit(CALL_KIND_SOCKET);
	if (ret == 0) {
		rule->socket.len = sockets.len;
		rule->socket.items = vec_seal(&sockets, &l->policy->arena);
		if (!rule->socket.items)
			ret = load_no_memory(l);
	}
	vec_free(&sockets);
	return ret;
}
