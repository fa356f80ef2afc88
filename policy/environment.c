#include "policy/environment_impl.h"

#include <string.h>

#include "policy/glob.h"
#include "policy/impl.h"
#include "policy/who.h"

/*
 * From ld.so(8), bash(1), and the manuals of the interpreters and libraries: what names
 * files that are loaded as code, or holds code. A final * stands for the rest of a name.
 *
 * Not here: what names another program to run (GIT_SSH_COMMAND, PAGER, EDITOR), since
 * that is an exec, judged by itself; and what tunes without bringing code (GLIBC_TUNABLES).
 */
static const char *const code_variables[] = {
	"LD_AUDIT",
	"LD_LIBRARY_PATH",
	"LD_ORIGIN_PATH",
	"LD_PRELOAD",
	"GCONV_PATH", /* modules of iconv(3) */
	/* Shells: PS4 is expanded as code where SHELLOPTS has xtrace. */
	"BASH_ENV",
	"BASH_FUNC_*",
	"BASH_LOADABLES_PATH",
	"FPATH",
	"PS4",
	"SHELLOPTS",
	"ZDOTDIR",
	/* Python: PYTHONWARNINGS imports the module of a category, PYTHONINSPECT reads code. */
	"PYTHONBREAKPOINT",
	"PYTHONHOME",
	"PYTHONINSPECT",
	"PYTHONPATH",
	"PYTHONPLATLIBDIR",
	"PYTHONPYCACHEPREFIX",
	"PYTHONSTARTUP",
	"PYTHONUSERBASE",
	"PYTHONWARNINGS",
	/* Perl, Ruby, Node, Lua, awk, PHP */
	"PERL5DB",
	"PERL5LIB",
	"PERL5OPT",
	"PERLLIB",
	"PERL_USE_UNSAFE_INC", /* modules from the working directory: perlrun(1) */
	"BUNDLER_SETUP",
	"BUNDLE_GEMFILE",
	"GEM_HOME",
	"GEM_PATH",
	"RUBYGEMS_GEMDEPS",
	"RUBYLIB",
	"RUBYOPT",
	"BUN_INSPECT_PRELOAD",
	"BUN_OPTIONS",
	"ELECTRON_RUN_AS_NODE",
	"NODE_COMPILE_CACHE",
	"NODE_OPTIONS",
	"NODE_PATH",
	"NODE_REPL_EXTERNAL_MODULE",
	"LUA_CPATH*",
	"LUA_INIT*",
	"LUA_PATH*",
	"AWKLIBPATH",
	"AWKPATH",
	"GAWK_PERSIST_FILE",
	"PHPRC",
	"PHP_INI_SCAN_DIR",
	/* Java, .NET, Erlang */
	"CLASSPATH",
	"IBM_JAVA_OPTIONS",
	"JAVA_TOOL_OPTIONS",
	"JDK_JAVA_OPTIONS",
	"OPENJ9_JAVA_OPTIONS",
	"_JAVA_OPTIONS",
	"COMPlus_GCName",
	"COMPlus_GCPath",
	"CORECLR_PROFILER*",
	"DOTNET_ADDITIONAL_DEPS",
	"DOTNET_GCName",
	"DOTNET_GCPath",
	"DOTNET_ROOT*",
	"DOTNET_SHARED_STORE",
	"DOTNET_STARTUP_HOOKS",
	"MONO_CONFIG",
	"MONO_ENV_OPTIONS",
	"MONO_PATH",
	"ERL_AFLAGS",
	"ERL_FLAGS",
	"ERL_LIBS",
	"ERL_ZFLAGS",
	/* Others that run a language of their own */
	"CAML_LD_LIBRARY_PATH",
	"CCC_OVERRIDE_OPTIONS", /* clang's: -fplugin */
	"EMACSLOADPATH",
	"EXINIT",
	"GNUMAKEFLAGS", /* --eval; what make itself hands on is MAKEFLAGS */
	"GUILE_LOAD_COMPILED_PATH",
	"GUILE_LOAD_PATH",
	"JULIA_DEPOT_PATH",
	"JULIA_LOAD_PATH",
	"MAKEFILES",
	"R_ENVIRON*",
	"R_LIBS*",
	"R_PROFILE*",
	"TCLLIBPATH",
	"TCL_LIBRARY",
	"GVIMINIT",
	"NVIM_RPLUGIN_MANIFEST",
	"VIM",
	"VIMINIT",
	"VIMRUNTIME",
	/* Modules that libraries load, some by a configuration */
	"LTDL_LIBRARY_PATH",
	"OMP_TOOL_LIBRARIES",
	"OMPI_MCA_mca_base_component_path",
	"OMPI_MCA_mca_component_path",
	"PMIX_MCA_mca_base_component_path",
	"FI_PROVIDER_PATH",
	"UCX_MODULE_DIR",
	"INTEL_JIT_PROFILER*",
	"INTEL_LIBITTNOTIFY*",
	"CUDA_INJECTION*",
	"NVTX_INJECTION*",
	"LIBMYSQL_PLUGIN*",
	"MARIADB_PLUGIN_DIR",
	"ODBCINI",
	"ODBCINSTINI",
	"ODBCSYSINI",
	"PKCS11_MODULE_PATH",
	"PKCS11_PROVIDER_MODULE",
	"GSS_MECH_CONFIG",
	"KRB5_CONFIG",
	"OPENSSL_CONF",
	"OPENSSL_CONF_INCLUDE",
	"OPENSSL_ENGINES",
	"OPENSSL_MODULES",
	"SSH_SK_PROVIDER",
	"SASL_CONF_PATH",
	"SASL_PATH",
	"GDK_PIXBUF_MODULE*",
	"GIO_EXTRA_MODULES",
	"GIO_MODULE_DIR",
	"GI_TYPELIB_PATH",
	"GST_PLUGIN_*",
	"GST_REGISTRY*", /* a list of plugins and their files */
	"GTK3_MODULES",
	"GTK_EXE_PREFIX",
	"GTK_IM_MODULE_FILE",
	"GTK_MODULES",
	"GTK_PATH",
	"QML2_IMPORT_PATH",
	"QML_IMPORT_PATH",
	"QT_PLUGIN_PATH",
	"QT_QPA_PLATFORM_PLUGIN_PATH",
	"SDL3_DYNAMIC_API",
	"SDL_DYNAMIC_API",
	"GBM_BACKENDS_PATH",
	"LIBGL_DRIVERS_PATH",
	"LIBVA_DRIVERS_PATH",
	"OCL_ICD_*",
	"VDPAU_DRIVER_PATH",
	"VK_ADD_DRIVER_FILES",
	"VK_ADD_LAYER_PATH",
	"VK_DRIVER_FILES",
	"VK_ICD_FILENAMES",
	"VK_LAYER_PATH",
	"__EGL_VENDOR_LIBRARY_*",
	"ALSA_CONFIG_*",
	"ALSA_PLUGIN_DIR",
	"LADSPA_PATH",
	"PIPEWIRE_MODULE_DIR",
	"SPA_PLUGIN_DIR",
	"GDAL_DRIVER_PATH",
	"HDF5_PLUGIN_PATH",
	"MAGICK_CODER_MODULE_PATH",
	"MAGICK_CONFIGURE_PATH",
	"MAGICK_FILTER_MODULE_PATH",
	NULL,
};

static bool name_is(const char *known, const char *name, size_t len)
{
	size_t n = 0;

	/* Nearly all differ at once: this is done for every entry of an exec. */
	while (n < len && known[n] == name[n] && known[n])
		n++;
	return known[n] == '*' || (n == len && !known[n]);
}

bool environment_puts_code(const char *name, size_t len)
{
	for (size_t i = 0; code_variables[i]; i++)
		if (name_is(code_variables[i], name, len))
			return true;
	return false;
}

const struct environment *policy_environment(const struct policy *policy)
{
	return &policy->environment;
}

static bool has_name(const struct env_names *names, const char *name, size_t len)
{
	for (size_t i = 0; i < names->len; i++)
		if (glob_match(names->items[i].text, strlen(names->items[i].text), name, len))
			return true;
	return false;
}

static bool is_set(const struct environment *e, const char *name, size_t len)
{
	for (size_t i = 0; i < e->nset; i++)
		if (!strncmp(e->set[i].text, name, len) && e->set[i].text[len] == '=')
			return true;
	return false;
}

size_t environment_code_anywhere(const char *entry, size_t len)
{
	const char *equals = memchr(entry, '=', len);
	size_t name = equals ? (size_t)(equals - entry) : 0;

	if (!name || name + 1 >= len || !equals[1])
		return 0;
	return environment_puts_code(entry, name) ? name : 0;
}

size_t environment_code(const struct policy *policy, const char *entry, size_t len)
{
	size_t name = environment_code_anywhere(entry, len);

	return name && !has_name(&policy->environment.keep, entry, name) ? name : 0;
}

bool environment_keeps(const struct policy *policy, const char *name)
{
	return has_name(&policy->environment.keep, name, strlen(name));
}

enum env_fate environment_fate(const struct policy *policy, const char *entry)
{
	const struct environment *e = &policy->environment;
	size_t len = strcspn(entry, "=");

	if (is_set(e, entry, len))
		return ENV_REMOVED;
	if (has_name(&e->keep, entry, len))
		return ENV_STAYS;
	if (has_name(&e->remove, entry, len))
		return ENV_REMOVED;
	if (policy->names_programs && environment_code(policy, entry, strlen(entry)))
		return ENV_CODE;
	return ENV_STAYS;
}

static bool lends_its_name(const struct rule *rule)
{
	return rule->verdict == VERDICT_ALLOW || rule->verdict == VERDICT_ASK;
}

bool environment_names_programs(const struct policy *policy)
{
	for (size_t i = 0; i < policy->nrules; i++) {
		const struct rule *r = &policy->rules[i];

		if (lends_its_name(r) && (r->exe.len || r->script.len || r->lineage.len))
			return true;
	}
	return false;
}

static bool list_names(
	const struct program_list *list, const struct named *exe, const struct named *script)
{
	for (size_t i = 0; i < list->len; i++)
		if (pattern_named(&list->items[i], exe, true) == MATCH_YES ||
			pattern_named(&list->items[i], script, true) == MATCH_YES)
			return true;
	return false;
}

bool policy_names_programs(const struct policy *policy)
{
	return policy->names_programs;
}

bool policy_names_program(const struct policy *policy, const struct program *program, bool by_path)
{
	struct named exe = named_program(policy, program, by_path);
	struct named script = named_script(policy, program, by_path);

	for (size_t i = 0; i < policy->nrules; i++) {
		const struct rule *r = &policy->rules[i];

		if (lends_its_name(r) && (list_names(&r->exe, &exe, &script) ||
						 list_names(&r->script, &exe, &script) ||
						 list_names(&r->lineage, &exe, &script)))
			return true;
	}
	return false;
}
