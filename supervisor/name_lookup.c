#include "supervisor/name_lookup.h"

static void *look_up(void *arg)
{
	struct gate *gate = arg;

	pthread_mutex_lock(&gate->name_lock);
	while (!gate->over) {
		struct pending *pending = gate->names;

		if (!pending) {
			pthread_cond_wait(&gate->name_wanted, &gate->name_lock);
			continue;
		}
		gate->names = pending->next;
		pthread_mutex_unlock(&gate->name_lock);
		judge_look_up(&gate->judge, pending);
		gate_make_ready(gate, pending);
		pthread_mutex_lock(&gate->name_lock);
	}
	pthread_mutex_unlock(&gate->name_lock);
	return NULL;
}

bool name_lookup_submit(struct gate *gate, struct pending *pending)
{
	struct pending **last = &gate->names;

	if (!gate->name_thread_runs) {
		if (pthread_create(&gate->name_thread, NULL, look_up, gate) != 0)
			return false;
		gate->name_thread_runs = true;
	}
	pthread_mutex_lock(&gate->name_lock);
	while (*last)
		last = &(*last)->next;
	pending->next = NULL;
	*last = pending;
	pthread_cond_signal(&gate->name_wanted);
	pthread_mutex_unlock(&gate->name_lock);
	return true;
}

void name_lookup_stop(struct gate *gate)
{
	pthread_mutex_lock(&gate->name_lock);
	gate->over = true;
	pthread_cond_signal(&gate->name_wanted);
	pthread_mutex_unlock(&gate->name_lock);
	if (gate->name_thread_runs)
		pthread_join(gate->name_thread, NULL);
}
