#include <string.h>
#include <sys/un.h>

#include "base/escape.h"
#include "decoders/family.h"

/*
 * unix(7): a path ends at its NUL or at the address's end; an abstract name
 * is all the bytes after its NUL, further NULs included; an address of the
 * family alone is unnamed, and asks bind(2) for a name of the kernel's choice.
 */
static bool unix_decode(struct sockaddr_value *s)
{
	const size_t head = offsetof(struct sockaddr_un, sun_path);

	if (s->raw_len > sizeof(struct sockaddr_un))
		return false; /* EINVAL: unix_validate_addr() in net/unix/af_unix.c */
	if (s->raw_len == head) {
		s->un.kind = UNIX_UNNAMED;
		return true;
	}
	if (s->raw[head] == '\0') {
		s->un.kind = UNIX_ABSTRACT;
		s->un.name = s->raw + head + 1;
		s->un.name_len = s->raw_len - head - 1;
		return true;
	}
	s->un.kind = UNIX_PATH;
	s->un.name = s->raw + head;
	s->un.name_len = strnlen((const char *)s->un.name, s->raw_len - head);
	return true;
}

static void unix_text(
	struct sbuf *out, const struct sockaddr_value *s, const struct socket_facts *facts)
{
	(void)facts;
	sbuf_str(out, "unix ");
	switch (s->un.kind) {
	case UNIX_ABSTRACT:
		sbuf_char(out, '@');
		if (s->un.name_len)
			escape_word(out, s->un.name, s->un.name_len);
		break;
	case UNIX_PATH:
		/* A relative path that begins like an abstract name. */
		if (s->un.name[0] == '@')
			sbuf_str(out, "./");
		escape_word(out, s->un.name, s->un.name_len);
		break;
	case UNIX_UNNAMED:
	default:
		sbuf_str(out, "<unnamed>");
		break;
	}
}

static void unix_json(
	struct json_out *out, const struct sockaddr_value *s, const struct socket_facts *facts)
{
	(void)facts;
	if (s->un.kind == UNIX_UNNAMED)
		record_bool(out->record, "unnamed", true);
	else
		record_bytes(out->record, s->un.kind == UNIX_PATH ? "path" : "abstract", s->un.name,
			s->un.name_len);
}

static bool unix_read(const struct json_in *in, struct sockaddr_value *s)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	const struct json_node *path = json_in_get(in, "path", "");
	size_t head = offsetof(struct sockaddr_un, sun_path), len = 0;
	const char *name;

	if (json_node_is(json_in_get(in, "unnamed", ""), JSON_NODE_TRUE)) {
		address_set_raw(s, &un, head);
		return true;
	}
	head += !path; /* an abstract name comes after a NUL byte */
	name = json_read_bytes(path ? path : json_in_get(in, "abstract", ""), in->arena, &len);
	if (!name || len > sizeof(un) - head || (path && !len))
		return false;
	memcpy((char *)&un + head, name, len);
	address_set_raw(s, &un, head + len);
	return true;
}

const struct address_family unix_family = {
	.min_len = sizeof(sa_family_t),
	.decode = unix_decode,
	.text = unix_text,
	.json = unix_json,
	.read = unix_read,
};
