/* Symbols as their authors wrote them: C++ (Itanium ABI) and Rust (legacy and v0). */
#ifndef CALLGATE_TRACER_DEMANGLE_H
#define CALLGATE_TRACER_DEMANGLE_H

#include "base/sbuf.h"

/* Most bytes a demangled name has; longer ones, which a few bytes can ask for, are cut. */
enum { DEMANGLED_MAX = 1024 };

/* Adds the name the linker knows, demangled where it is mangled, else as it is. */
void demangle(struct sbuf *out, const char *symbol);

/* The same as a string of its own, for free(3). NULL: no memory. */
char *demangled(const char *symbol);

#endif
