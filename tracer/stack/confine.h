/* What the stack worker may do: compute, and talk over the one socket it has. */
#ifndef CALLGATE_TRACER_STACK_CONFINE_H
#define CALLGATE_TRACER_STACK_CONFINE_H

#include <stdbool.h>

/*
 * In the worker, before it reads anything hostile: leaves callgate's session and
 * signals, closes every descriptor but the socket, bounds its memory, and has a
 * seccomp filter refuse every call but those of reading, sending, asking about a mapping
 * by a descriptor it was given, and memory that is not executable. Returns the socket's new number,
 * negative when it failed.
 */
int stack_confine(int socket);

#endif
