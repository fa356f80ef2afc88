/* The modules of a rule's `stack` key: patterns of the files that calls are made from. */
#ifndef CALLGATE_POLICY_MODULE_H
#define CALLGATE_POLICY_MODULE_H

#include <stdbool.h>

#include "policy/model.h"

/* NULL is a module nobody could find out: it is what a restrictive rule names. */
bool module_list_has(const struct module_list *list, const char *module, bool restrictive);

/* True only when every module that `inner` has is one of `outer`, too. */
bool module_list_covers(const struct module_list *outer, const struct module_list *inner);

#endif
