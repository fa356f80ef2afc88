#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "policy/host_name.h"
#include "policy/hosts_file.h"
#include "report/learn/impl.h"

enum {
	DNS_HEADER = 12, /* RFC 1035, section 4.1.1 */
	DNS_NAME_MAX = 255,
	ANSWERS_MAX = 64,
};

void learn_names_free(struct learn *learn)
{
	struct learn_name *name, *next_name;
	struct learn_query *query, *next_query;

	HASH_ITER (hh, learn->names, name, next_name) {
		HASH_DEL(learn->names, name);
		free(name);
	}
	HASH_ITER (hh, learn->queries, query, next_query) {
		HASH_DEL(learn->queries, query);
		free(query);
	}
}

const struct learn_name *learn_names_find(const struct learn *learn, const struct address *addr)
{
	struct learn_name *found;

	HASH_FIND(hh, learn->names, addr, sizeof(*addr), found);
	return found;
}

/* The first name of an address stays. Without memory an address stands for itself. */
static void add_name(
	struct learn *learn, const struct address *addr, const char *name, const char *source)
{
	size_t len = strlen(name);
	struct learn_name *entry;

	if (HASH_COUNT(learn->names) >= LEARN_NAMES_MAX || learn_names_find(learn, addr) ||
		address_set_has(SET_LOOPBACK, addr))
		return;
	entry = calloc(1, sizeof(*entry) + len + 1);
	if (!entry)
		return;
	entry->address = *addr;
	entry->source = source;
	memcpy(entry->name, name, len + 1);
	HASH_ADD(hh, learn->names, address, sizeof(entry->address), entry);
	if (!entry->hh.tbl)
		free(entry);
}

static void add_hosts_name(void *ctx, const struct address *addr, const char *name)
{
	add_name(ctx, addr, name, "/etc/hosts");
}

void learn_names_hosts(struct learn *learn, const char *path)
{
	hosts_file_each(path, add_hosts_name, learn);
}

/* The question's name, in lower case: labels with their lengths, RFC 1035 section 4.1.2. */
static bool query_name(const uint8_t *data, size_t len, char name[static DNS_NAME_MAX + 1])
{
	size_t at = DNS_HEADER, n = 0;

	while (at < len && data[at]) {
		size_t label = data[at++];

		if (label > 63 || label > len - at || n + label + 1 > DNS_NAME_MAX)
			return false;
		if (n)
			name[n++] = '.';
		for (size_t i = 0; i < label; i++)
			name[n++] = (char)tolower(data[at++]);
	}
	name[n] = '\0';
	/* A name with NUL bytes within is none: host_name_is_good() would see its beginning. */
	return at < len && n && strlen(name) == n && host_name_is_good(name);
}

static void add_query(struct learn *learn, const struct bytes_value *sent)
{
	char name[DNS_NAME_MAX + 1];
	struct learn_query *query;

	if (sent->status != VALUE_OK && sent->status != VALUE_CUT)
		return;
	if (!query_name(sent->data, sent->len, name) ||
		HASH_COUNT(learn->queries) >= LEARN_NAMES_MAX)
		return;
	HASH_FIND_STR(learn->queries, name, query);
	if (query)
		return;
	query = calloc(1, sizeof(*query) + strlen(name) + 1);
	if (!query)
		return;
	strcpy(query->name, name);
	HASH_ADD_STR(learn->queries, name, query);
	if (!query->hh.tbl)
		free(query);
}

/* True when the message is sent to a name server, or to nobody in particular. */
static bool to_name_server(const struct call *call, size_t i)
{
	const struct sockaddr_value *addr = call_destination(call, i);

	if (!addr)
		return true;
	if (!addr->decoded)
		return false;
	return (addr->family == AF_INET && addr->inet.port == LEARN_DNS_PORT) ||
	       (addr->family == AF_INET6 && addr->inet6.port == LEARN_DNS_PORT);
}

void learn_names_record(struct learn *learn, const struct log_record *record)
{
	const struct call *call = record->event.call.call;
	const struct value *data = call_value(call, "data"), *msg = call_value(call, "msg");
	const struct value *msgs = call_value(call, "messages");

	if (!learn->options.names || call_kind(call) != CALL_KIND_CONNECT ||
		record->event.call.socket->type != SOCK_DGRAM || !to_name_server(call, 0))
		return;
	learn->asked_names |= call_destination(call, 0) != NULL;
	if (data && data->type == VALUE_BYTES)
		add_query(learn, &data->bytes);
	if (msg && msg->type == VALUE_MSG)
		add_query(learn, &msg->msg->data);
	for (size_t i = 0; msgs && msgs->type == VALUE_MSGS && i < msgs->msgs.len; i++)
		add_query(learn, &msgs->msgs.items[i].data);
}

void learn_names_resolve(struct learn *learn)
{
	const struct name_source *source = learn->options.names;
	struct address answers[ANSWERS_MAX];

	for (struct learn_query *q = learn->queries; q && source; q = q->hh.next) {
		size_t n = source->lookup(source->ctx, q->name, answers, ANSWERS_MAX);

		for (size_t i = 0; i < n; i++)
			add_name(learn, &answers[i], q->name, "asked for by the run");
	}
}

uint64_t learn_names_lacking(const struct learn *learn)
{
	uint64_t lacking = 0;

	if (!learn->asked_names || learn->queries)
		return 0;
	for (const struct learn_program *p = learn->programs; p; p = p->hh.next) {
		for (const struct learn_grant *g = p->grants; g; g = g->hh.next)
			lacking += g->is_host && g->kind == CALL_KIND_CONNECT &&
				   !address_set_has(SET_LOOPBACK, &g->host.addr) &&
				   !learn_names_find(learn, &g->host.addr);
	}
	return lacking;
}
