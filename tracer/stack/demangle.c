#include "tracer/stack/demangle.h"

#include <libiberty/demangle.h>
#include <setjmp.h>
#include <string.h>

/* What the demangler's callback works on. */
struct output {
	char text[DEMANGLED_MAX];
	size_t len;
	jmp_buf full;
};

/*
 * A few hundred bytes can stand for exabytes of a name, and the only way out of
 * libiberty's demanglers is not to come back: that of C++ holds no memory
 * while it prints, that of Rust one identifier at most.
 */
static void add(const char *part, size_t len, void *ctx)
{
	struct output *output = ctx;
	size_t room = sizeof(output->text) - output->len;

	if (!len)
		return; /* part may be NULL */
	memcpy(output->text + output->len, part, len < room ? len : room);
	output->len += len < room ? len : room;
	if (len > room)
		longjmp(output->full, 1);
}

static bool try_all(const char *symbol, struct output *output)
{
	static const int options = DMGL_PARAMS | DMGL_ANSI;

	if (setjmp(output->full))
		return true;
	if (rust_demangle_callback(symbol, options, add, output))
		return true;
	output->len = 0;
	return cplus_demangle_v3_callback(symbol, options, add, output);
}

void demangle(struct sbuf *out, const char *symbol)
{
	struct output output;
	char name[DEMANGLED_MAX];
	size_t len = strcspn(symbol, "@"); /* "connect@@GLIBC_2.2.5": its version */

	if (!len || len >= sizeof(name))
		len = strnlen(symbol, sizeof(name) - 1);
	memcpy(name, symbol, len);
	name[len] = '\0';
	output.len = 0;
	if (name[0] == '_' && try_all(name, &output))
		sbuf_add(out, output.text, output.len);
	else
		sbuf_add(out, name, len);
}

char *demangled(const char *symbol)
{
	struct sbuf text = SBUF_INIT;

	demangle(&text, symbol);
	if (text.failed)
		sbuf_free(&text);
	return text.data;
}
