#include "supervisor/ready.h"

void ready_init(struct ready *ready)
{
	*ready = (struct ready){ 0 };
	pthread_mutex_init(&ready->lock, NULL);
}

void ready_destroy(struct ready *ready)
{
	pthread_mutex_destroy(&ready->lock);
}

void ready_put(struct ready *ready, struct pending *pending)
{
	pthread_mutex_lock(&ready->lock);
	pending->next = ready->first;
	ready->first = pending;
	pthread_mutex_unlock(&ready->lock);
}

void ready_tell(struct ready *ready, struct pending *pending)
{
	ready_put(ready, pending);
	tracer_wake(ready->tracer);
}

struct pending *ready_take(struct ready *ready)
{
	struct pending *pending;

	pthread_mutex_lock(&ready->lock);
	pending = ready->first;
	if (pending)
		ready->first = pending->next;
	pthread_mutex_unlock(&ready->lock);
	return pending;
}
