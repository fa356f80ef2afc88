#include "tracer/stack/inlined.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "policy/vec.h"
#include "tracer/stack/demangle.h"

/* The name the linker would know is of C++ and Rust with all its namespaces. */
static char *name_of(Dwarf_Die *die)
{
	Dwarf_Attribute attr;
	const char *name = dwarf_formstring(dwarf_attr_integrate(die, DW_AT_linkage_name, &attr));

	if (!name)
		name = dwarf_diename(die);
	return name ? demangled(name) : NULL;
}

static bool number_of(Dwarf_Die *die, unsigned what, Dwarf_Word *out)
{
	Dwarf_Attribute attr;

	return dwarf_formudata(dwarf_attr(die, what, &attr), out) == 0;
}

/* Where the function was put in: in the source of whatever is around it. */
static struct stack_line call_of(Dwarf_Die *die)
{
	struct stack_line call = { 0 };
	Dwarf_Word file, number;
	Dwarf_Files *files;
	Dwarf_Die cu;
	const char *source;
	size_t n;

	if (!number_of(die, DW_AT_call_file, &file) || !number_of(die, DW_AT_call_line, &number) ||
		!number || number > UINT_MAX || !dwarf_diecu(die, &cu, NULL, NULL) ||
		dwarf_getsrcfiles(&cu, &files, &n) < 0)
		return call;
	source = dwarf_filesrc(files, file, NULL, NULL);
	call.source = source ? strdup(source) : NULL;
	call.number = call.source ? (unsigned)number : 0;
	return call;
}

/*
 * What the innermost scope of the address is in: dwarf_getscopes() itself goes on
 * from an inlined function to where that is defined.
 */
static int find_scopes(Dwfl_Module *module, uint64_t address, Dwarf_Die **scopes)
{
	cleanup_free Dwarf_Die *innermost = NULL;
	Dwarf_Addr bias;
	Dwarf_Die *cu = dwfl_module_addrdie(module, address, &bias);

	if (!cu || dwarf_getscopes(cu, address - bias, &innermost) <= 0)
		return 0;
	return dwarf_getscopes_die(&innermost[0], scopes);
}

/* Takes the name over. */
static bool add(struct stack_inlined_list *list, char *name, const struct stack_line *line)
{
	struct stack_inlined *inlined = list->len < STACK_INLINED_MAX ? vec_add(list) : NULL;

	if (!inlined) {
		free(name);
		return false;
	}
	*inlined = (struct stack_inlined){ .name = name, .line = *line };
	return true;
}

void stack_inlined_find(Dwfl_Module *module, uint64_t address, struct stack_line *line,
	struct stack_inlined_list *out)
{
	cleanup_free Dwarf_Die *scopes = NULL;
	int n = find_scopes(module, address, &scopes);

	for (int i = 0; i < n && dwarf_tag(&scopes[i]) != DW_TAG_subprogram; i++) {
		bool is_function = dwarf_tag(&scopes[i]) == DW_TAG_inlined_subroutine;
		char *name = is_function ? name_of(&scopes[i]) : NULL;

		if (name && add(out, name, line))
			*line = call_of(&scopes[i]);
	}
}

void stack_inlined_free(struct stack_inlined_list *list)
{
	for (size_t i = 0; i < list->len; i++) {
		free(list->items[i].name);
		free(list->items[i].line.source);
	}
	vec_free(list);
}
