#include "decoders/json_read/parts.h"

#include <arpa/inet.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "decoders/sockaddr.h"
#include "decoders/socket_names.h"

/* Puts the address together as the program gave it. False: the members are not those of one. */
typedef bool sockaddr_read(const struct json_in *in, struct sockaddr_value *s);

static void set_raw(struct sockaddr_value *s, const void *raw, size_t len)
{
	memcpy(s->raw, raw, len);
	s->raw_len = len;
}

static bool read_number32(const struct json_in *in, const char *name, uint32_t *out)
{
	uint64_t wide;

	if (!json_read_unsigned(json_in_get(in, name, ""), &wide) || wide > UINT32_MAX)
		return false;
	*out = (uint32_t)wide;
	return true;
}

static bool read_ip(const struct json_in *in, int family, void *addr, in_port_t *port)
{
	const char *text = json_node_text(json_in_get(in, "address", ""));
	uint32_t number;

	if (!text || inet_pton(family, text, addr) != 1 || !read_number32(in, "port", &number) ||
		number > UINT16_MAX)
		return false;
	*port = htons((uint16_t)number);
	return true;
}

static bool read_inet(const struct json_in *in, struct sockaddr_value *s)
{
	struct sockaddr_in in4 = { .sin_family = s->family };

	if (!read_ip(in, AF_INET, &in4.sin_addr, &in4.sin_port))
		return false;
	set_raw(s, &in4, sizeof(in4));
	return true;
}

static bool read_inet6(const struct json_in *in, struct sockaddr_value *s)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	if (!read_ip(in, AF_INET6, &in6.sin6_addr, &in6.sin6_port))
		return false;
	in6.sin6_flowinfo = htonl((uint32_t)json_in_number(in, "flowinfo", ""));
	in6.sin6_scope_id = (uint32_t)json_in_number(in, "scope_id", "");
	set_raw(s, &in6, sizeof(in6));
	return true;
}

static bool read_unix(const struct json_in *in, struct sockaddr_value *s)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	const struct json_node *path = json_in_get(in, "path", "");
	size_t head = offsetof(struct sockaddr_un, sun_path), len = 0;
	const char *name;

	if (json_node_is(json_in_get(in, "unnamed", ""), JSON_NODE_TRUE)) {
		set_raw(s, &un, head);
		return true;
	}
	head += !path; /* an abstract name comes after a NUL byte */
	name = json_read_bytes(path ? path : json_in_get(in, "abstract", ""), in->arena, &len);
	if (!name || len > sizeof(un) - head || (path && !len))
		return false;
	memcpy((char *)&un + head, name, len);
	set_raw(s, &un, head + len);
	return true;
}

static bool read_netlink(const struct json_in *in, struct sockaddr_value *s)
{
	struct sockaddr_nl nl = { .nl_family = AF_NETLINK };
	uint64_t groups;

	if (!read_number32(in, "pid", &nl.nl_pid) ||
		!json_read_hex(json_in_get(in, "groups", ""), &groups))
		return false;
	nl.nl_groups = (uint32_t)groups;
	set_raw(s, &nl, sizeof(nl));
	return true;
}

static bool read_vsock(const struct json_in *in, struct sockaddr_value *s)
{
	struct sockaddr_vm vm = { .svm_family = AF_VSOCK };

	if (!read_number32(in, "cid", &vm.svm_cid) || !read_number32(in, "port", &vm.svm_port))
		return false;
	vm.svm_flags = (uint8_t)json_in_number(in, "vsock_flags", "");
	set_raw(s, &vm, sizeof(vm));
	return true;
}

/* The other families have more members than a policy speaks of: the family is all it takes. */
static bool read_family(const struct json_in *in, struct sockaddr_value *s)
{
	(void)in;
	set_raw(s, &s->family, sizeof(s->family));
	return true;
}

static sockaddr_read *const families[] = {
	[AF_UNSPEC] = read_inet,
	[AF_UNIX] = read_unix,
	[AF_INET] = read_inet,
	[AF_INET6] = read_inet6,
	[AF_NETLINK] = read_netlink,
	[AF_VSOCK] = read_vsock,
};

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* The bytes of an address that nobody could make sense of. */
static bool read_raw(const struct json_node *value, struct sockaddr_value *s)
{
	const char *text = json_node_text(value);
	size_t len = json_node_text_len(value) / 2;

	if (!text || len < sizeof(s->family) || len > sizeof(s->raw))
		return false;
	for (size_t i = 0; i < len; i++) {
		int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		s->raw[i] = (uint8_t)(high << 4 | low);
	}
	s->raw_len = len;
	return true;
}

static bool read_members(const struct json_in *in, struct sockaddr_value *s)
{
	const struct json_node *raw = json_in_get(in, "raw", "");
	size_t known = sizeof(families) / sizeof(families[0]);
	uint64_t family;

	if (!json_read_name(json_in_get(in, "family", ""), socket_families, &family) ||
		family > UINT16_MAX)
		return false;
	s->family = (uint16_t)family;
	if (raw)
		return read_raw(raw, s);
	return (family < known && families[family] ? families[family] : read_family)(in, s);
}

/* `type` and `protocol` are the socket's; its family only where it is not the address's. */
static void read_facts(const struct json_in *in, const struct sockaddr_value *s)
{
	struct socket_facts facts = { .known = true, .family = s->family };
	const struct json_node *protocol = json_in_get(in, "protocol", "");
	uint64_t number = 0;

	if (in->facts->known || !json_read_name(json_in_get(in, "type", ""), socket_types, &number))
		return;
	facts.type = (int)number;
	if (json_read_name(json_in_get(in, "socket_family", ""), socket_families, &number))
		facts.family = (int)number;
	number = 0;
	if (protocol && !json_read_name(protocol, socket_protocols(facts.family), &number))
		return;
	facts.protocol = (int)number;
	*in->facts = facts;
}

void json_read_socket(const struct json_node *from, struct socket_facts *out)
{
	uint64_t family, type, protocol;
	const struct json_node *named = json_node_get(from, "protocol");

	*out = (struct socket_facts){ 0 };
	if (!json_read_name(json_node_get(from, "family"), socket_families, &family) ||
		!json_read_name(json_node_get(from, "type"), socket_types, &type) ||
		!json_read_name(named, socket_protocols((int)family), &protocol))
		return;
	*out = (struct socket_facts){ true, (int)family, (int)type, (int)protocol };
}

const struct sockaddr_value *json_in_sockaddr(const struct json_in *in, const char *name)
{
	enum value_status status = json_in_status(in, name);
	struct sockaddr_value *s;

	if (status == VALUE_OK && !json_in_get(in, "family", ""))
		return NULL;
	s = arena_alloc(in->arena, sizeof(*s));
	if (!s)
		return NULL;
	s->status = status;
	json_read_hex(json_in_get(in, name, "_addr"), &s->addr);
	/* No bytes at all are marked as a bad length, and are none. */
	if (json_read_number(json_in_get(in, name, "_len"), &s->len) && s->len == 0 &&
		status == VALUE_BAD_LENGTH)
		s->status = VALUE_OK;
	if (status == VALUE_OK || json_in_get(in, "family", "")) {
		if (read_members(in, s)) {
			sockaddr_decode(s);
			s->len = status == VALUE_OK ? (int64_t)s->raw_len : s->len;
		} else {
			s->status = VALUE_UNREADABLE;
		}
	}
	read_facts(in, s);
	return s;
}
