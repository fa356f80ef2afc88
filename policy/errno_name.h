/* errno values by name: errno(3). */
#ifndef CALLGATE_POLICY_ERRNO_NAME_H
#define CALLGATE_POLICY_ERRNO_NAME_H

/* The value of "EACCES", or 0 for no such name. */
int errno_by_name(const char *name);

/* The known name nearest to this one, or NULL. */
const char *errno_nearest(const char *name);

#endif
