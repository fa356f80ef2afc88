/* Output of a report: gathered, and written in large pieces. */
#ifndef CALLGATE_REPORT_REPORT_OUT_H
#define CALLGATE_REPORT_REPORT_OUT_H

#include "base/err.h"
#include "base/sbuf.h"

struct report_out {
	int fd;           /* borrowed */
	struct sbuf text; /* what is added goes here */
	int failed;       /* errno of the first piece that could not be written, or 0 */
};

/* Writes what was gathered, if it is much. To be called from time to time. */
void report_out_flush(struct report_out *out);

/* Writes the rest. The error is of the first piece that could not be written. Frees the text. */
int report_out_finish(struct report_out *out, struct err **err);

#endif
