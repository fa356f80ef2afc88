/*
 * The one error contract of the project.
 *
 * A function that can fail for a reason a person should read takes a
 * `struct err **err` as its last argument and returns a negative number on
 * failure: -errno where there is one, else -1. The error is owned by the
 * caller and untouched on success. On the way up it may be wrapped with
 * context, outermost first: "cannot load ci.yaml: open: Permission denied".
 */
#ifndef CALLGATE_BASE_ERR_H
#define CALLGATE_BASE_ERR_H

struct err;

#define cleanup_err __attribute__((cleanup(err_free)))

/*
 * Sets a new error. errnum is an errno value whose text is appended to the
 * message, or 0 for none. err may be NULL: the caller wants no message.
 * Returns -errnum, or -1 if errnum is 0. Any error already in *err is freed.
 */
int err_set(struct err **err, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts "context: " before the message. Returns what err_set() returned. */
int err_wrap(struct err **err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The message, without a newline; valid until the error is freed. Never NULL. */
const char *err_text(const struct err *err);

/* Frees *err and sets it to NULL; nothing happens when it is NULL already. */
void err_free(struct err **err);

#endif
