/*
 * The programs that run, each kept once however many processes run it, and the
 * lineages that link them. Both are counted references: a process holds its
 * lineage, a lineage its parent and its program.
 */
#ifndef CALLGATE_TRACER_PROGRAM_TABLE_H
#define CALLGATE_TRACER_PROGRAM_TABLE_H

#include "policy/program.h"

struct program_table;

struct program_table *program_table_new(void);

/* Frees the table; every lineage must have been released. */
void program_table_free(struct program_table *table);

/*
 * The lineage of a process that runs `program` after having run what `parent`
 * says; parent may be NULL and stays the caller's. The table copies the
 * program. Running the same program again adds no link, and a chain that has
 * LINEAGE_MAX links loses its newest one instead of growing: what was at the
 * root of it stays. Returns NULL when there is no memory.
 */
const struct lineage *lineage_push(
	struct program_table *table, const struct lineage *parent, const struct program *program);

enum { LINEAGE_MAX = 256 };

const struct lineage *lineage_ref(const struct lineage *lineage);

/* NULL is allowed. */
void lineage_unref(struct program_table *table, const struct lineage *lineage);

#endif
