/* The summary as members of the log's last line. */
#ifndef CALLGATE_REPORT_SUMMARY_JSON_H
#define CALLGATE_REPORT_SUMMARY_JSON_H

#include "decoders/record.h"
#include "report/summary.h"

void summary_json(const struct summary *summary, struct record *record);

#endif
