#include "policy/spec_set.h"

#include <stdlib.h>
#include <string.h>

#include "policy/hash.h"

static size_t ports_size(const struct port_set *ports)
{
	return ports ? ports->len * sizeof(ports->ranges[0]) : 0;
}

static uint64_t spec_hash(const struct spec *spec)
{
	uint64_t head = spec->protocols * 4U + spec->restrictive * 2U + (spec->ports != NULL);

	return hash_mix(spec->ports ? hash_bytes(spec->ports->ranges, ports_size(spec->ports)) : 1,
		head + 0x9e3779b97f4a7c15ULL);
}

static bool spec_equal(const struct spec *a, const struct spec *b)
{
	if (a->protocols != b->protocols || a->restrictive != b->restrictive ||
		!a->ports != !b->ports)
		return false;
	return !a->ports ||
	       (a->ports->len == b->ports->len &&
		       !memcmp(a->ports->ranges, b->ports->ranges, ports_size(a->ports)));
}

static uint32_t *slot_of(const struct spec_set *set, const struct spec *spec)
{
	size_t mask = set->nslots - 1;
	size_t i = spec_hash(spec) & mask;

	while (set->slots[i] && !spec_equal(&set->specs.items[set->slots[i] - 1], spec))
		i = (i + 1) & mask;
	return &set->slots[i];
}

static bool grow(struct spec_set *set)
{
	size_t nslots = set->nslots ? set->nslots * 2 : 16;
	uint32_t *slots = calloc(nslots, sizeof(*slots));

	if (!slots)
		return false;
	free(set->slots);
	set->slots = slots;
	set->nslots = nslots;
	for (size_t i = 0; i < set->specs.len; i++)
		*slot_of(set, &set->specs.items[i]) = (uint32_t)i + 1;
	return true;
}

uint32_t spec_set_add(struct spec_set *set, const struct spec *spec)
{
	struct spec *added;
	uint32_t *slot;

	if (set->specs.len * 2 >= set->nslots && !grow(set))
		return UINT32_MAX;
	slot = slot_of(set, spec);
	if (*slot)
		return *slot - 1;
	added = vec_add(&set->specs);
	if (!added)
		return UINT32_MAX;
	*added = *spec;
	*slot = (uint32_t)set->specs.len;
	return *slot - 1;
}

void spec_set_free(struct spec_set *set)
{
	vec_free(&set->specs);
	free(set->slots);
	set->slots = NULL;
}
