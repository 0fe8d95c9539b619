#include "net/tls_reload.h"

#include <stdlib.h>

#include "base/container.h"
#include "loop/workers.h"

enum { LOOK_MS = 1000 };

struct tls_reload {
	const struct log *log;
	SSL_CTX *shown;
	struct timer timer;
	struct workers *thread;

	/* One look, which is the thread's while it is under way. */
	struct job look;
	struct tls_files files;
	SSL_CTX *fresh;
	char error[512];
};

static void look(void *ctx, void *thread, struct job *job)
{
	struct tls_reload *r = ctx;

	(void)thread;
	(void)job;
	r->fresh = tls_files_look(&r->files, r->error, sizeof(r->error));
}

static void look_again(struct timer *timer)
{
	struct tls_reload *r = container_of(timer, struct tls_reload, timer);

	if (!workers_submit(r->thread, &r->look))
		timer_start(timer, LOOK_MS);
}

static void looked(struct job *job)
{
	struct tls_reload *r = container_of(job, struct tls_reload, look);

	if (r->fresh && tls_give(r->shown, r->fresh))
		log_info(r->log, "the certificate was exchanged", LOG_STRING("file", r->files.cert));
	else if (r->fresh || r->error[0])
		log_error(r->log, "the certificate stays as it was",
			  LOG_STRING("because", r->error[0] ? r->error : "memory is short"));
	SSL_CTX_free(r->fresh);
	r->fresh = NULL;
	timer_start(&r->timer, LOOK_MS);
}

struct tls_reload *tls_reload_open(struct loop *loop, const struct log *log, const struct tls_files *files,
				   SSL_CTX *shown)
{
	struct tls_reload *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	*r = (struct tls_reload){.log = log, .shown = shown, .look.done = looked, .files = *files};
	timer_init(&r->timer, loop, look_again);
	r->thread = workers_start(loop, &(struct workers_options){.name = "tls",
								  .threads = 1,
								  .queue_bytes = 1,
								  .queue_jobs = 1,
								  .batch_jobs = 1,
								  .run = look,
								  .ctx = r});
	if (!r->thread) {
		free(r);
		return NULL;
	}
	timer_start(&r->timer, LOOK_MS);
	return r;
}

void tls_reload_close(struct tls_reload *r)
{
	if (!r)
		return;
	timer_stop(&r->timer);
	workers_stop(r->thread); /* a look that was under way still ends */
	timer_stop(&r->timer);
	free(r);
}
