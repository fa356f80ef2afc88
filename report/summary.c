#include "report/summary.h"

#include <stdlib.h>
#include <string.h>

#include "decoders/text.h"
#include "report/outcome.h"
#include "report/summary_tables.h"
#include "report/who.h"

const struct summary_table_desc summary_table_descs[SUMMARY_TABLES] = {
	[SUMMARY_CALLS] = { "calls", "calls", { "kind" } },
	[SUMMARY_DESTINATIONS] = { "destinations", "destinations by program",
		{ "program", "destination" } },
	[SUMMARY_PROGRAMS] = { "programs", "programs run", { "program" } },
	[SUMMARY_FAILURES] = { "failures", "what failed", { "call", "program", "error" } },
	[SUMMARY_DENIALS] = { "denials", "what was denied, or would have been",
		{ "call", "program", "what", "rule" } },
};

struct summary *summary_new(void)
{
	return calloc(1, sizeof(struct summary));
}

void summary_free(struct summary *summary)
{
	if (!summary)
		return;
	for (size_t i = 0; i < SUMMARY_TABLES; i++)
		tally_free(&summary->tables[i]);
	sbuf_free(&summary->part);
	free(summary);
}

static void count(struct summary *summary, enum summary_table table, const char *const *parts,
	size_t nparts, enum outcome outcome)
{
	tally_add(&summary->tables[table], parts, nparts, outcome);
}

static void count_start(struct summary *summary, const struct event_start *start)
{
	if (start->thread) {
		summary->threads++;
	} else {
		summary->processes++;
		summary->live_processes++;
	}
	summary->live_tasks++;
	if (summary->live_processes > summary->peak_processes)
		summary->peak_processes = summary->live_processes;
	if (summary->live_tasks > summary->peak_tasks)
		summary->peak_tasks = summary->live_tasks;
}

static void count_exit(struct summary *summary, const struct event_exit *exit)
{
	summary->live_tasks -= summary->live_tasks > 0;
	if (!exit->thread)
		summary->live_processes -= summary->live_processes > 0;
}

static void count_destinations(struct summary *summary, const struct event_call *call,
	const char *program, enum outcome outcome)
{
	const struct sockaddr_value *addr;

	for (size_t i = 0; (addr = call_destination(call->call, i)); i++) {
		sbuf_reset(&summary->part);
		text_destination(&summary->part, addr, call->socket);
		count(summary, SUMMARY_DESTINATIONS,
			(const char *[]){ program, sbuf_text(&summary->part) }, 2, outcome);
	}
}

static void count_denial(struct summary *summary, const struct event_call *call,
	const char *program, enum outcome outcome)
{
	const struct decision *decision = outcome_decision(call);
	const char *rule =
		decision->rule.id && *decision->rule.id ? decision->rule.id : decision->reason;

	sbuf_reset(&summary->part);
	text_call(&summary->part, call->call, call->socket);
	count(summary, SUMMARY_DENIALS,
		(const char *[]){
			call->call->name, program, sbuf_text(&summary->part), rule ? rule : "" },
		4, outcome);
}

static void count_call(struct summary *summary, const struct event *event)
{
	const struct event_call *call = &event->call;
	enum call_kind kind = call_kind(call->call);
	enum outcome outcome = outcome_of_call(call);
	const char *program = who_path(&event->task);
	const char *name = kind == CALL_KIND_OTHER ? call->call->name : call_kind_name(kind);
	char errno_name[32];

	count(summary, SUMMARY_CALLS, &name, 1, outcome);
	if (kind == CALL_KIND_CONNECT)
		count_destinations(summary, call, program, outcome);
	if (call->program) {
		const char *run = who_program(call->program);

		count(summary, SUMMARY_PROGRAMS, &run, 1, outcome);
	}
	if (outcome == OUTCOME_FAIL)
		count(summary, SUMMARY_FAILURES,
			(const char *[]){ call->call->name, program,
				text_errno((int)-call->result->value, errno_name,
					sizeof(errno_name)) },
			3, outcome);
	if (!outcome_is_denial(outcome))
		return;
	summary->denied++;
	count_denial(summary, call, program, outcome);
}

void summary_add(struct summary *summary, const struct event *event)
{
	switch (event->type) {
	case EVENT_START:
		count_start(summary, &event->start);
		break;
	case EVENT_CALL:
		count_call(summary, event);
		break;
	case EVENT_EXIT:
		count_exit(summary, &event->exit);
		break;
	case EVENT_WARNING:
		summary->warnings++;
		break;
	case EVENT_SESSION:
	case EVENT_SUMMARY:
	default:
		break;
	}
}

void summary_lost(struct summary *summary, uint64_t events)
{
	summary->lost += events;
}

uint64_t summary_denied_count(const struct summary *summary)
{
	return summary->denied;
}

uint64_t summary_lost_count(const struct summary *summary)
{
	return summary->lost;
}
