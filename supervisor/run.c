#include "supervisor/run.h"

#include <errno.h>
#include <limits.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "notify/filter.h"
#include "notify/listener.h"
#include "policy/files.h"
#include "report/summary.h"
#include "supervisor/emitter.h"
#include "supervisor/exec_environment.h"
#include "supervisor/launch.h"
#include "supervisor/own_root.h"
#include "supervisor/reload.h"
#include "supervisor/signals.h"
#include "supervisor/socket_dup.h"
#include "supervisor/watch.h"
#include "tracer/command_path.h"
#include "tracer/protect.h"
#include "tracer/skip_call.h"
#include "tracer/spawn.h"
#include "tracer/tracer.h"

enum { SESSION_MEMORY = 1 << 20 };

/* Everything a run holds, in the order it is made. */
struct run {
	const struct run_options *options;
	enum backend backend; /* what became of options->backend */
	struct emitter emitter;
	struct filter filter;
	struct signals signals;
	struct rlimit nofile; /* as callgate was started with: the command's */
	struct watch watch;
	struct gate gate;
	struct tracer_observer observer;
	struct tracer *tracer;
	struct protect protect;
	struct stacks *stacks;
	struct launch launch;
	struct reload reload;
	struct sbuf lacks; /* what of the policy's files the kernel cannot hold */
	struct spawn spawn;
};

static void emit_session(struct run *run)
{
	char *const *environment = run->launch.envp ? run->launch.envp : environ;
	cleanup_arena struct arena arena;
	struct moment now = moment_now();
	struct utsname kernel;
	char cwd[PATH_MAX];
	struct event event;

	arena_init(&arena, SESSION_MEMORY);
	event = (struct event){
		.type = EVENT_SESSION,
		.session = {
			.argv = run->options->argv,
			.cwd = getcwd(cwd, sizeof(cwd)) ? cwd : "",
			.mode = run->options->mode,
			.backend = run->backend == BACKEND_NOTIFY ? "notify" : "ptrace",
			.kernel = uname(&kernel) == 0 ? kernel.release : "",
			.uid = getuid(),
			.gid = getgid(),
			.policies = run->options->policies,
			.code_variables = exec_environment_names(environment, &arena),
		},
	};

	emit(&run->emitter, &event, &now);
}

static void emit_summary(struct run *run)
{
	struct moment now = moment_now();
	struct event event = { .type = EVENT_SUMMARY, .summary = run->options->summary };

	emit(&run->emitter, &event, &now);
}

/* What is not recorded must not happen. In the thread that writes. */
static void on_log_failed(void *ctx)
{
	struct run *run = ctx;

	if (mode_enforces(run->options->mode))
		tracer_ask_kill(run->tracer);
}

static void on_command_stopped(void *ctx)
{
	struct run *run = ctx;

	emitter_flush(&run->emitter);
	signals_stop_like_command(&run->signals);
}

static void on_job_signal(void *ctx, const siginfo_t *info)
{
	struct run *run = ctx;

	signals_job(&run->signals, info);
}

static void run_init(struct run *run)
{
	run->watch = (struct watch){
		.emitter = &run->emitter,
		.decode = { .contents = run->options->contents },
		.select = run->options->select,
		.notified = { .listener = LISTENER_NONE },
		.kill_on_exit = run->options->kill_on_exit,
		.stopped = on_command_stopped,
		.job_signal = on_job_signal,
		.job_ctx = run,
	};
	run->observer = watch_observer(&run->watch);
	getrlimit(RLIMIT_NOFILE, &run->nofile);
	run->emitter = (struct emitter){
		.sinks = run->options->sinks,
		.nsinks = run->options->nsinks,
		.summary = run->options->summary,
		.mode = run->options->mode,
		.begin_ns = mono_now(),
		.released = watch_released,
		.ctx = &run->watch,
		.failed = on_log_failed,
		.failed_ctx = run,
	};
}

/* Descriptors for many sockets at once; the command gets back the limit it had. */
static void raise_nofile(const struct run *run)
{
	struct rlimit high = run->nofile;

	high.rlim_cur = high.rlim_max;
	setrlimit(RLIMIT_NOFILE, &high);
}

static int prepare_protection(struct run *run, struct err **err)
{
	const struct policy *policy = run->options->policy;
	const struct files *files = policy ? policy_files(policy) : NULL;
	/*
	 * Every connect and bind of the command's is made by us, outside of its
	 * domain: one over TCP that it could make itself has slipped through.
	 */
	const struct landlock_wish wish = { .files = files, .no_tcp = true };
	int rc = protect_prepare(&run->protect, &wish, &run->lacks);

	if (rc < 0)
		return err_set(err, -rc, "cannot make a Landlock domain for the command");
	if (run->lacks.len && !files->best)
		return err_set(err, 0,
			"%s:%d: the files cannot be held here: %s. Mend that, or write "
			"\"require: best\" to do without",
			files->place.file, files->place.line, sbuf_text(&run->lacks));
	return 0;
}

/* Whoever may write the policy decides what it says; as another user it is not known. */
static void warn_of_open_policy(struct run *run)
{
	cleanup_sbuf struct sbuf text = SBUF_INIT;
	const char *source;

	if (!run->options->watch_policy || run->launch.drops_root)
		return;
	source = reload_files_open_to_command(run->options->policy);
	if (!source)
		return;
	escape_text(&text, source, strlen(source));
	sbuf_str(&text, ": the command may change this file of the policy, which --watch then "
			"loads: keep it where `files` does not let the command write");
	emit_warning(&run->emitter, "policy.open", sbuf_text(&text));
}

/* Once the command is seized: it could not be, from an undumpable parent (ptrace(2)). */
static int protect_callgate(struct run *run, struct err **err)
{
	static const char *const partial[] = {
		[PROTECT_NOTHING] = "this kernel has no Landlock: a command run as root, or with "
				    "CAP_SYS_PTRACE, could trace callgate",
		[PROTECT_MEMORY] = "this kernel's Landlock does not keep signals within the run: "
				   "callgate judges them itself, and allows none by pidfd",
	};
	int rc;

	if (!mode_enforces(run->options->mode))
		return 0;
	rc = protect_self();
	if (rc < 0)
		return err_set(err, -rc, "cannot protect callgate itself: prctl");
	launch_warn(&run->launch, &run->emitter);
	if (run->lacks.len)
		emit_warning(&run->emitter, "files.partial", sbuf_text(&run->lacks));
	if (run->protect.reach != PROTECT_SIGNALS)
		emit_warning(&run->emitter, "protect.partial", partial[run->protect.reach]);
	warn_of_open_policy(run);
	return 0;
}

static void describe_call(
	void *ctx, const struct task *task, const struct pending *pending, struct sbuf *out)
{
	struct run *run = ctx;

	watch_describe(&run->watch, task, pending, out);
}

static void flush_events(void *ctx)
{
	struct run *run = ctx;

	emitter_flush(&run->emitter);
}

static void end_run(void *ctx)
{
	struct run *run = ctx;

	tracer_ask_kill(run->tracer);
}

static int open_asker(struct run *run, struct err **err)
{
	struct asker_setup setup = {
		.options = run->options->ask,
		.policy = run->options->policy,
		.ready = &run->gate.ready,
		.judge = &run->gate.judge,
		.describe = describe_call,
		.flush = flush_events,
		.end_run = end_run,
		.ctx = run,
	};
	int rc = asker_new(&setup, &run->gate.asker, err);

	if (rc == 0)
		run->gate.judge.answers = asker_rules(run->gate.asker);
	return rc;
}

static int open_gate(struct run *run, struct err **err)
{
	int rc = gate_init(&run->gate, run->options->mode, run->options->policy, err);

	run->watch.gate = &run->gate;
	gate_attach(&run->gate, run->tracer);
	tracer_programs(run->tracer)->own_root =
		own_root_is_watched(run->options->mode, run->options->select);
	run->gate.judge.programs = tracer_programs(run->tracer);
	return rc == 0 && run->options->mode == MODE_ASK ? open_asker(run, err) : rc;
}

static int prepare_launch(struct run *run, struct err **err)
{
	bool carry_out = mode_enforces(run->options->mode);
	int rc = launch_prepare(&run->launch, run->options->policy, carry_out, err);

	/* In audit the command has them, as it would not have in enforce. */
	run->gate.judge.env_ignored = carry_out ? NULL : run->launch.gone;
	return rc;
}

static void warn_stacks_off(void *ctx)
{
	char text[128];

	snprintf(text, sizeof(text),
		"no more stacks are taken: reading them failed %d times; rules with `stack` "
		"allow nothing from here on",
		STACK_FAILURES_MAX);
	emit_warning(ctx, "stacks.off", text);
}

static int open_stacks(struct run *run, struct err **err)
{
	const struct stack_wish *wish = &run->options->stack;

	run->watch.stack_when = wish->when;
	/* Whoever is asked may want to see one. Nothing is begun before the first is taken. */
	if (wish->when == STACK_NEVER && !run->gate.judge.uses_stack &&
		run->options->mode != MODE_ASK)
		return 0;
	if (stacks_new(&wish->options, &run->stacks, err) < 0)
		return -1;
	stacks_tell_off(run->stacks, warn_stacks_off, &run->emitter);
	run->watch.stacks = run->gate.judge.stacks = run->stacks;
	run->gate.stacks = wish->when == STACK_DENIED;
	return 0;
}

static int no_listener(int errnum, struct err **err)
{
	const char *why = "a seccomp listener with WAIT_KILLABLE_RECV needs Linux 5.19";

	if (errnum == EBUSY)
		why = "callgate itself runs under a filter with a listener, and only one is "
		      "allowed";
	else if (errnum == ENOTSUP)
		why = "on this machine interrupted calls could not be repaired";
	else if (errnum == EPERM || errnum == EACCES)
		why = "something forbids a seccomp listener, such as a container's profile";
	return err_set(
		err, errnum, "the backend notify is not to be had: %s; use --backend ptrace", why);
}

/* Then a stop is cheaper than waiting at the listener, and stopping all the same. */
static bool every_call_has_a_stack(const struct run_options *options)
{
	return options->stack.when == STACK_EVERY ||
	       (options->policy && policy_uses_stack(options->policy));
}

/* Only where a call is carried out here is its result known without ptrace. */
static int choose_backend(struct run *run, struct err **err)
{
	enum backend wanted = run->options->backend;
	int rc;

	run->backend = BACKEND_PTRACE;
	if (wanted == BACKEND_PTRACE ||
		(wanted == BACKEND_AUTO && every_call_has_a_stack(run->options)))
		return 0;
	if (!mode_enforces(run->options->mode))
		return wanted == BACKEND_AUTO
			       ? 0
			       : err_set(err, 0,
					 "--backend notify cannot tell how calls end, which %s is "
					 "for: use --backend ptrace",
					 mode_name(run->options->mode));
	rc = task_can_restart_call() ? listener_probe() : -ENOTSUP;
	if (rc == 0)
		run->backend = BACKEND_NOTIFY;
	return rc == 0 || wanted == BACKEND_AUTO ? 0 : no_listener(-rc, err);
}

static int check_kernel(const struct run *run, struct err **err)
{
	int rc = mode_enforces(run->options->mode) ? socket_dup_probe() : 0;

	if (rc == 0)
		return 0;
	return err_set(err, -rc,
		"%s cannot work here: it makes calls on the command's own sockets, for which the "
		"kernel must have pidfd_getfd(2), from Linux 5.6 on, and no container may forbid "
		"it; `callgate doctor` tells more",
		mode_name(run->options->mode));
}

static int start_command(struct run *run, int *exit_status, struct err **err)
{
	struct spawn_options spawn = {
		.argv = run->options->argv,
		.filter = &run->filter.fprog,
		.filter_flags = run->backend == BACKEND_NOTIFY ? listener_load_flags() : 0,
		.protect = mode_enforces(run->options->mode) ? &run->protect : NULL,
		.no_new_privs = mode_enforces(run->options->mode),
		.sigmask = &run->signals.inherited,
		.sigchld = &run->signals.sigchld,
		.nofile = &run->nofile,
	};
	enum filter_action action = run->backend == BACKEND_NOTIFY ? FILTER_NOTIFY : FILTER_TRACE;
	int rc;

	rc = filter_build(run->options->select, action, &run->filter, err);
	if (rc < 0)
		return rc;
	rc = tracer_new(&run->observer, &run->tracer, err);
	if (rc < 0)
		return rc;
	run->watch.tracer = run->tracer;
	/* Before any thread: all of them must have the same signals blocked. */
	rc = signals_block(&run->signals, err);
	if (rc == 0 && run->options->policy)
		rc = open_gate(run, err);
	if (rc == 0)
		rc = open_stacks(run, err);
	if (rc < 0)
		return rc;
	rc = mode_enforces(run->options->mode) ? prepare_protection(run, err) : 0;
	if (rc == 0 && run->options->policy)
		rc = prepare_launch(run, err);
	if (rc < 0)
		return rc;
	launch_fill(&run->launch, &spawn);
	raise_nofile(run);
	rc = spawn_start(&spawn, &run->spawn, exit_status, err);
	run->watch.notified.remote = run->spawn.listener;
	return rc;
}

/* The command never ran: because of the policy, or of its file. */
static int command_failure(struct run *run, int *exit_status, struct err **err)
{
	const char *command = run->options->argv[0];

	if (run->watch.notified.errnum)
		return err_set(err, run->watch.notified.errnum,
			"cannot take over the listener of the command's filter; "
			"use --backend ptrace");
	if (!run->watch.denial.len)
		return spawn_failure(&run->spawn, command, exit_status, err);
	*exit_status = EXIT_NOT_EXECUTABLE;
	return err_set(err, 0, "%s: %s", command, sbuf_text(&run->watch.denial));
}

static void on_hangup(void *ctx)
{
	reload_ask(ctx);
}

/* ask has questions and answers about its policy, and keeps it. */
static int start_reloading(struct run *run, struct err **err)
{
	enum mode mode = run->options->mode;

	if (mode != MODE_AUDIT && mode != MODE_ENFORCE)
		return 0;
	run->reload.files = run->options->policies;
	run->reload.select = run->options->select;
	run->reload.tracer = run->tracer;
	run->reload.watch = run->options->watch_policy;
	run->reload.repeat_ms = RELOAD_REPEAT_MS;
	run->watch.reload = &run->reload;
	run->signals.hangup = on_hangup;
	run->signals.hangup_ctx = &run->reload;
	return reload_start(&run->reload, run->options->policy, err);
}

static int watch_command(
	struct run *run, struct run_outcome *outcome, int *exit_status, struct err **err)
{
	int rc;

	run->watch.command = run->spawn.pid;
	if (run->options->logged && !mode_enforces(run->options->mode))
		run->watch.environment = run->launch.envp ? run->launch.envp : environ;
	rc = emitter_start(&run->emitter, err);
	if (rc == 0)
		rc = watchdog_start(&run->watch.watchdog, err);
	if (rc < 0)
		return rc;
	rc = start_reloading(run, err);
	if (rc < 0)
		return rc;
	rc = signals_start(
		&run->signals, run->tracer, run->spawn.pid, run->options->timeout_ns, err);
	if (rc < 0)
		return rc;
	emit_session(run);
	if (run->watch.gate && run->gate.asker && asker_warning(run->gate.asker))
		emit_warning(&run->emitter, "ask.nobody", asker_warning(run->gate.asker));
	rc = protect_callgate(run, err);
	if (rc < 0)
		return rc;
	rc = tracer_run(run->tracer, run->spawn.pid, &outcome->wait_status, err);
	signals_stop(&run->signals);
	run->watch.reload = NULL;
	if (run->gate.asker)
		outcome->saved = asker_saved(run->gate.asker);
	outcome->timed_out = atomic_load(&run->signals.timed_out);
	if (rc == 0 && !tracer_command_ran(run->tracer) && !outcome->timed_out)
		rc = command_failure(run, exit_status, err);
	emit_summary(run);
	if (rc == 0 && atomic_load(&run->emitter.failing) && mode_enforces(run->options->mode))
		rc = err_set(err, 0, "the log could not be written, so the command was killed");
	return rc;
}

static void run_free(struct run *run)
{
	run->watch.reload = NULL;
	reload_stop(&run->reload, &run->gate);
	spawn_close(&run->spawn);
	protect_close(&run->protect);
	sbuf_free(&run->lacks);
	launch_free(&run->launch);
	if (run->watch.gate)
		gate_stop(&run->gate);
	watchdog_stop(&run->watch.watchdog);
	emitter_stop(&run->emitter);
	watch_free(&run->watch);
	if (run->watch.gate)
		gate_free(&run->gate);
	/* What was told of a call had words of its policy. */
	generation_free(run->gate.generation);
	stacks_free(run->stacks);
	tracer_free(run->tracer);
	filter_free(&run->filter);
	setrlimit(RLIMIT_NOFILE, &run->nofile);
}

int supervisor_run(const struct run_options *options, struct run_outcome *outcome, int *exit_status,
	struct err **err)
{
	struct run run = {
		.options = options, .protect = { .ruleset_fd = -1 }, .spawn = { .report_fd = -1 }
	};
	int rc;

	*outcome = (struct run_outcome){ 0 };
	*exit_status = EXIT_CALLGATE;
	run_init(&run);
	rc = check_kernel(&run, err);
	if (rc == 0)
		rc = choose_backend(&run, err);
	if (rc == 0)
		rc = start_command(&run, exit_status, err);
	if (rc == 0)
		rc = watch_command(&run, outcome, exit_status, err);
	run_free(&run);
	return rc;
}
