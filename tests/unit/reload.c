/* A policy that cannot be loaded again: what is told of it, and how often. */
#include "tests/support/policy_text.h"

#include <signal.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "decoders/select.h"
#include "report/summary.h"
#include "supervisor/reload.h"
#include "supervisor/reload/impl.h"

#define GOOD   "version: 1\ndefault: allow\n"
#define BROKEN "version: 1\n"

enum { REPEAT_MS = 20, DEADLINE_MS = 20000, TEXT_MAX = 1000 };

/* The last warning that was written, and how many. */
struct said {
	struct sink sink;
	unsigned times;
	char code[64], text[TEXT_MAX];
};

/* A run without a command. */
struct world {
	char dir[32], file[64];
	const char *files[2];
	struct said said;
	struct sink *sinks[1];
	struct summary *summary;
	struct emitter emitter;
	struct tracer_observer observer;
	struct tracer *tracer;
	struct policy *policy;
	struct gate gate;
	struct call_set *select;
	struct reload reload;
};

/* Nothing is held back. */
static int flush_nothing(struct sink *sink, size_t *lost, struct err **err)
{
	(void)sink;
	(void)err;
	*lost = 0;
	return 0;
}

static int take_event(struct sink *sink, const struct event *event, struct err **err)
{
	struct said *said = (struct said *)(void *)sink;

	(void)err;
	if (event->type != EVENT_WARNING)
		return 0;
	said->times++;
	snprintf(said->code, sizeof(said->code), "%s", event->warning.code);
	snprintf(said->text, sizeof(said->text), "%s", event->warning.text);
	return 0;
}

static void write_policy(const struct world *w, const char *text)
{
	FILE *file = fopen(w->file, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void world_make(struct world *w, const char *text)
{
	struct err *err = NULL;
	sigset_t wake;

	*w = (struct world){
		.dir = "/tmp/callgate-reload-XXXXXX",
		.said.sink = { .event = take_event, .flush = flush_nothing },
	};
	assert_non_null(mkdtemp(w->dir));
	snprintf(w->file, sizeof(w->file), "%s/p.yaml", w->dir);
	write_policy(w, text);
	w->files[0] = w->file;
	w->sinks[0] = &w->said.sink;
	w->summary = summary_new();
	w->emitter = (struct emitter){ .sinks = w->sinks, .nsinks = 1, .summary = w->summary };
	/* As a run does: only who waits for it gets it. */
	sigemptyset(&wake);
	sigaddset(&wake, TRACER_WAKE_SIGNAL);
	pthread_sigmask(SIG_BLOCK, &wake, NULL);
	assert_int_equal(emitter_start(&w->emitter, &err), 0);
	assert_int_equal(tracer_new(&w->observer, &w->tracer, &err), 0);
	w->policy = policy_of(text, NULL);
	assert_int_equal(gate_init(&w->gate, MODE_ENFORCE, w->policy, &err), 0);
	gate_attach(&w->gate, w->tracer);
	assert_int_equal(call_set_parse("all", &w->select, &err), 0);
	w->reload = (struct reload){
		.files = w->files, .select = w->select, .tracer = w->tracer, .repeat_ms = REPEAT_MS
	};
	assert_int_equal(reload_start(&w->reload, w->policy, &err), 0);
}

static void world_free(struct world *w)
{
	reload_stop(&w->reload, &w->gate);
	gate_stop(&w->gate);
	gate_free(&w->gate);
	emitter_stop(&w->emitter);
	generation_free(w->gate.generation);
	policy_free(w->policy);
	tracer_free(w->tracer);
	call_set_free(w->select);
	summary_free(w->summary);
	unlink(w->file);
	rmdir(w->dir);
}

/* The tracing thread looks until something was said; false when nothing is. */
static bool hear(struct world *w, int deadline_ms)
{
	unsigned before = w->said.times;

	for (int ms = 0; ms < deadline_ms && w->said.times == before; ms++) {
		reload_apply(&w->reload, &w->gate, &w->emitter);
		usleep(1000);
	}
	return w->said.times > before;
}

static void it_is_said_again_until_a_good_one_is_loaded(void **state)
{
	struct world w;

	(void)state;
	world_make(&w, GOOD);
	write_policy(&w, BROKEN);
	reload_ask(&w.reload);
	assert_true(hear(&w, DEADLINE_MS));
	assert_string_equal(w.said.code, "policy.closed");
	assert_non_null(strstr(w.said.text, "no default here"));
	assert_true(w.gate.judge.closed);
	for (int i = 0; i < 3; i++) {
		assert_true(hear(&w, DEADLINE_MS));
		assert_string_equal(w.said.code, "policy.closed");
		assert_non_null(strstr(w.said.text, "nothing passes until it can"));
		assert_true(w.gate.judge.closed);
	}
	write_policy(&w, GOOD);
	reload_ask(&w.reload);
	do
		assert_true(hear(&w, DEADLINE_MS));
	while (!strcmp(w.said.code, "policy.closed"));
	assert_string_equal(w.said.code, "policy.reloaded");
	assert_false(w.gate.judge.closed);
	/* What was under way when the good one came is not said any more. */
	assert_false(hear(&w, 10 * REPEAT_MS));
	world_free(&w);
}

static void where_the_policy_keeps_that_is_said_again(void **state)
{
	struct world w;

	(void)state;
	world_make(&w, GOOD "on-error: keep\n");
	write_policy(&w, "");
	reload_ask(&w.reload);
	for (int i = 0; i < 3; i++) {
		assert_true(hear(&w, DEADLINE_MS));
		assert_string_equal(w.said.code, "policy.kept");
		assert_false(w.gate.judge.closed);
	}
	world_free(&w);
}

static void nothing_is_said_where_nothing_was_asked(void **state)
{
	struct world w;

	(void)state;
	world_make(&w, GOOD);
	write_policy(&w, BROKEN);
	assert_false(hear(&w, 5 * REPEAT_MS));
	world_free(&w);
}

static void a_run_says_it_every_minute(void **state)
{
	(void)state;
	assert_int_equal(RELOAD_REPEAT_MS, 60 * 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_said_again_until_a_good_one_is_loaded),
		cmocka_unit_test(where_the_policy_keeps_that_is_said_again),
		cmocka_unit_test(nothing_is_said_where_nothing_was_asked),
		cmocka_unit_test(a_run_says_it_every_minute),
	};

	return cmocka_run_group_tests_name("reload", tests, NULL, NULL);
}
