#include "tracer/stack/module.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tracer/stack/pages.h"

enum { VDSO_BYTES_MAX = 64 * 1024 };

/* What libdwfl keeps for one of its modules. */
struct module {
	struct stack_modules *owner;
	struct stack_file *file; /* NULL: none, or not opened yet */
	enum stack_lack lack;    /* why it has none */
};

static Elf *read_vdso(struct stack_modules *modules, const struct stack_map *map)
{
	const struct stack_host *host = modules->files->host;
	size_t size = map->end - map->start;

	if (size > VDSO_BYTES_MAX || size % STACK_PAGE || modules->vdso)
		return NULL;
	modules->vdso = malloc(size);
	for (size_t at = 0; modules->vdso && at < size; at += STACK_PAGE) {
		if (!stack_page_ask(host, map->start + at, modules->vdso + at))
			return NULL;
	}
	return modules->vdso ? elf_memory((char *)modules->vdso, size) : NULL;
}

/* The file is shared by all processes that map it; libelf counts who does. */
static int find_elf(Dwfl_Module *mod, void **userdata, const char *name, Dwarf_Addr start,
	char **file_name, Elf **elf)
{
	struct module *module = *userdata;
	const struct stack_map *map = module ? stack_maps_find(module->owner->maps, start) : NULL;
	struct stack_modules *owner = map ? module->owner : NULL;

	(void)mod;
	(void)name;
	(void)file_name;
	if (map && map->kind == STACK_MAP_VDSO) {
		*elf = read_vdso(owner, map);
	} else if (map) {
		module->file = stack_files_open(owner->files, map, &module->lack);
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
	const struct stack_host *host;
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
	host = module->owner->files->host;
	host->ask(host->ctx, &question, &answer);
	return answer.fd;
}

const Dwfl_Callbacks stack_module_callbacks = {
	.find_elf = find_elf,
	.find_debuginfo = find_debuginfo,
};

void stack_module_report(struct stack_modules *modules, Dwfl *dwfl, const struct stack_map *map)
{
	char name[64];
	Dwfl_Module *mod;
	void **userdata;

	snprintf(name, sizeof(name), "%llx:%llu", (unsigned long long)map->dev,
		(unsigned long long)map->ino);
	mod = dwfl_report_module(dwfl, name, map->start, map->end);
	if (!mod || !dwfl_module_info(mod, &userdata, NULL, NULL, NULL, NULL, NULL, NULL) ||
		*userdata)
		return; /* it was there before */
	*userdata = calloc(1, sizeof(struct module));
	if (*userdata)
		((struct module *)*userdata)->owner = modules;
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

void stack_modules_end(Dwfl *dwfl)
{
	dwfl_report_end(dwfl, on_removed, NULL);
}

void stack_modules_clear(struct stack_modules *modules, Dwfl *dwfl)
{
	dwfl_report_begin(dwfl);
	stack_modules_end(dwfl);
	free(modules->vdso);
	modules->vdso = NULL;
}

struct stack_file *stack_module_file(Dwfl_Module *mod, enum stack_lack *lack)
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
