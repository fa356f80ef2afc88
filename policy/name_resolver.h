/*
 * Host names and the addresses they have had lately. Looking a name up may
 * block and is done by name_resolver_refresh() alone; decisions only ask what
 * is already known. Safe for many threads.
 */
#ifndef CALLGATE_POLICY_NAME_RESOLVER_H
#define CALLGATE_POLICY_NAME_RESOLVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/address.h"

struct name_resolver;

/* Most addresses taken from one answer, and kept of one name. */
enum { NAME_ANSWERS_MAX = 64, NAME_KEPT_MAX = 256 };

enum {
	/* Seconds. An answer is asked for again after this long... */
	NAME_FRESH_S = 30,
	/* ...also when the name did not resolve... */
	NAME_RETRY_S = 5,
	/* ...and an address counts for this long after it was last among the answers. */
	NAME_KEEP_S = 600,
};

/* Where answers come from: getaddrinfo(3), or a table in tests. */
struct name_source {
	/*
	 * Writes up to max addresses of the name, in the normal form of a connect.
	 * Returns how many, 0 when it does not resolve. Called by several threads.
	 */
	size_t (*lookup)(void *ctx, const char *name, struct address *out, size_t max);
	/* Seconds on a clock that only goes forward. */
	uint64_t (*now)(void *ctx);
	void *ctx;
};

/* getaddrinfo(3) and CLOCK_MONOTONIC. */
extern const struct name_source name_source_system;

/* Returns NULL when there is no memory. The source is copied. */
struct name_resolver *name_resolver_new(const struct name_source *source);
void name_resolver_free(struct name_resolver *resolver);

/*
 * The number of a name, from 0 without gaps; the same for the same name. To be
 * called before other threads use the resolver. Returns -ENOMEM on failure.
 */
int name_resolver_add(struct name_resolver *resolver, const char *name);

/* Calls fn with the number of each name that has the address now. Ends when fn returns false. */
typedef bool name_resolver_fn(void *ctx, uint32_t name);
void name_resolver_each(struct name_resolver *resolver, const struct address *addr,
	name_resolver_fn *fn, void *ctx);

/* Is it time to ask again? Always true for a name never asked. */
bool name_resolver_is_stale(struct name_resolver *resolver, uint32_t name);

/*
 * Asks for the name if it is time to. Blocks as long as the source does. While
 * one thread asks, others that want the same name wait for its answer.
 */
void name_resolver_refresh(struct name_resolver *resolver, uint32_t name);

/* Has the name any address now? */
bool name_resolver_knows(struct name_resolver *resolver, uint32_t name);

#endif
