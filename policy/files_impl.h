/* Deciding by `files`, for the files of this room only. */
#ifndef CALLGATE_POLICY_FILES_IMPL_H
#define CALLGATE_POLICY_FILES_IMPL_H

#include "policy/files.h"
#include "policy/impl.h"
#include "policy/target.h"

/*
 * A bind(2) to a Unix path makes a file. It is made on behalf, outside of the
 * command's Landlock domain, so it is denied here where that would deny it.
 */
bool files_deny_bind(const struct policy *policy, const struct request *request,
	const struct target *target, struct place *place);

#endif
