#include "policy/identity_set.h"

#include <stddef.h>
#include <time.h>

#include "policy/hash.h"

static size_t place_of(const struct identity *id)
{
	const uint64_t file[] = { id->dev, id->ino };

	return (size_t)(hash_bytes(file, sizeof(file)) % IDENTITY_SET_PLACES);
}

/* By the clock that file times are of: what is of the future is not settled either. */
static bool is_settled(const struct identity *id)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return id->known && id->ctime_sec < now.tv_sec - IDENTITY_SETTLED_S;
}

bool identity_set_has(const struct identity_set *set, const struct identity *id)
{
	return identity_equal(&set->places[place_of(id)], id);
}

void identity_set_put(struct identity_set *set, const struct identity *id)
{
	if (is_settled(id))
		set->places[place_of(id)] = *id;
}
