/* The files in html/ as they were when the program was built. */
#ifndef CALLGATE_REPORT_HTML_FILES_H
#define CALLGATE_REPORT_HTML_FILES_H

#include <stddef.h>

struct html_file {
	const char *begin, *end; /* not ended by NUL */
};

static inline size_t html_file_len(const struct html_file *file)
{
	return (size_t)(file->end - file->begin);
}

extern const struct html_file html_page, html_style;
extern const struct html_file html_script; /* all scripts, one after the other */

#endif
