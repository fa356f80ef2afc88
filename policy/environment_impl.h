/* The environment, for the files of this room only. */
#ifndef CALLGATE_POLICY_ENVIRONMENT_IMPL_H
#define CALLGATE_POLICY_ENVIRONMENT_IMPL_H

#include "policy/environment.h"

/* Does a variable of this name put code into some program? */
bool environment_puts_code(const char *name, size_t len);

/* Is there a rule that policy_names_program() could be true of? Asked once, when loaded. */
bool environment_names_programs(const struct policy *policy);

#endif
