/* Sets of ports: reading and writing them. The set itself is in destination.h. */
#ifndef CALLGATE_POLICY_PORTS_H
#define CALLGATE_POLICY_PORTS_H

#include "base/arena.h"
#include "base/err.h"
#include "base/sbuf.h"
#include "policy/destination.h"

/*
 * Reads "443,8000-8999" or "*" (*out is then NULL) with ports from min to max.
 * Returns 0 or a negative number with the error naming the faulty part.
 */
int ports_parse(const char *text, size_t len, uint32_t min, uint32_t max, struct arena *arena,
	const struct port_set **out, struct err **err);

/* "443,8000-8999"; "*" for NULL. */
void ports_print(const struct port_set *ports, struct sbuf *out);

#endif
