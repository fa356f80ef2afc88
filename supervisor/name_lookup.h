/*
 * Looks up host names for calls that wait for them, in a thread of its own: a
 * slow name server holds up only those who need it.
 */
#ifndef CALLGATE_SUPERVISOR_NAME_LOOKUP_H
#define CALLGATE_SUPERVISOR_NAME_LOOKUP_H

#include <stdbool.h>

#include "supervisor/gate.h"

/* Hands a call over; it becomes ready when its names are known. False: no thread can be had. */
bool name_lookup_submit(struct gate *gate, struct pending *pending);

/* Ends the thread, after the lookup it is at. */
void name_lookup_stop(struct gate *gate);

#endif
