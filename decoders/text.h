/*
 * Renders decoded values for people. Nothing printed here can harm a terminal:
 * whatever the program chose goes through base/escape.h.
 */
#ifndef CALLGATE_DECODERS_TEXT_H
#define CALLGATE_DECODERS_TEXT_H

#include "base/sbuf.h"
#include "decoders/call.h"
#include "decoders/socket_facts.h"

/* The word for a call in the text output's call column: "exec", "spawn", "connect", "ptrace". */
const char *text_call_word(const struct call *call);

/*
 * What the call asks for, without its result:
 *   "/usr/bin/node  node postinstall.js"      exec
 *   "tcp 104.16.1.35:443"                     connect, with facts of its socket
 *   "udp 127.0.0.1:53  34 bytes"              sendto
 *   "inet/stream tcp  cloexec,nonblock"       socket
 * What could not be read is shown in angle brackets: <unreadable 0x10>.
 */
void text_call(struct sbuf *out, const struct call *call, const struct socket_facts *facts);

/* The same of an exec, without the path: what the program is given. */
void text_exec_arguments(struct sbuf *out, const struct call *call);

/* One destination: "tcp [2001:db8::1]:443", "unix /run/x.sock", "unix @name", "netlink route". */
void text_destination(
	struct sbuf *out, const struct sockaddr_value *addr, const struct socket_facts *facts);

/* "0", "5", "-1" style results: "= 0", "= ECONNREFUSED (Connection refused)", "= ?". */
void text_result(struct sbuf *out, const struct call_result *result);

/* "ECONNREFUSED"; "ERESTARTSYS" for the kernel's own 512..516; "errno 4000" for unknown ones. */
const char *text_errno(int errnum, char *buf, size_t size);

#endif
