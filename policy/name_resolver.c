#include "policy/name_resolver.h"

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <uthash.h>

#include "policy/vec.h"

struct kept {
	struct address addr;
	uint64_t until; /* seconds: the address counts before this */
};

struct name {
	char *text;
	pthread_mutex_t asking; /* held while the source is asked */
	bool asked, found;
	uint64_t asked_at;
	vec_of(struct kept) kept;
	uint32_t number;
	UT_hash_handle hh;
};

/* One address and the names that have it. */
struct owner {
	struct address addr;
	vec_of(uint32_t) names;
	UT_hash_handle hh;
};

struct name_resolver {
	struct name_source source;
	pthread_rwlock_t lock; /* of all below but struct name's `asking` */
	struct name **names;
	size_t len, cap;
	struct name *by_text;
	struct owner *owners;
};

struct name_resolver *name_resolver_new(const struct name_source *source)
{
	struct name_resolver *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->source = *source;
	pthread_rwlock_init(&r->lock, NULL);
	return r;
}

void name_resolver_free(struct name_resolver *r)
{
	struct owner *owner, *next;

	if (!r)
		return;
	HASH_ITER (hh, r->owners, owner, next) {
		HASH_DEL(r->owners, owner);
		vec_free(&owner->names);
		free(owner);
	}
	HASH_CLEAR(hh, r->by_text);
	for (size_t i = 0; i < r->len; i++) {
		pthread_mutex_destroy(&r->names[i]->asking);
		vec_free(&r->names[i]->kept);
		free(r->names[i]->text);
		free(r->names[i]);
	}
	free(r->names);
	pthread_rwlock_destroy(&r->lock);
	free(r);
}

static struct name *name_new(const char *text)
{
	struct name *name = calloc(1, sizeof(*name));

	if (!name)
		return NULL;
	name->text = strdup(text);
	if (!name->text) {
		free(name);
		return NULL;
	}
	pthread_mutex_init(&name->asking, NULL);
	return name;
}

int name_resolver_add(struct name_resolver *r, const char *text)
{
	struct name *name, **slot;

	HASH_FIND_STR(r->by_text, text, name);
	if (name)
		return (int)name->number;
	slot = vec_add_bytes((void **)&r->names, &r->len, &r->cap, sizeof(*r->names));
	if (!slot)
		return -ENOMEM;
	name = name_new(text);
	if (!name) {
		r->len--;
		return -ENOMEM;
	}
	*slot = name;
	name->number = (uint32_t)r->len - 1;
	HASH_ADD_KEYPTR(hh, r->by_text, name->text, strlen(name->text), name);
	return (int)name->number;
}

static bool name_has(const struct name *name, const struct address *addr, uint64_t now)
{
	for (size_t i = 0; i < name->kept.len; i++)
		if (address_equal(&name->kept.items[i].addr, addr))
			return name->kept.items[i].until > now;
	return false;
}

void name_resolver_each(
	struct name_resolver *r, const struct address *addr, name_resolver_fn *fn, void *ctx)
{
	struct owner *owner;
	uint64_t now;

	pthread_rwlock_rdlock(&r->lock);
	HASH_FIND(hh, r->owners, addr, sizeof(*addr), owner);
	now = owner ? r->source.now(r->source.ctx) : 0;
	for (size_t i = 0; owner && i < owner->names.len; i++) {
		uint32_t name = owner->names.items[i];

		if (name_has(r->names[name], addr, now) && !fn(ctx, name))
			break;
	}
	pthread_rwlock_unlock(&r->lock);
}

static bool is_stale(const struct name *name, uint64_t now)
{
	return !name->asked || now - name->asked_at >= (name->found ? NAME_FRESH_S : NAME_RETRY_S);
}

bool name_resolver_is_stale(struct name_resolver *r, uint32_t name)
{
	bool stale;

	pthread_rwlock_rdlock(&r->lock);
	stale = is_stale(r->names[name], r->source.now(r->source.ctx));
	pthread_rwlock_unlock(&r->lock);
	return stale;
}

bool name_resolver_knows(struct name_resolver *r, uint32_t name)
{
	const struct name *n = r->names[name];
	bool knows = false;
	uint64_t now;

	pthread_rwlock_rdlock(&r->lock);
	now = r->source.now(r->source.ctx);
	for (size_t i = 0; i < n->kept.len; i++)
		knows |= n->kept.items[i].until > now;
	pthread_rwlock_unlock(&r->lock);
	return knows;
}

static void disown(struct name_resolver *r, const struct address *addr, uint32_t name)
{
	struct owner *owner;

	HASH_FIND(hh, r->owners, addr, sizeof(*addr), owner);
	if (!owner)
		return;
	for (size_t i = 0; i < owner->names.len; i++)
		if (owner->names.items[i] == name)
			owner->names.items[i--] = owner->names.items[--owner->names.len];
	if (owner->names.len)
		return;
	HASH_DEL(r->owners, owner);
	vec_free(&owner->names);
	free(owner);
}

static bool own(struct name_resolver *r, const struct address *addr, uint32_t name)
{
	struct owner *owner;
	uint32_t *slot;

	HASH_FIND(hh, r->owners, addr, sizeof(*addr), owner);
	if (!owner) {
		owner = calloc(1, sizeof(*owner));
		if (!owner)
			return false;
		owner->addr = *addr;
		HASH_ADD(hh, r->owners, addr, sizeof(owner->addr), owner);
	}
	slot = vec_add(&owner->names);
	if (!slot) {
		disown(r, addr, name);
		return false;
	}
	*slot = name;
	return true;
}

/* Drops what has run out. */
static void forget_old(struct name_resolver *r, uint32_t number, uint64_t now)
{
	struct name *name = r->names[number];

	for (size_t i = 0; i < name->kept.len; i++) {
		if (name->kept.items[i].until > now)
			continue;
		disown(r, &name->kept.items[i].addr, number);
		name->kept.items[i--] = name->kept.items[--name->kept.len];
	}
}

/* The place for one more address: a new one, or that of the address seen longest ago. */
static struct kept *kept_place(struct name_resolver *r, uint32_t number)
{
	struct name *name = r->names[number];
	struct kept *oldest = name->kept.items;

	if (name->kept.len < NAME_KEPT_MAX)
		return vec_add(&name->kept);
	for (size_t i = 1; i < name->kept.len; i++)
		if (name->kept.items[i].until < oldest->until)
			oldest = &name->kept.items[i];
	disown(r, &oldest->addr, number);
	return oldest;
}

/* Without memory the address is not kept, and matches nothing. */
static void keep(
	struct name_resolver *r, uint32_t number, const struct address *addr, uint64_t until)
{
	struct name *name = r->names[number];
	struct kept *kept;

	for (size_t i = 0; i < name->kept.len; i++) {
		if (!address_equal(&name->kept.items[i].addr, addr))
			continue;
		name->kept.items[i].until = until;
		return;
	}
	kept = kept_place(r, number);
	if (!kept)
		return;
	*kept = (struct kept){ *addr, until };
	if (!own(r, addr, number))
		kept->until = 0;
}

static void take_answers(
	struct name_resolver *r, uint32_t number, const struct address *answers, size_t len)
{
	struct name *name = r->names[number];
	uint64_t now;

	pthread_rwlock_wrlock(&r->lock);
	now = r->source.now(r->source.ctx);
	forget_old(r, number, now);
	for (size_t i = 0; i < len; i++)
		keep(r, number, &answers[i], now + NAME_KEEP_S);
	name->asked = true;
	name->asked_at = now;
	name->found = len > 0;
	pthread_rwlock_unlock(&r->lock);
}

void name_resolver_refresh(struct name_resolver *r, uint32_t number)
{
	struct address answers[NAME_ANSWERS_MAX];
	struct name *name = r->names[number];

	pthread_mutex_lock(&name->asking);
	if (name_resolver_is_stale(r, number)) {
		size_t len = r->source.lookup(r->source.ctx, name->text, answers, NAME_ANSWERS_MAX);

		take_answers(r, number, answers, len);
	}
	pthread_mutex_unlock(&name->asking);
}

static bool answer_address(const struct sockaddr *sa, struct address *out)
{
	if (sa->sa_family == AF_INET)
		address_from_in(
			&((const struct sockaddr_in *)(const void *)sa)->sin_addr, true, out);
	else if (sa->sa_family == AF_INET6)
		address_from_in6(
			&((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr, true, out);
	else
		return false;
	return true;
}

static size_t system_lookup(void *ctx, const char *name, struct address *out, size_t max)
{
	const struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
	struct addrinfo *answers = NULL;
	size_t len = 0;

	(void)ctx;
	if (getaddrinfo(name, NULL, &hints, &answers) != 0)
		return 0;
	for (const struct addrinfo *a = answers; a && len < max; a = a->ai_next)
		len += answer_address(a->ai_addr, &out[len]);
	freeaddrinfo(answers);
	return len;
}

static uint64_t system_now(void *ctx)
{
	struct timespec now;

	(void)ctx;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec;
}

const struct name_source name_source_system = { system_lookup, system_now, NULL };
