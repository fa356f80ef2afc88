#include "policy/destination.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <sys/socket.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/names.h"
#include "policy/glob.h"
#include "policy/host_name.h"
#include "policy/ports.h"
#include "policy/quote.h"

/* A piece of the text. */
struct span {
	const char *text;
	size_t len;
};

struct parse {
	struct span whole; /* for messages */
	enum destination_use use;
	struct arena *arena;
	struct destination *out;
	struct err **err;
};

static const char name_wildcard_error[] =
	"a name with * in it would need the answers the program itself was given, which callgate "
	"does not watch yet: write the names one by one, or addresses";

#define fail(p, ...) quote_err((p)->err, (p)->whole.text, (p)->whole.len, __VA_ARGS__)

static struct span span_from(struct span s, size_t from)
{
	return (struct span){ s.text + from, s.len - from };
}

static bool span_take(struct span *s, const char *head)
{
	size_t n = strlen(head);

	if (s->len < n || memcmp(s->text, head, n))
		return false;
	*s = span_from(*s, n);
	return true;
}

static bool span_is(struct span s, const char *text)
{
	return s.len == strlen(text) && !memcmp(s.text, text, s.len);
}

/* NUL-terminated copy in a buffer that bounds it; false when it does not fit or has a NUL. */
static bool span_copy(struct span s, char *buf, size_t size)
{
	if (s.len >= size || memchr(s.text, '\0', s.len))
		return false;
	memcpy(buf, s.text, s.len);
	buf[s.len] = '\0';
	return true;
}

static char *span_dup(struct parse *p, struct span s)
{
	char *copy = arena_alloc(p->arena, s.len + 1);

	if (!copy)
		err_set(p->err, ENOMEM, "destination");
	else if (s.len)
		memcpy(copy, s.text, s.len);
	return copy;
}

/* ":PORTS" at the end of a destination, or nothing. */
static int parse_ports_after(struct parse *p, struct span rest)
{
	if (!rest.len)
		return 0;
	if (!span_take(&rest, ":"))
		return fail(p, "expected \":PORTS\" before \"%.*s\"", (int)rest.len, rest.text);
	if (ports_parse(rest.text, rest.len, 0, 65535, p->arena, &p->out->ports, p->err) < 0)
		return quote_wrap(p->err, p->whole.text, p->whole.len);
	return 0;
}

static int fail_host_bits(struct parse *p, const struct prefix *prefix)
{
	cleanup_sbuf struct sbuf right = SBUF_INIT, one = SBUF_INIT;
	struct prefix masked = *prefix;

	for (unsigned i = prefix->len; i < prefix->addr.bits; i++)
		masked.addr.bytes[i / 8] &= (uint8_t) ~(0x80U >> (i % 8));
	prefix_print(&masked, &right);
	address_print(&prefix->addr, &one);
	return fail(p, "the address has bits after the first %u: write %s, or %s for it alone",
		prefix->len, sbuf_text(&right), sbuf_text(&one));
}

static bool has_host_bits(const struct prefix *prefix)
{
	for (unsigned i = prefix->len; i < prefix->addr.bits; i++)
		if (prefix->addr.bytes[i / 8] & (0x80U >> (i % 8)))
			return true;
	return false;
}

static int parse_prefix_len(struct parse *p, struct span s, struct prefix *prefix)
{
	unsigned len = 0;

	for (size_t i = 0; i < s.len && len <= 128; i++) {
		if (!isdigit((unsigned char)s.text[i]))
			len = 129;
		else
			len = len * 10 + (unsigned)(s.text[i] - '0');
	}
	if (!s.len || len > prefix->addr.bits)
		return fail(p, "\"/%.*s\" is no length of a prefix: they go from /0 to /%u",
			(int)s.len, s.text, prefix->addr.bits);
	prefix->len = (uint8_t)len;
	return has_host_bits(prefix) ? fail_host_bits(p, prefix) : 0;
}

/* ADDRESS or ADDRESS/LEN of the family. */
static int parse_prefix(struct parse *p, struct span s, int family)
{
	const char *slash = memchr(s.text, '/', s.len);
	struct span head = { s.text, slash ? (size_t)(slash - s.text) : s.len };
	struct prefix prefix = { 0 };
	char text[INET6_ADDRSTRLEN];

	if (family == AF_INET6 && memchr(s.text, '%', s.len))
		return fail(p, "zones (%%) are not matched: write the address without it");
	if (!span_copy(head, text, sizeof(text)) || inet_pton(family, text, prefix.addr.bytes) != 1)
		return fail(p, "\"%.*s\" is not an %s address", (int)head.len, head.text,
			family == AF_INET ? "IPv4" : "IPv6");
	prefix.addr.bits = family == AF_INET ? 32 : 128;
	prefix.len = prefix.addr.bits;
	if (slash) {
		int ret = parse_prefix_len(p, span_from(s, head.len + 1), &prefix);

		if (ret < 0)
			return ret;
	}
	prefix_normalise(&prefix, p->use == DESTINATION_CONNECT);
	p->out->type = DESTINATION_PREFIX;
	p->out->prefix = prefix;
	return 0;
}

static int parse_bracketed(struct parse *p, struct span s)
{
	const char *close = memchr(s.text, ']', s.len);
	size_t inner = close ? (size_t)(close - s.text) - 1 : 0;
	int ret;

	if (!close)
		return fail(p, "\"[\" is never closed: expected [ADDRESS]:PORTS");
	if (inner + 2 < s.len && close[1] == '/')
		return fail(p, "the length belongs within the brackets: [2001:db8::/32]:443");
	ret = parse_prefix(p, (struct span){ s.text + 1, inner }, AF_INET6);
	return ret < 0 ? ret : parse_ports_after(p, span_from(s, inner + 2));
}

/* More than one colon and no brackets: an IPv6 prefix alone is unambiguous, the rest is not. */
static int parse_bare_v6(struct parse *p, struct span s)
{
	const char *slash = memchr(s.text, '/', s.len);

	if (slash && !memchr(slash, ':', s.len - (size_t)(slash - s.text)))
		return parse_prefix(p, s, AF_INET6);
	return fail(p, "too many colons: expected [tcp:|udp:]HOST:PORTS, with an IPv6 address in "
		       "brackets: [2001:db8::1]:443");
}

static int parse_set(struct parse *p, struct span s)
{
	const char *words[SET_COUNT + 1] = { 0 };
	const char *colon = memchr(s.text, ':', s.len), *near;
	struct span name = { s.text + 1, (colon ? (size_t)(colon - s.text) : s.len) - 1 };
	char text[32];

	for (enum address_set set = 0; set < SET_COUNT; set++) {
		words[set] = address_set_name(set);
		if (!span_is(name, words[set]))
			continue;
		p->out->type = DESTINATION_SET;
		p->out->set = set;
		return parse_ports_after(p, span_from(s, name.len + 1));
	}
	near = span_copy(name, text, sizeof(text)) ? name_nearest(words, text) : NULL;
	return fail(p,
		"no such set: expected @loopback, @private, @link-local, @multicast, "
		"@metadata, @global or @resolvers%s%s%s",
		near ? "; did you mean @" : "", near ? near : "", near ? "?" : "");
}

static const char *const schemes[] = { "tcp", "udp", "unix", "vsock", "file", NULL };

static bool is_scheme(const char *name)
{
	for (size_t i = 0; schemes[i]; i++)
		if (!strcmp(schemes[i], name))
			return true;
	return false;
}

static int parse_name(struct parse *p, struct span s)
{
	const char *fault;
	char *name;

	if (memchr(s.text, '*', s.len))
		return fail(p, "%s", name_wildcard_error);
	if (s.len && s.text[s.len - 1] == '.')
		s.len--;
	if (host_name_is_numeric(s.text, s.len))
		return parse_prefix(p, s, AF_INET);
	fault = host_name_fault(s.text, s.len);
	if (fault)
		return fail(p, "the host name has %s", fault);
	name = span_dup(p, s);
	if (!name)
		return -ENOMEM;
	for (size_t i = 0; i < s.len; i++)
		name[i] = (char)tolower((unsigned char)name[i]);
	if (is_scheme(name))
		return fail(p, "no host can be called \"%s\" here: expected %s:...", name, name);
	p->out->type = DESTINATION_NAME;
	p->out->name.text = name;
	p->out->name.len = s.len;
	return 0;
}

/* "tpc:10.0.0.1:443": what comes first is a misspelt word, not a host. */
static int fail_scheme(struct parse *p, struct span host)
{
	char text[16];
	const char *near = span_copy(host, text, sizeof(text)) ? name_nearest(schemes, text) : NULL;

	if (memmem(p->whole.text, p->whole.len, "://", 3))
		return fail(p, "a URL: write its host and port, like example.org:443");
	if (near)
		return fail(p, "\"%s\" is not known here; did you mean \"%s:\"?", text, near);
	return 0;
}

static int parse_host(struct parse *p, struct span s)
{
	const char *colon = memchr(s.text, ':', s.len);
	struct span host = { s.text, colon ? (size_t)(colon - s.text) : s.len };
	struct span rest = span_from(s, host.len);
	bool colons = colon && memchr(colon + 1, ':', rest.len - 1);
	int ret = 0;

	if (colon && (colons || (rest.len > 1 && rest.text[1] == '/')))
		ret = fail_scheme(p, host);
	if (ret < 0)
		return ret;
	if (colons)
		return parse_bare_v6(p, s);
	if (!host.len)
		return fail(p, "no host: write * for every host");
	if (span_is(host, "*"))
		p->out->type = DESTINATION_HOST_ANY;
	else if (memchr(host.text, '/', host.len))
		ret = parse_prefix(p, host, AF_INET);
	else
		ret = parse_name(p, host);
	return ret < 0 ? ret : parse_ports_after(p, rest);
}

static int parse_inet(struct parse *p, struct span s)
{
	if (memchr(s.text, '\0', s.len))
		return fail(p, "a NUL byte belongs in no host");
	if (s.len && s.text[0] == '[')
		return parse_bracketed(p, s);
	if (s.len && s.text[0] == '@')
		return parse_set(p, s);
	return parse_host(p, s);
}

static int check_glob(struct parse *p, struct span s)
{
	size_t position = 0;
	const char *fault = glob_check(s.text, s.len, &position);

	return fault ? fail(p, "%s, at character %zu of the pattern", fault, position + 1) : 0;
}

static int parse_unix_path(struct parse *p, struct span s)
{
	bool glob = glob_is_pattern(s.text, s.len);
	char *path;
	int ret;

	if (memchr(s.text, '\0', s.len))
		return fail(p, "a NUL byte belongs in no path");
	ret = glob ? check_glob(p, s) : 0;
	if (ret < 0)
		return ret;
	path = span_dup(p, s);
	if (!path)
		return -ENOMEM;
	p->out->type = glob ? DESTINATION_UNIX_PATH_GLOB : DESTINATION_UNIX_PATH;
	p->out->name.text = path;
	p->out->name.len = glob ? s.len : glob_literal(s.text, s.len, path);
	return 0;
}

static int parse_unix(struct parse *p, struct span s)
{
	if (span_is(s, "*")) {
		p->out->type = DESTINATION_UNIX_ANY;
		return 0;
	}
	if (s.len && s.text[0] == '/')
		return parse_unix_path(p, s);
	if (!span_take(&s, "@"))
		return fail(p, "expected unix:/absolute/path, unix:@abstract-name or unix:*");
	if (check_glob(p, s) < 0)
		return -1;
	p->out->type = DESTINATION_UNIX_ABSTRACT;
	p->out->name.len = s.len;
	p->out->name.text = span_dup(p, s);
	return p->out->name.text ? 0 : -ENOMEM;
}

static int parse_cid(struct parse *p, struct span s)
{
	uint64_t cid = 0;

	if (span_is(s, "*")) {
		p->out->vsock.any_cid = true;
		return 0;
	}
	for (size_t i = 0; i < s.len && cid <= UINT32_MAX; i++) {
		if (!isdigit((unsigned char)s.text[i]))
			cid = UINT64_MAX;
		else
			cid = cid * 10 + (uint64_t)(s.text[i] - '0');
	}
	if (!s.len || cid > UINT32_MAX)
		return fail(
			p, "\"%.*s\" is no context id: expected a number or *", (int)s.len, s.text);
	p->out->vsock.cid = (uint32_t)cid;
	return 0;
}

/* vsock(7): both numbers have 32 bits. */
static int parse_vsock(struct parse *p, struct span s)
{
	const char *colon = memchr(s.text, ':', s.len);
	size_t n = colon ? (size_t)(colon - s.text) : s.len;

	p->out->type = DESTINATION_VSOCK;
	if (!colon)
		return fail(p, "expected vsock:CID:PORTS, each a number or *");
	if (parse_cid(p, (struct span){ s.text, n }) < 0)
		return -1;
	if (ports_parse(colon + 1, s.len - n - 1, 0, UINT32_MAX, p->arena, &p->out->ports, p->err) <
		0)
		return quote_wrap(p->err, p->whole.text, p->whole.len);
	return 0;
}

int destination_parse(const char *text, size_t len, enum destination_use use, struct arena *arena,
	struct destination *out, struct err **err)
{
	struct span s = { text, len };
	struct parse p = { s, use, arena, out, err };

	*out = (struct destination){ .type = DESTINATION_ANY };
	if (!len)
		return err_set(err, 0, "an empty destination: expected HOST:PORTS, or \"*\"");
	if (span_is(s, "*"))
		return 0;
	if (span_take(&s, "unix:"))
		return parse_unix(&p, s);
	if (span_take(&s, "vsock:"))
		return parse_vsock(&p, s);
	if (span_take(&s, "file:"))
		return fail(&p, "a file: list cannot stand here");
	if (span_take(&s, "tcp:"))
		out->protocols = PROTOCOL_TCP;
	else if (span_take(&s, "udp:"))
		out->protocols = PROTOCOL_UDP;
	return parse_inet(&p, s);
}
