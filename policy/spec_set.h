/* The distinct specs of an index, numbered: many prefixes share a few. */
#ifndef CALLGATE_POLICY_SPEC_SET_H
#define CALLGATE_POLICY_SPEC_SET_H

#include "policy/index.h"

struct spec_set {
	vec_of(struct spec) specs;
	uint32_t *slots; /* number + 1, 0: free; open addressing, a power of two of them */
	size_t nslots;
};

/* The number of the spec, which is added when it is new; UINT32_MAX without memory. */
uint32_t spec_set_add(struct spec_set *set, const struct spec *spec);

void spec_set_free(struct spec_set *set);

#endif
