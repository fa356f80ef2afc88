#include "policy/known_names.h"

#include <string.h>

#include "base/escape.h"
#include "policy/hosts_file.h"
#include "policy/impl.h"
#include "policy/target.h"

struct wanted {
	const struct policy *policy;
	struct address addr;
	const char *source;
	struct sbuf *out;
};

static bool add_policy_name(void *ctx, uint32_t number)
{
	struct wanted *wanted = ctx;
	const struct policy_name *name = &wanted->policy->names.items[number];

	sbuf_fmt(wanted->out, "%s%s (", wanted->out->len ? ", " : "", name->text);
	escape_text(wanted->out, name->place.file, strlen(name->place.file));
	sbuf_fmt(wanted->out, ":%d)", name->place.line);
	return true;
}

static void add_hosts_name(void *ctx, const struct address *addr, const char *name)
{
	struct wanted *wanted = ctx;

	if (address_equal(addr, &wanted->addr))
		sbuf_fmt(wanted->out, "%s%s (%s)", wanted->out->len ? ", " : "", name,
			wanted->source);
}

void known_names(const struct policy *policy, const char *hosts, const struct request *request,
	struct sbuf *out)
{
	struct wanted wanted = { .policy = policy, .source = hosts, .out = out };
	struct target target;

	if (!request->destination)
		return;
	target_of(request, &target);
	if (target.class != TARGET_INET || address_set_has(SET_LOOPBACK, &target.addr))
		return;
	wanted.addr = target.addr;
	if (policy->resolver)
		name_resolver_each(policy->resolver, &target.addr, add_policy_name, &wanted);
	hosts_file_each(hosts, add_hosts_name, &wanted);
}
