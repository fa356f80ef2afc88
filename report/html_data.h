/* What the page of report_html.c is drawn from: the model as one JSON object. */
#ifndef CALLGATE_REPORT_HTML_DATA_H
#define CALLGATE_REPORT_HTML_DATA_H

#include <stdbool.h>

#include "report/run_model.h"

/*
 * Adds the object, in ASCII; `log` is the name of the log. All texts in it are
 * escaped for people. False when there was no memory.
 */
bool html_data(const struct run_model *model, const char *log, struct sbuf *out);

#endif
