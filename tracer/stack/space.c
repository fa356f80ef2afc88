#include "tracer/stack/space.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"

enum { PAGES = 16, VDSO_BYTES_MAX = 64 * 1024 };

/* Memory read during one walk: a stack is read page by page, not word by word. */
struct page {
	uint64_t base;
	bool read, there;
	uint8_t bytes[STACK_PAGE];
};

/* What libdwfl keeps for one of its modules. */
struct module {
	struct stack_space *space;
	struct stack_file *file; /* NULL: none, or not opened yet */
	enum stack_lack lack;    /* why it has none */
};

/* One walk. */
struct walk {
	const struct stack_request *request;
	struct stack_pc *pcs;
	size_t len, max;
	bool cut; /* there was one more than max */
	struct page pages[PAGES];
};

/* An ELF header that names a machine and nothing else: libdwfl takes that from it. */
union header {
	Elf64_Ehdr wide;
	Elf32_Ehdr narrow;
};

struct stack_space {
	uint16_t machine;
	const struct stack_host *host;
	struct stack_files *files;
	struct stack_maps maps;
	Dwfl *dwfl;
	union header header;
	Elf *model;        /* of the header */
	uint64_t total_vm; /* pages mapped when the mappings were last read; 0: never */
	uint8_t *vdso;     /* what the vDSO's module reads */
	struct perf_map perf_map;
	bool perf_map_fresh; /* read since the last walk */
	struct walk *walk;   /* the one that is under way */
};

/* libdwfl's questions about modules. */

static bool read_page(const struct stack_host *host, uint64_t address, uint8_t *page)
{
	struct stack_question question = { .what = STACK_ASK_PAGE, .address = address };
	struct stack_answer answer;

	host->ask(host->ctx, &question, &answer);
	if (answer.fd < 0)
		return false;
	memcpy(page, answer.page, STACK_PAGE);
	return true;
}

static Elf *read_vdso(struct stack_space *space, const struct stack_map *map)
{
	size_t size = map->end - map->start;

	if (size > VDSO_BYTES_MAX || size % STACK_PAGE || space->vdso)
		return NULL;
	space->vdso = malloc(size);
	for (size_t at = 0; space->vdso && at < size; at += STACK_PAGE) {
		if (!read_page(space->host, map->start + at, space->vdso + at))
			return NULL;
	}
	return space->vdso ? elf_memory((char *)space->vdso, size) : NULL;
}

/* The file is shared by all processes that map it; libelf counts who does. */
static int find_elf(Dwfl_Module *mod, void **userdata, const char *name, Dwarf_Addr start,
	char **file_name, Elf **elf)
{
	struct module *module = *userdata;
	const struct stack_map *map = module ? stack_maps_find(&module->space->maps, start) : NULL;
	struct stack_space *space = map ? module->space : NULL;

	(void)mod;
	(void)name;
	(void)file_name;
	if (map && map->kind == STACK_MAP_VDSO) {
		*elf = read_vdso(space, map);
	} else if (map) {
		module->file = stack_files_open(space->files, map, &module->lack);
		*elf = module->file ? elf_begin(-1, ELF_C_READ, module->file->elf) : NULL;
	}
	return -1; /* no descriptor: it is in *elf */
}

/* Separate debug files: libdwfl's own search would follow the file's wishes, and the network. */
static int find_debuginfo(Dwfl_Module *mod, void **userdata, const char *name, Dwarf_Addr start,
	const char *file_name, const char *link, GElf_Word crc, char **debug_name)
{
	const struct module *module = *userdata;
	struct stack_question question = { .what = STACK_ASK_DEBUG };
	struct stack_answer answer;
	const unsigned char *id;
	GElf_Addr addr;
	int len = dwfl_module_build_id(mod, &id, &addr);

	(void)name;
	(void)start;
	(void)file_name;
	(void)link;
	(void)crc;
	(void)debug_name;
	if (!module || len < 2 || len > STACK_BUILD_ID_MAX)
		return -1;
	memcpy(question.build_id, id, (size_t)len);
	question.build_id_len = (unsigned)len;
	module->space->host->ask(module->space->host->ctx, &question, &answer);
	return answer.fd;
}

static const Dwfl_Callbacks module_callbacks = {
	.find_elf = find_elf,
	.find_debuginfo = find_debuginfo,
};

/* libdwfl's questions about the task. */

/* Of the stack's pages the first came with the request. */
static bool fill_page(const struct stack_space *space, uint64_t base, uint8_t *bytes)
{
	const struct stack_request *request = space->walk->request;
	uint64_t i = (base - request->ahead) / STACK_PAGE;

	if (i >= STACK_PAGES_AHEAD)
		return read_page(space->host, base, bytes);
	memcpy(bytes, request->pages[i], STACK_PAGE);
	return request->has_ahead[i];
}

static const uint8_t *find_page(const struct stack_space *space, uint64_t base)
{
	struct page *page = &space->walk->pages[base / STACK_PAGE % PAGES];

	if (!page->read || page->base != base) {
		page->base = base;
		page->read = true;
		page->there = fill_page(space, base, page->bytes);
	}
	return page->there ? page->bytes : NULL;
}

static bool read_word(Dwfl *dwfl, Dwarf_Addr address, Dwarf_Word *word, void *arg)
{
	const struct stack_space *space = arg;
	unsigned size = space->walk->request->regs.word_size;
	uint8_t bytes[8] = { 0 };

	(void)dwfl;
	for (unsigned i = 0; i < size; i++) {
		uint64_t at = address + i;
		const uint8_t *page = find_page(space, at - at % STACK_PAGE);

		if (!page)
			return false;
		bytes[i] = page[at % STACK_PAGE];
	}
	memcpy(word, bytes, sizeof(*word));
	return true;
}

static pid_t next_thread(Dwfl *dwfl, void *arg, void **thread_arg)
{
	struct stack_space *space = arg;

	(void)dwfl;
	if (*thread_arg)
		return 0;
	*thread_arg = space;
	return space->walk->request->tid;
}

static bool get_thread(Dwfl *dwfl, pid_t tid, void *arg, void **thread_arg)
{
	(void)dwfl;
	(void)tid;
	*thread_arg = arg;
	return true;
}

static bool set_registers(Dwfl_Thread *thread, void *thread_arg)
{
	const struct stack_regs *regs = &((struct stack_space *)thread_arg)->walk->request->regs;

	dwfl_thread_state_register_pc(thread, regs->pc);
	return dwfl_thread_state_registers(thread, 0, regs->len, regs->dwarf);
}

static const Dwfl_Thread_Callbacks thread_callbacks = {
	.next_thread = next_thread,
	.get_thread = get_thread,
	.memory_read = read_word,
	.set_initial_registers = set_registers,
};

/* The space itself. */

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
	space->files = files;
	space->host = files->host;
	header_init(&space->header, machine);
	space->model = elf_memory((char *)&space->header, sizeof(space->header));
	space->dwfl = dwfl_begin(&module_callbacks);
	/* Once modules were reported. The process number is libdwfl's own affair. */
	if (!space->model || !space->dwfl || dwfl_report_end(space->dwfl, NULL, NULL) < 0 ||
		!dwfl_attach_state(space->dwfl, space->model, 1, &thread_callbacks, space)) {
		stack_space_free(space);
		return NULL;
	}
	return space;
}

static int on_removed(
	Dwfl_Module *mod, void *userdata, const char *name, Dwarf_Addr start, void *arg)
{
	(void)mod;
	(void)name;
	(void)start;
	(void)arg;
	/* As with other callbacks, it is the address of what is kept. */
	free(*(void **)userdata);
	return DWARF_CB_OK;
}

void stack_space_free(struct stack_space *space)
{
	if (!space)
		return;
	if (space->dwfl) {
		dwfl_report_begin(space->dwfl);
		dwfl_report_end(space->dwfl, on_removed, NULL);
		dwfl_end(space->dwfl);
	}
	elf_end(space->model);
	stack_maps_free(&space->maps);
	perf_map_free(&space->perf_map);
	free(space->vdso);
	free(space);
}

uint16_t stack_space_machine(const struct stack_space *space)
{
	return space->machine;
}

static void report_module(struct stack_space *space, const struct stack_map *map)
{
	char name[64];
	Dwfl_Module *mod;
	void **userdata;

	snprintf(name, sizeof(name), "%llx:%llu", (unsigned long long)map->dev,
		(unsigned long long)map->ino);
	mod = dwfl_report_module(space->dwfl, name, map->start, map->end);
	if (!mod || !dwfl_module_info(mod, &userdata, NULL, NULL, NULL, NULL, NULL, NULL) ||
		*userdata)
		return; /* it was there before */
	*userdata = calloc(1, sizeof(struct module));
	if (*userdata)
		((struct module *)*userdata)->space = space;
}

static void read_maps(struct stack_space *space, uint64_t total_vm)
{
	struct stack_question question = { .what = STACK_ASK_MAPS };
	struct stack_answer answer;
	struct stack_maps maps;
	cleanup_close int fd = -1;

	space->host->ask(space->host->ctx, &question, &answer);
	fd = answer.fd;
	if (fd < 0 || !stack_maps_read(&maps, fd, answer.text))
		return;
	stack_maps_free(&space->maps);
	space->maps = maps;
	space->total_vm = total_vm;
	dwfl_report_begin(space->dwfl);
	for (size_t i = 0; i < maps.len; i++) {
		if (maps.items[i].kind != STACK_MAP_CODE)
			report_module(space, &maps.items[i]);
	}
	dwfl_report_end(space->dwfl, on_removed, NULL);
}

static int on_frame(Dwfl_Frame *frame, void *arg)
{
	struct walk *walk = arg;
	struct stack_pc *pc = &walk->pcs[walk->len];

	walk->cut = walk->len == walk->max;
	if (walk->cut || !dwfl_frame_pc(frame, &pc->address, &pc->active))
		return DWARF_CB_ABORT;
	walk->len++;
	return DWARF_CB_OK;
}

static enum stack_end unwind(struct stack_space *space, struct walk *walk)
{
	int rc;

	walk->len = 0;
	space->walk = walk;
	rc = dwfl_getthread_frames(space->dwfl, walk->request->tid, on_frame, walk);
	space->walk = NULL;
	if (walk->cut)
		return STACK_END_LIMIT;
	return rc == 0 ? STACK_END_WHOLE : STACK_END_LOST;
}

static bool all_mapped(const struct stack_space *space, const struct walk *walk)
{
	for (size_t i = 0; i < walk->len; i++) {
		if (!stack_space_map(space, walk->pcs[i].address))
			return false;
	}
	return walk->len;
}

/*
 * Mappings are read again when their sum has changed, and when an address is in
 * none that is known. What escapes this is a mapping replaced by another of the
 * same size at the same place.
 */
size_t stack_space_walk(struct stack_space *space, const struct stack_request *request,
	struct stack_pc *pcs, size_t max, enum stack_end *end)
{
	struct walk walk = { .request = request, .pcs = pcs, .max = max };
	uint64_t total_vm = request->total_vm;
	bool fresh = total_vm == 0 || total_vm != space->total_vm;

	space->perf_map_fresh = false;
	if (fresh)
		read_maps(space, total_vm);
	*end = unwind(space, &walk);
	if (!fresh && !all_mapped(space, &walk)) {
		read_maps(space, total_vm);
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
	return dwfl_addrmodule(space->dwfl, address);
}

struct stack_file *stack_space_file(Dwfl_Module *mod, enum stack_lack *lack)
{
	const struct module *module;
	void **userdata;

	*lack = STACK_LACK_NOTHING;
	if (!dwfl_module_info(mod, &userdata, NULL, NULL, NULL, NULL, NULL, NULL) || !*userdata)
		return NULL;
	module = *userdata;
	*lack = module->lack;
	return module->file;
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
