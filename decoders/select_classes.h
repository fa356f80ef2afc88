/* The calls in strace's classes; for select.c only. Each list ends with NULL. */
#ifndef CALLGATE_DECODERS_SELECT_CLASSES_H
#define CALLGATE_DECODERS_SELECT_CLASSES_H

/*
 * What strace 6.1 shows with -e trace=%net and -e trace=%process when a
 * program makes every call there is, on x86-64 and on i386.
 */
extern const char *const select_net[];
extern const char *const select_process[];

/* The calls that socketcall(2) makes: linux/net.h. */
extern const char *const select_socketcall[];

/* Numbers of calls are below this in every ABI. */
enum { SELECT_NUMBERS = 512 };

#endif
