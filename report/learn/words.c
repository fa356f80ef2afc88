#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "policy/yaml.h"
#include "report/learn/impl.h"

const char *learn_kind_key(enum call_kind kind)
{
	return call_kind_name(kind);
}

void learn_words_free(struct learn_words *words)
{
	sbuf_free(&words->text);
	sbuf_free(&words->remark);
}

static void add_item(struct learn_words *out, const char *item)
{
	sbuf_add(&out->text, item, strlen(item) + 1);
	out->len++;
}

/* A host with what it is called; hosts of one name, protocol and port stand together. */
struct host {
	const struct learn_grant *grant;
	const struct learn_name *name;
};

static int compare_hosts(const struct host *a, const struct host *b)
{
	if (!a->name != !b->name)
		return a->name ? -1 : 1;
	if (a->name)
		return strcmp(a->name->name, b->name->name);
	if (a->grant->host.addr.bits != b->grant->host.addr.bits)
		return a->grant->host.addr.bits < b->grant->host.addr.bits ? -1 : 1;
	return memcmp(a->grant->host.addr.bytes, b->grant->host.addr.bytes,
		sizeof(a->grant->host.addr.bytes));
}

static int compare_places(const void *x, const void *y)
{
	const struct host *a = x, *b = y;
	int order = compare_hosts(a, b);

	if (order)
		return order;
	if (a->grant->protocols != b->grant->protocols)
		return a->grant->protocols < b->grant->protocols ? -1 : 1;
	/* One without a port stands first, and for all ports. */
	if (a->grant->has_port != b->grant->has_port)
		return a->grant->has_port ? 1 : -1;
	return (a->grant->port > b->grant->port) - (a->grant->port < b->grant->port);
}

static bool same_place(const struct host *a, const struct host *b)
{
	return compare_hosts(a, b) == 0 && a->grant->protocols == b->grant->protocols;
}

/* The ports of hosts[0..n), which are sorted: ranges, neither overlapping nor touching. */
static struct port_set *join_ports(const struct host *hosts, size_t n)
{
	struct port_set *set = calloc(1, sizeof(*set) + n * sizeof(set->ranges[0]));

	for (size_t i = 0; set && i < n; i++) {
		uint32_t port = hosts[i].grant->port, end = hosts[i].grant->last_port;
		struct port_range *last = set->len ? &set->ranges[set->len - 1] : NULL;

		if (last && port <= last->last + 1)
			last->last = end > last->last ? end : last->last;
		else
			set->ranges[set->len++] = (struct port_range){ port, end };
	}
	return set;
}

static void add_remark(struct learn_words *out, const struct host *hosts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i > 0 &&
			address_equal(&hosts[i].grant->host.addr, &hosts[i - 1].grant->host.addr))
			continue;
		sbuf_fmt(&out->remark, "%s%s was ", out->remark.len ? ", " : "",
			hosts[i].name->name);
		address_print(&hosts[i].grant->host.addr, &out->remark);
		sbuf_fmt(&out->remark, " (%s)", hosts[i].name->source);
	}
}

static void add_chosen_remark(struct learn_words *out, const struct host *hosts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct learn_grant *grant = hosts[i].grant;

		if (grant->port != grant->last_port)
			sbuf_fmt(&out->remark, "%s%u-%u: the kernel chose the port",
				out->remark.len ? ", " : "", (unsigned)grant->port,
				(unsigned)grant->last_port);
	}
}

/* One item of a list: a host, and the ports of it that were used. */
static void add_place(struct learn_words *out, const struct host *hosts, size_t n)
{
	cleanup_free struct port_set *ports =
		hosts[0].grant->has_port ? join_ports(hosts, n) : NULL;
	cleanup_sbuf struct sbuf text = SBUF_INIT, quoted = SBUF_INIT;
	struct destination destination = {
		.type = DESTINATION_PREFIX,
		.protocols = hosts[0].grant->protocols,
		.ports = ports,
		.prefix = hosts[0].grant->host,
	};

	if (hosts[0].grant->has_port && !ports) {
		out->text.failed = true;
		return;
	}
	if (hosts[0].name) {
		destination.type = DESTINATION_NAME;
		destination.name.text = hosts[0].name->name;
		destination.name.len = strlen(hosts[0].name->name);
		add_remark(out, hosts, n);
	}
	add_chosen_remark(out, hosts, n);
	destination_print(&destination, &text);
	yaml_quote(sbuf_text(&text), text.len, &quoted);
	out->text.failed |= text.failed || quoted.failed;
	add_item(out, sbuf_text(&quoted));
}

static void add_hosts(const struct learn *learn, const struct learn_grant **grants, size_t n,
	struct learn_words *out)
{
	cleanup_free struct host *hosts = calloc(n + 1, sizeof(*hosts));
	size_t len = 0, first = 0;

	if (!hosts) {
		out->text.failed = true;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const struct learn_grant *grant = grants[i];
		bool whole = grant->host.len == grant->host.addr.bits;
		bool named = whole && grant->kind == CALL_KIND_CONNECT;

		if (!grant->is_host)
			continue;
		hosts[len++] = (struct host){ grant,
			named ? learn_names_find(learn, &grant->host.addr) : NULL };
	}
	qsort(hosts, len, sizeof(*hosts), compare_places);
	for (size_t i = 1; i <= len; i++) {
		if (i < len && same_place(&hosts[first], &hosts[i]))
			continue;
		add_place(out, hosts + first, i - first);
		first = i;
	}
}

static int compare_words(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

void learn_words_make(const struct learn *learn, const struct learn_grant **grants, size_t n,
	struct learn_words *out)
{
	cleanup_free const char **words = calloc(n + 1, sizeof(*words));
	size_t len = 0;

	*out = (struct learn_words){ 0 };
	if (!words) {
		out->text.failed = true;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		out->count += grants[i]->count;
		if (!grants[i]->is_host)
			words[len++] = grants[i]->words;
	}
	/* In an order of their own: the same calls in another order give the same policy. */
	qsort(words, len, sizeof(*words), compare_words);
	for (size_t i = 0; i < len; i++)
		add_item(out, words[i]);
	add_hosts(learn, grants, n, out);
}
