/*
 * A growing array, for the time of loading. Items move when it grows. Freed
 * by whoever holds it, or copied into an arena with vec_seal().
 */
#ifndef CALLGATE_POLICY_VEC_H
#define CALLGATE_POLICY_VEC_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

#define vec_of(type)                                                                               \
	struct {                                                                                   \
		type *items;                                                                       \
		size_t len, cap;                                                                   \
	}

/* The address of a new zeroed item at the end, or NULL when there is no memory. */
#define vec_add(v)                                                                                 \
	((__typeof__((v)->items))vec_add_bytes(                                                    \
		(void **)&(v)->items, &(v)->len, &(v)->cap, sizeof(*(v)->items)))

#define vec_free(v)                                                                                \
	do {                                                                                       \
		free((v)->items);                                                                  \
		(v)->items = NULL;                                                                 \
		(v)->len = (v)->cap = 0;                                                           \
	} while (0)

/* A copy of the items in the arena; NULL when there is no memory. Never NULL for no items. */
#define vec_seal(v, arena)                                                                         \
	((__typeof__((v)->items))vec_seal_bytes((v)->items, (v)->len, sizeof(*(v)->items), (arena)))

static inline void *vec_add_bytes(void **items, size_t *len, size_t *cap, size_t size)
{
	char *item;

	if (*len == *cap) {
		size_t more = *cap ? *cap * 2 : 8;
		void *grown = reallocarray(*items, more, size);

		if (!grown)
			return NULL;
		*items = grown;
		*cap = more;
	}
	item = (char *)*items + *len * size;
	(*len)++;
	return memset(item, 0, size);
}

static inline void *vec_seal_bytes(const void *items, size_t len, size_t size, struct arena *arena)
{
	void *copy = arena_alloc(arena, len ? len * size : 1);

	if (copy && len)
		memcpy(copy, items, len * size);
	return copy;
}

#endif
