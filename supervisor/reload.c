#include "supervisor/reload.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "supervisor/reload/impl.h"

enum {
	QUIET_MS = 30,   /* a file that is being written is not read */
	QUIET_MAX = 100, /* so often; then it is read all the same */
};

static void take_warning(void *ctx, const char *text)
{
	sbuf_fmt(ctx, "%s\n", text);
}

static void push(struct reload *reload, struct reload_result *result)
{
	pthread_mutex_lock(&reload->lock);
	*reload->last = result;
	reload->last = &result->next;
	pthread_mutex_unlock(&reload->lock);
	tracer_wake(reload->tracer);
}

struct reload_result *reload_take(struct reload *reload)
{
	struct reload_result *result;

	pthread_mutex_lock(&reload->lock);
	result = reload->first;
	if (result)
		reload->first = result->next;
	if (!reload->first)
		reload->last = &reload->first;
	pthread_mutex_unlock(&reload->lock);
	return result;
}

static struct reload_result *take_moving(struct reload *reload)
{
	struct reload_result *result;

	pthread_mutex_lock(&reload->lock);
	result = reload->moving;
	reload->moving = NULL;
	pthread_mutex_unlock(&reload->lock);
	return result;
}

void reload_result_free(struct reload_result *result)
{
	policies_free(&result->policies);
	sbuf_free(&result->text);
	free(result);
}

static int load(struct reload *reload, struct reload_result *result, struct err **err)
{
	char *const *files = (char *const *)reload->files;

	if (reload->root.fd < 0)
		return policies_load(&result->policies, files, take_warning, &result->text, err);
	return policies_load_in(
		&result->policies, reload->root.fd, files, take_warning, &result->text, err);
}

static void try_load(struct reload *reload, struct reload_result *result)
{
	cleanup_err struct err *err = NULL;

	if (load(reload, result, &err) < 0) {
		policies_free(&result->policies);
		sbuf_reset(&result->text);
		sbuf_str(&result->text, err_text(err));
	} else {
		reload_files_of(&reload->watched, result->policies.policy);
	}
	push(reload, result);
}

/* Without memory there is no result, and the next try may have it. */
static void try_again(struct reload *reload)
{
	struct reload_result *result = calloc(1, sizeof(*result));

	if (result)
		try_load(reload, result);
}

/* From now on, tries are for this root. */
static void move(struct reload *reload)
{
	struct reload_result *result = take_moving(reload);

	if (!result)
		return;
	reload->root.fd = result->root;
	try_load(reload, result);
}

static void say_again(struct reload *reload)
{
	struct reload_result *result = calloc(1, sizeof(*result));

	if (!result)
		return;
	result->again = true;
	push(reload, result);
}

/* Whoever writes a file may write another one next. */
static void wait_until_quiet(struct reload *reload)
{
	struct pollfd fd = { .fd = reload->watched.fd, .events = POLLIN };

	for (int i = 0; i < QUIET_MAX && poll(&fd, 1, QUIET_MS) > 0; i++)
		reload_files_changed(&reload->watched);
}

static void *reload_run(void *arg)
{
	struct reload *reload = arg;
	struct pollfd fds[] = {
		{ .fd = reload->wake_fd, .events = POLLIN },
		{ .fd = reload->watched.fd, .events = POLLIN },
	};
	eventfd_t woken;

	while (!atomic_load(&reload->over)) {
		int n = poll(fds, 2, atomic_load(&reload->failing) ? reload->repeat_ms : -1);
		bool load;

		if (n > 0 && (fds[0].revents & POLLIN))
			eventfd_read(reload->wake_fd, &woken);
		move(reload);
		load = atomic_exchange(&reload->asked, false);
		if (n > 0 && (fds[1].revents & POLLIN) && reload_files_changed(&reload->watched)) {
			wait_until_quiet(reload);
			load = true;
		}
		if (atomic_load(&reload->over))
			break;
		if (load)
			try_again(reload);
		else if (n == 0)
			say_again(reload);
	}
	return NULL;
}

int reload_start(struct reload *reload, const struct policy *policy, struct err **err)
{
	int rc;

	reload->watched.fd = -1;
	reload->root.fd = -1;
	reload->last = &reload->first;
	pthread_mutex_init(&reload->lock, NULL);
	reload->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (reload->wake_fd < 0)
		return err_set(err, errno, "cannot prepare for reloading: eventfd");
	if (reload->watch && reload_files_open(&reload->watched, err) < 0)
		return -1;
	reload_files_of(&reload->watched, policy);
	rc = pthread_create(&reload->thread, NULL, reload_run, reload);
	reload->runs = rc == 0;
	return rc ? err_set(err, rc, "cannot start the thread that reloads") : 0;
}

void reload_wake(struct reload *reload)
{
	eventfd_write(reload->wake_fd, 1);
}

void reload_ask(struct reload *reload)
{
	if (!reload->runs)
		return;
	atomic_store(&reload->asked, true);
	reload_wake(reload);
}

/* Its root stays with whoever has it. */
static void drop(struct reload_result *result, struct gate *gate)
{
	if (result->held)
		ready_tell(&gate->ready, result->held);
	reload_result_free(result);
}

void reload_stop(struct reload *reload, struct gate *gate)
{
	struct reload_result *result;

	if (!reload->last)
		return; /* never started */
	if (reload->runs) {
		atomic_store(&reload->over, true);
		reload_wake(reload);
		pthread_join(reload->thread, NULL);
		reload->runs = false;
	}
	result = take_moving(reload);
	if (result) {
		close(result->root);
		drop(result, gate);
	}
	while ((result = reload_take(reload)))
		drop(result, gate);
	if (reload->root.fd >= 0)
		close(reload->root.fd);
	reload_files_close(&reload->watched);
	if (reload->wake_fd >= 0)
		close(reload->wake_fd);
	pthread_mutex_destroy(&reload->lock);
	reload->last = NULL;
}
