#include "supervisor/name_lookup.h"

static void *look_up(void *arg)
{
	struct name_lookup *lookup = arg;

	pthread_mutex_lock(&lookup->lock);
	while (!lookup->over) {
		struct pending *pending = lookup->first;

		if (!pending) {
			pthread_cond_wait(&lookup->wanted, &lookup->lock);
			continue;
		}
		lookup->first = pending->next;
		pthread_mutex_unlock(&lookup->lock);
		judge_look_up(lookup->judge, pending);
		ready_tell(lookup->ready, pending);
		pthread_mutex_lock(&lookup->lock);
	}
	pthread_mutex_unlock(&lookup->lock);
	return NULL;
}

void name_lookup_init(struct name_lookup *lookup, struct judge *judge, struct ready *ready)
{
	*lookup = (struct name_lookup){ .judge = judge, .ready = ready };
	pthread_mutex_init(&lookup->lock, NULL);
	pthread_cond_init(&lookup->wanted, NULL);
}

bool name_lookup_submit(struct name_lookup *lookup, struct pending *pending)
{
	struct pending **last = &lookup->first;

	if (!lookup->runs) {
		if (pthread_create(&lookup->thread, NULL, look_up, lookup) != 0)
			return false;
		lookup->runs = true;
	}
	pthread_mutex_lock(&lookup->lock);
	while (*last)
		last = &(*last)->next;
	pending->next = NULL;
	*last = pending;
	pthread_cond_signal(&lookup->wanted);
	pthread_mutex_unlock(&lookup->lock);
	return true;
}

void name_lookup_free(struct name_lookup *lookup)
{
	pthread_mutex_lock(&lookup->lock);
	lookup->over = true;
	pthread_cond_signal(&lookup->wanted);
	pthread_mutex_unlock(&lookup->lock);
	if (lookup->runs)
		pthread_join(lookup->thread, NULL);
	pthread_cond_destroy(&lookup->wanted);
	pthread_mutex_destroy(&lookup->lock);
}
