/* What the two halves of importing an OpenShell policy share. */
#ifndef CALLGATE_CLI_IMPORT_OPENSHELL_IMPL_H
#define CALLGATE_CLI_IMPORT_OPENSHELL_IMPL_H

#include <stdbool.h>

#include "cli/import.h"
#include "policy/yaml.h"

struct import {
	const char *name;
	struct arena arena;
	struct sbuf head;      /* all but the rules */
	struct sbuf resolvers; /* rules by which names may be looked up */
	struct sbuf early;     /* rules that may allow private addresses */
	struct sbuf late;      /* rules that may not */
	struct sbuf *unheld;
	struct err **err;
	unsigned rules; /* written so far: their ids are told apart by it */
};

/* Sets the error, with the place; returns -1. */
int openshell_fail(struct import *im, const struct yaml *node, const char *what);

/* Lists something that is not held as the source does. */
void openshell_unheld(struct import *im, const struct yaml *node, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The value of a key, or NULL. */
const struct yaml *openshell_find(const struct yaml *map, const char *key);

/*
 * The list that a key has; NULL where there is none, or it is empty. Anything else there is
 * an error, and -1: what is not understood must not be taken for nothing.
 */
int openshell_list(
	struct import *im, const struct yaml *map, const char *key, const struct yaml **out);

/* A scalar that is not empty. */
bool openshell_is_text(const struct yaml *node);

/* Lists the keys of a mapping that are not among the known ones, which end with NULL. */
void openshell_unknown(
	struct import *im, const struct yaml *map, const char *const *known, const char *where);

/* The value of `network_policies`. */
int openshell_network(struct import *im, const struct yaml *policies);

/* Private addresses, and others that are nobody's on the Internet: they need allowed_ips. */
#define OPENSHELL_PRIVATE "\"@private\", \"@metadata\", \"@multicast\", \"100.64.0.0/10\""

#endif
