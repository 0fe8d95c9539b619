#include "conversation/brain_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/container.h"
#include "loop/workers.h"

enum { LOOK_MS = 1000 };

struct brain_folder {
	const struct log *log;
	const char *path;
	void (*changed)(void *ctx, struct rs_brain *brain);
	void *ctx;
	struct timer timer;
	struct workers *thread;

	/* One look, which is the thread's while it is under way. */
	struct job look;
	uint64_t read_mark; /* of the files that were read last */
	uint64_t last_mark; /* at the last look */
	bool was_read;
	struct rs_brain *brain;
};

static void report(void *ctx, const struct rs_diagnostic *d)
{
	const struct log *log = ctx;

	log_write(log, d->severity == RS_ERROR ? LOG_ERROR : LOG_WARN, "brain",
		  (const struct log_field[]){LOG_STRING("file", d->file),
					     LOG_NUMBER("line", d->line),
					     LOG_NUMBER("column", d->column),
					     LOG_STRING("message", d->message),
					     {.key = NULL}});
}

static struct rs_brain *read_brain(const struct brain_folder *f)
{
	const struct rs_options options = {.utf8 = true};

	return rs_brain_load(f->path, &options, report, (void *)f->log);
}

static uint64_t mix(uint64_t mark, const void *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		mark = (mark ^ ((const unsigned char *)bytes)[i]) * 0x100000001b3u; /* FNV-1a */
	return mark;
}

/* A number that changes with the files: the sum over their names, places, sizes and times. */
static uint64_t mark_of(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *item;
	uint64_t mark = 0;

	while (folder && (item = readdir(folder))) {
		struct stat s;

		if (item->d_name[0] == '.' || fstatat(dirfd(folder), item->d_name, &s, 0) != 0)
			continue;
		mark += mix(mix(mix(mix(0xcbf29ce484222325u, item->d_name, strlen(item->d_name)),
				    &s.st_ino, sizeof(s.st_ino)),
				&s.st_size, sizeof(s.st_size)),
			    &s.st_mtim, sizeof(s.st_mtim));
	}
	if (folder)
		closedir(folder);
	return mark;
}

static void look(void *ctx, void *thread, struct job *job)
{
	struct brain_folder *f = ctx;
	uint64_t mark = mark_of(f->path);

	(void)thread;
	(void)job;
	/* Read when the change has come to rest: nobody wants half a file. */
	f->was_read = mark != f->read_mark && mark == f->last_mark;
	f->last_mark = mark;
	if (!f->was_read)
		return;
	f->read_mark = mark;
	f->brain = read_brain(f);
}

static void look_again(struct timer *timer)
{
	struct brain_folder *f = container_of(timer, struct brain_folder, timer);

	if (!workers_submit(f->thread, &f->look))
		timer_start(timer, LOOK_MS);
}

static void looked(struct job *job)
{
	struct brain_folder *f = container_of(job, struct brain_folder, look);

	if (f->was_read)
		f->changed(f->ctx, f->brain);
	f->brain = NULL;
	timer_start(&f->timer, LOOK_MS);
}

struct brain_folder *brain_folder_open(struct loop *loop, const struct log *log, const char *path,
				       void (*changed)(void *ctx, struct rs_brain *brain), void *ctx)
{
	struct brain_folder *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	*f = (struct brain_folder){
		.log = log, .path = path, .changed = changed, .ctx = ctx, .look.done = looked};
	timer_init(&f->timer, loop, look_again);
	f->thread = workers_start(loop, &(struct workers_options){.name = "brain",
								  .threads = 1,
								  .queue_bytes = 1,
								  .queue_jobs = 1,
								  .batch_jobs = 1,
								  .run = look,
								  .ctx = f});
	if (!f->thread) {
		free(f);
		return NULL;
	}
	f->read_mark = f->last_mark = mark_of(path);
	changed(ctx, read_brain(f));
	timer_start(&f->timer, LOOK_MS);
	return f;
}

void brain_folder_close(struct brain_folder *f)
{
	if (!f)
		return;
	timer_stop(&f->timer);
	workers_stop(f->thread); /* a look that was under way may still hand over a brain */
	timer_stop(&f->timer);
	free(f);
}
