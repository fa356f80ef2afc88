/* The parts that the text of calls is put together from; for text*.c only. */
#ifndef CALLGATE_DECODERS_TEXT_PARTS_H
#define CALLGATE_DECODERS_TEXT_PARTS_H

#include "base/names.h"
#include "base/sbuf.h"
#include "decoders/call.h"
#include "decoders/socket_facts.h"

/* Two spaces, unless nothing was written since `start`. */
void text_gap(struct sbuf *out, size_t start);

/* <unreadable 0x10>, <null>, <bad length 2147483648>: num is an address, or the length. */
void text_mark(struct sbuf *out, enum value_status status, uint64_t num);

/* The name, or "WORD NUMBER" for a number without one. */
void text_name(struct sbuf *out, const struct name_row *names, uint64_t num, const char *word);

/* "cloexec,nonblock,0x100"; nothing for 0. */
void text_flags(struct sbuf *out, const struct name_row *names, uint64_t num);

/* "34 bytes" */
void text_size(struct sbuf *out, uint64_t bytes);

/* One word; marked when it is not whole. */
void text_bytes(struct sbuf *out, const struct bytes_value *v);

/* Words with spaces between. */
void text_strings(struct sbuf *out, const struct strings_value *v, uint64_t addr);

/* text_destination(); `bind` tells an unnamed Unix address that asks for autobind. */
void text_sockaddr(struct sbuf *out, const struct sockaddr_value *addr,
	const struct socket_facts *facts, bool bind);

/* "inet/stream tcp  cloexec": of socket(2)'s three arguments. */
void text_socket(struct sbuf *out, uint32_t family, uint32_t type, uint32_t protocol);

/* A message: its destination, size, control messages. */
void text_msg(struct sbuf *out, const struct msg_value *m, const struct socket_facts *facts);
void text_msgs(struct sbuf *out, const struct value *v, const struct socket_facts *facts);

/* "name=value", for calls that have no text of their own. */
void text_field(struct sbuf *out, const struct call_field *field, const struct value *v);

#endif
