#include <string.h>

#include "policy/destination.h"
#include "policy/glob.h"
#include "policy/ports.h"

static void print_prefix(const struct prefix *prefix, struct sbuf *out)
{
	bool v6 = prefix->addr.bits == 128;

	if (v6)
		sbuf_char(out, '[');
	prefix_print(prefix, out);
	if (v6)
		sbuf_char(out, ']');
}

static void print_host(const struct destination *d, struct sbuf *out)
{
	switch (d->type) {
	case DESTINATION_PREFIX:
		print_prefix(&d->prefix, out);
		break;
	case DESTINATION_SET:
		sbuf_fmt(out, "@%s", address_set_name(d->set));
		break;
	case DESTINATION_NAME:
		sbuf_add(out, d->name.text, d->name.len);
		break;
	default:
		sbuf_char(out, '*');
		break;
	}
}

static void print_inet(const struct destination *d, struct sbuf *out)
{
	if (d->protocols == PROTOCOL_TCP)
		sbuf_str(out, "tcp:");
	else if (d->protocols == PROTOCOL_UDP)
		sbuf_str(out, "udp:");
	print_host(d, out);
	/* "*" alone is any destination: "*:*" is any host. */
	if (d->ports || d->type == DESTINATION_HOST_ANY) {
		sbuf_char(out, ':');
		ports_print(d->ports, out);
	}
}

static void print_vsock(const struct destination *d, struct sbuf *out)
{
	if (d->vsock.any_cid)
		sbuf_str(out, "vsock:*:");
	else
		sbuf_fmt(out, "vsock:%u:", d->vsock.cid);
	ports_print(d->ports, out);
}

void destination_print(const struct destination *d, struct sbuf *out)
{
	switch (d->type) {
	case DESTINATION_ANY:
		sbuf_char(out, '*');
		break;
	case DESTINATION_UNIX_ANY:
		sbuf_str(out, "unix:*");
		break;
	case DESTINATION_UNIX_PATH:
		sbuf_str(out, "unix:");
		glob_escape(d->name.text, d->name.len, out);
		break;
	case DESTINATION_UNIX_PATH_GLOB:
		sbuf_str(out, "unix:");
		sbuf_add(out, d->name.text, d->name.len);
		break;
	case DESTINATION_UNIX_ABSTRACT:
		sbuf_str(out, "unix:@");
		sbuf_add(out, d->name.text, d->name.len);
		break;
	case DESTINATION_VSOCK:
		print_vsock(d, out);
		break;
	default:
		print_inet(d, out);
		break;
	}
}

struct cover {
	const struct prefix *outer;
	bool all;
};

static void cover_each(void *ctx, const struct prefix *prefix)
{
	struct cover *cover = ctx;

	cover->all &= prefix_covers(cover->outer, prefix);
}

static bool prefix_covers_set(const struct prefix *outer, enum address_set set)
{
	struct cover cover = { outer, set != SET_RESOLVERS };

	address_set_each(set, cover_each, &cover);
	return cover.all;
}

struct within {
	const struct prefix *inner;
	bool found;
};

static void within_each(void *ctx, const struct prefix *prefix)
{
	struct within *within = ctx;

	within->found |= prefix_covers(prefix, within->inner);
}

static bool set_covers_prefix(enum address_set set, const struct prefix *inner)
{
	struct within within = { inner, false };

	address_set_each(set, within_each, &within);
	return within.found;
}

static bool same_name(const struct destination *a, const struct destination *b)
{
	return a->name.len == b->name.len && !memcmp(a->name.text, b->name.text, a->name.len);
}

static bool host_covers(const struct destination *outer, const struct destination *inner)
{
	bool inner_prefix = inner->type == DESTINATION_PREFIX;
	bool inner_set = inner->type == DESTINATION_SET;

	switch (outer->type) {
	case DESTINATION_HOST_ANY:
		return inner->type == DESTINATION_HOST_ANY || inner_prefix || inner_set ||
		       inner->type == DESTINATION_NAME;
	case DESTINATION_PREFIX:
		return (inner_prefix && prefix_covers(&outer->prefix, &inner->prefix)) ||
		       (inner_set && prefix_covers_set(&outer->prefix, inner->set));
	case DESTINATION_SET:
		return (inner_set && inner->set == outer->set) ||
		       (inner_prefix && set_covers_prefix(outer->set, &inner->prefix));
	case DESTINATION_NAME:
		return inner->type == DESTINATION_NAME && same_name(outer, inner);
	default:
		return false;
	}
}

static bool inet_covers(const struct destination *outer, const struct destination *inner)
{
	bool protocols =
		!outer->protocols || (inner->protocols && !(inner->protocols & ~outer->protocols));

	return protocols && port_set_covers(outer->ports, inner->ports) &&
	       host_covers(outer, inner);
}

static bool unix_path_covers(const struct destination *outer, const struct destination *inner)
{
	if (inner->type == DESTINATION_UNIX_PATH)
		return glob_match(
			outer->name.text, outer->name.len, inner->name.text, inner->name.len);
	return inner->type == DESTINATION_UNIX_PATH_GLOB &&
	       glob_covers(outer->name.text, outer->name.len, inner->name.text, inner->name.len);
}

static bool vsock_covers(const struct destination *outer, const struct destination *inner)
{
	return inner->type == DESTINATION_VSOCK && port_set_covers(outer->ports, inner->ports) &&
	       (outer->vsock.any_cid ||
		       (!inner->vsock.any_cid && outer->vsock.cid == inner->vsock.cid));
}

bool destination_covers(const struct destination *outer, const struct destination *inner)
{
	switch (outer->type) {
	case DESTINATION_ANY:
		return true;
	case DESTINATION_UNIX_ANY:
		return inner->type >= DESTINATION_UNIX_ANY &&
		       inner->type <= DESTINATION_UNIX_ABSTRACT;
	case DESTINATION_UNIX_PATH:
		return inner->type == DESTINATION_UNIX_PATH && same_name(outer, inner);
	case DESTINATION_UNIX_PATH_GLOB:
		return unix_path_covers(outer, inner);
	case DESTINATION_UNIX_ABSTRACT:
		return inner->type == DESTINATION_UNIX_ABSTRACT &&
		       glob_covers(outer->name.text, outer->name.len, inner->name.text,
			       inner->name.len);
	case DESTINATION_VSOCK:
		return vsock_covers(outer, inner);
	default:
		return inet_covers(outer, inner);
	}
}
