/* What `callgate ask` asks about when no policy tells it, and what a file of saved rules begins
 * with. */
#ifndef CALLGATE_SUPERVISOR_ASK_BUILTIN_H
#define CALLGATE_SUPERVISOR_ASK_BUILTIN_H

#include <stdbool.h>

#include "base/sbuf.h"
#include "policy/policy.h"

/*
 * The policy of `ask` without a policy: asks about connect, bind and exec, and
 * lets through what reaches nobody. The caller frees it.
 */
int ask_builtin_load(struct policy **out, struct err **err);

/* True for what the built-in policy decided. */
bool ask_builtin_decided(const struct decision *decision);

/* True for name servers: they are asked about once, for everybody. */
bool ask_builtin_is_dns(const struct decision *decision);

/*
 * The beginning of a file of saved rules, with which it is a policy by itself.
 * policy: the one of -p, whose defaults it repeats, so that both can be loaded
 * together; NULL for the built-in one, and then all that is asked is denied.
 */
void ask_builtin_header(const struct policy *policy, struct sbuf *out);

/* It is in no file that anybody could look at: an answered call names no rule of it. */
void ask_builtin_forget(struct decision *decision);

#endif
