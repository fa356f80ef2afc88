#include "tracer/stack/space.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "tracer/stack/map_query.h"
#include "tracer/stack/module.h"

/* An ELF header that names a machine and nothing else: libdwfl takes that from it. */
union header {
	Elf64_Ehdr wide;
	Elf32_Ehdr narrow;
};

struct stack_space {
	uint16_t machine;
	const struct stack_host *host;
	struct stack_maps maps;
	int maps_fd; /* where they were read; -1: they were not */
	bool whole;  /* the kernel does not tell of single mappings: all must be read */
	struct stack_modules modules;
	Dwfl *dwfl;
	union header header;
	Elf *model;              /* of the header */
	uint64_t walks;          /* so far */
	struct stack_walk *walk; /* the one that is under way */
	struct perf_map perf_map;
	bool perf_map_fresh; /* read since the last walk */
};

static void header_init(union header *header, uint16_t machine)
{
	bool narrow = machine == EM_386;
	unsigned char ident[EI_NIDENT] = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3,
		narrow ? ELFCLASS32 : ELFCLASS64, ELFDATA2LSB, EV_CURRENT };

	if (narrow)
		header->narrow = (Elf32_Ehdr){ .e_type = ET_DYN,
			.e_machine = machine,
			.e_version = EV_CURRENT,
			.e_ehsize = sizeof(header->narrow) };
	else
		header->wide = (Elf64_Ehdr){ .e_type = ET_DYN,
			.e_machine = machine,
			.e_version = EV_CURRENT,
			.e_ehsize = sizeof(header->wide) };
	memcpy(header, ident, sizeof(ident));
}

struct stack_space *stack_space_new(uint16_t machine, struct stack_files *files)
{
	struct stack_space *space = calloc(1, sizeof(*space));

	if (!space)
		return NULL;
	space->machine = machine;
	space->host = files->host;
	space->maps_fd = -1;
	space->modules = (struct stack_modules){ .files = files, .maps = &space->maps };
	header_init(&space->header, machine);
	space->model = elf_memory((char *)&space->header, sizeof(space->header));
	space->dwfl = dwfl_begin(&stack_module_callbacks);
	/* Once modules were reported. */
	if (!space->model || !space->dwfl || dwfl_report_end(space->dwfl, NULL, NULL) < 0 ||
		!stack_unwind_attach(space->dwfl, space->model, &space->walk)) {
		stack_space_free(space);
		return NULL;
	}
	return space;
}

static void close_maps(struct stack_space *space)
{
	if (space->maps_fd >= 0)
		close(space->maps_fd);
	space->maps_fd = -1;
}

void stack_space_free(struct stack_space *space)
{
	if (!space)
		return;
	if (space->dwfl) {
		stack_modules_clear(&space->modules, space->dwfl);
		dwfl_end(space->dwfl);
	}
	elf_end(space->model);
	close_maps(space);
	stack_maps_free(&space->maps);
	perf_map_free(&space->perf_map);
	free(space);
}

uint16_t stack_space_machine(const struct stack_space *space)
{
	return space->machine;
}

static void report_modules(struct stack_space *space)
{
	dwfl_report_begin(space->dwfl);
	for (size_t i = 0; i < space->maps.len; i++) {
		if (space->maps.items[i].kind != STACK_MAP_CODE)
			stack_module_report(&space->modules, space->dwfl, &space->maps.items[i]);
	}
	stack_modules_end(space->dwfl);
}

static void read_maps(struct stack_space *space)
{
	struct stack_question question = { .what = STACK_ASK_MAPS };
	struct stack_answer answer;
	struct stack_segment now;
	struct stack_maps maps;

	close_maps(space);
	space->host->ask(space->host->ctx, &question, &answer);
	if (answer.fd < 0)
		return;
	if (!stack_maps_read(&maps, answer.fd, answer.text)) {
		close(answer.fd);
		return;
	}
	space->maps_fd = answer.fd;
	space->whole = stack_map_query(answer.fd, 0, &now) < 0;
	stack_maps_free(&space->maps);
	space->maps = maps;
	report_modules(space);
}

/* The mapping of an address is the one that was read. Where the kernel cannot say, it is gone. */
static bool is_mapped_as_read(
	const struct stack_space *space, uint64_t address, const struct stack_segment *read)
{
	struct stack_segment now;
	int rc = stack_map_query(space->maps_fd, address, &now);

	if (rc <= 0)
		return rc < 0 || !read;
	return read && read->start == now.start && read->end == now.end &&
	       read->offset == now.offset && read->dev == now.dev && read->ino == now.ino;
}

/* The file that was read for an address is what it was. */
static bool has_same_file(const struct stack_space *space, uint64_t address)
{
	Dwfl_Module *mod = stack_space_module(space, address);
	enum stack_lack lack;
	const struct stack_file *file = mod ? stack_module_file(mod, &lack) : NULL;

	return !file || stack_file_holds(file);
}

/*
 * Libdwfl goes from frame to frame by the mapping and the file of each one's address. If
 * those are what they were, for all of them from the first on, the walk went as it should,
 * whatever else was mapped and unmapped meanwhile.
 */
static bool still_holds(const struct stack_space *space, uint64_t address)
{
	struct stack_segment *segment = stack_maps_segment(&space->maps, address);

	if (segment && segment->checked == space->walks)
		return true;
	if (!space->whole && !is_mapped_as_read(space, address, segment))
		return false;
	if (segment)
		segment->checked = space->walks;
	return !segment || has_same_file(space, address);
}

static bool all_hold(const struct stack_space *space, const struct stack_walk *walk)
{
	for (size_t i = 0; i < walk->len; i++) {
		if (!still_holds(space, walk->pcs[i].address))
			return false;
	}
	return true;
}

static enum stack_end unwind(struct stack_space *space, struct stack_walk *walk)
{
	enum stack_end end;

	space->walk = walk;
	end = stack_unwind(space->dwfl, walk);
	space->walk = NULL;
	return end;
}

size_t stack_space_walk(struct stack_space *space, const struct stack_request *request,
	struct stack_pc *pcs, size_t max, enum stack_end *end)
{
	struct stack_walk walk = {
		.maps = &space->maps,
		.pages = { .host = space->host, .request = request },
		.pcs = pcs,
		.max = max,
	};
	bool fresh = space->maps_fd < 0 ||
		     (space->whole && !stack_maps_hold(&space->maps, space->maps_fd));

	space->perf_map_fresh = false;
	space->walks++;
	if (fresh)
		read_maps(space);
	*end = unwind(space, &walk);
	if (!all_hold(space, &walk)) {
		stack_modules_clear(&space->modules, space->dwfl);
		read_maps(space);
		*end = unwind(space, &walk);
	}
	return walk.len;
}

const struct stack_map *stack_space_map(const struct stack_space *space, uint64_t address)
{
	return stack_maps_find(&space->maps, address);
}

Dwfl_Module *stack_space_module(const struct stack_space *space, uint64_t address)
{
	Dwfl_Module *mod = dwfl_addrmodule(space->dwfl, address);
	Dwarf_Addr start, end;

	if (!mod || !dwfl_module_info(mod, NULL, &start, &end, NULL, NULL, NULL, NULL))
		return NULL;
	/* libdwfl (0.188) may name the module before what begins at its end. */
	return address >= start && address < end ? mod : NULL;
}

struct perf_map *stack_space_perf_map(struct stack_space *space)
{
	struct stack_question question = { .what = STACK_ASK_PERF_MAP };
	struct stack_answer answer;

	if (space->perf_map_fresh)
		return &space->perf_map;
	space->perf_map_fresh = true;
	space->host->ask(space->host->ctx, &question, &answer);
	if (answer.fd < 0)
		return &space->perf_map;
	perf_map_read(&space->perf_map, answer.fd);
	close(answer.fd);
	return &space->perf_map;
}
