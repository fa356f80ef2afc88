/* HTML_FOLDER is the folder html/, from the build. */
#include "report/html_files.h"

#define FILE_BYTES(name) ".incbin \"" HTML_FOLDER "/" name "\"\n"

/* Puts the bytes among the constants, from the symbol `name` to `name_end`. */
#define EMBED(name, bytes)                                                                         \
	__asm__(".section .rodata\n" #name ":\n" bytes #name "_end:\n.previous\n");                \
	extern const char name[], name##_end[]

EMBED(html_page_bytes, FILE_BYTES("page.html"));
EMBED(html_style_bytes, FILE_BYTES("style.css"));
EMBED(html_script_bytes, FILE_BYTES("base.js") FILE_BYTES("search.js") FILE_BYTES("denials.js")
				 FILE_BYTES("tables.js") FILE_BYTES("tree.js") FILE_BYTES(
					 "lanes.js") FILE_BYTES("rows.js") FILE_BYTES("page.js"));

const struct html_file html_page = { html_page_bytes, html_page_bytes_end };
const struct html_file html_style = { html_style_bytes, html_style_bytes_end };
const struct html_file html_script = { html_script_bytes, html_script_bytes_end };
