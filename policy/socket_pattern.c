#include "policy/socket_pattern.h"

#include <ctype.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "decoders/socket_names.h"
#include "policy/quote.h"

enum { WORD_SIZE = 32, WORDS_MAX = 96 };

static int fail_word(struct err **err, const char *text, const char *word, const char *what,
	const struct name_row *table)
{
	const char *words[WORDS_MAX + 1] = { 0 }, *near;
	size_t n = 0;

	for (; table && table[n].name && n < WORDS_MAX; n++)
		words[n] = table[n].name;
	near = name_nearest(words, word);
	return quote_err(err, text, strlen(text),
		"there is no socket %s \"%s\": expected FAMILY[:PROTOCOL][/TYPE], like inet, "
		"inet6/stream or netlink:route%s%s%s",
		what, word, near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

/* A word of the table, or a number. */
static int parse_part(struct err **err, const char *text, const char *word, const char *what,
	const struct name_row *table, int *out)
{
	const struct name_row *row = table ? name_find(table, word) : NULL;
	char *end;
	long number;

	if (row) {
		*out = (int)row->value;
		return 0;
	}
	number = isdigit((unsigned char)word[0]) ? strtol(word, &end, 10) : -1;
	if (number < 0 || number > 0xffff || *end)
		return fail_word(err, text, word, what, table);
	*out = (int)number;
	return 0;
}

int socket_pattern_parse(const char *text, struct socket_pattern *out, struct err **err)
{
	char family[3 * WORD_SIZE], *type, *protocol;
	int ret;

	*out = (struct socket_pattern){ SOCKET_ANY, SOCKET_ANY, SOCKET_ANY };
	if (!strcmp(text, "*"))
		return 0;
	if (strlen(text) >= sizeof(family))
		return fail_word(err, text, text, "family", socket_families);
	strcpy(family, text);
	type = strchr(family, '/');
	if (type)
		*type++ = '\0';
	protocol = strchr(family, ':');
	if (protocol)
		*protocol++ = '\0';
	ret = strcmp(family, "*")
		      ? parse_part(err, text, family, "family", socket_families, &out->family)
		      : 0;
	if (ret == 0 && protocol)
		ret = parse_part(err, text, protocol, "protocol in that family called",
			out->family == SOCKET_ANY ? NULL : socket_protocols(out->family),
			&out->protocol);
	if (ret == 0 && type)
		ret = parse_part(err, text, type, "type", socket_types, &out->type);
	return ret;
}

static void print_part(struct sbuf *out, const struct name_row *table, int value)
{
	const char *name = table ? name_of(table, (uint64_t)value) : NULL;

	if (name)
		sbuf_str(out, name);
	else
		sbuf_fmt(out, "%d", value);
}

void socket_pattern_print(const struct socket_pattern *pattern, struct sbuf *out)
{
	if (pattern->family == SOCKET_ANY)
		sbuf_char(out, '*');
	else
		print_part(out, socket_families, pattern->family);
	if (pattern->protocol != SOCKET_ANY) {
		sbuf_char(out, ':');
		print_part(out,
			pattern->family == SOCKET_ANY ? NULL : socket_protocols(pattern->family),
			pattern->protocol);
	}
	if (pattern->type != SOCKET_ANY) {
		sbuf_char(out, '/');
		print_part(out, socket_types, pattern->type);
	}
}

int socket_protocol(const struct socket_facts *facts)
{
	if (facts->protocol || (facts->family != AF_INET && facts->family != AF_INET6))
		return facts->protocol;
	if (facts->type == SOCK_STREAM)
		return IPPROTO_TCP;
	return facts->type == SOCK_DGRAM ? IPPROTO_UDP : 0;
}

static bool part_matches(int pattern, int value)
{
	return pattern == SOCKET_ANY || pattern == value;
}

bool socket_pattern_matches(const struct socket_pattern *pattern, const struct socket_facts *facts)
{
	/* The kernel makes a packet socket of AF_INET with SOCK_PACKET: net/socket.c */
	bool packet = facts->family == AF_INET && facts->type == SOCK_PACKET;

	return part_matches(pattern->family, packet ? AF_PACKET : facts->family) &&
	       part_matches(pattern->type, facts->type) &&
	       part_matches(pattern->protocol, socket_protocol(facts));
}

static bool is_internet(int family)
{
	return family == AF_INET || family == AF_INET6;
}

bool socket_writes_headers(const struct socket_facts *facts)
{
	return is_internet(facts->family) && facts->type == SOCK_RAW &&
	       facts->protocol == IPPROTO_RAW;
}

/* Does a pattern that names no protocol leave that of socket_writes_headers() out? */
static bool leaves_headers_out(const struct socket_pattern *pattern)
{
	return pattern->protocol == SOCKET_ANY && is_internet(pattern->family);
}

bool socket_pattern_grants(const struct socket_pattern *pattern, const struct socket_facts *facts)
{
	return socket_pattern_matches(pattern, facts) &&
	       !(leaves_headers_out(pattern) && socket_writes_headers(facts));
}

bool socket_pattern_covers(const struct socket_pattern *outer, const struct socket_pattern *inner)
{
	/* Of a rule that restricts it would, but none has to know. */
	if (leaves_headers_out(outer) && inner->protocol == IPPROTO_RAW)
		return false;
	return part_matches(outer->family, inner->family) &&
	       part_matches(outer->type, inner->type) &&
	       part_matches(outer->protocol, inner->protocol);
}
