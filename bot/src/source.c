#include "bot/src/source.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bot/src/arena.h"

enum { FILE_MOST = 64 << 20 };

void sources_release(struct sources *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free((char *)s->v[i].name);
		free((char *)s->v[i].text.p);
	}
	free(s->v);
	*s = (struct sources){0};
}

/* Takes what is left of an open file; the buffer's limit is the largest file that is read. */
static bool read_all(FILE *f, struct buffer *b)
{
	size_t n;
	do {
		if (!buffer_reserve(b, 65536))
			return false;
		n = fread(b->p + b->n, 1, 65536, f);
		b->n += n;
	} while (n > 0);
	if (ferror(f))
		return false;
	b->p[b->n] = '\0';
	return true;
}

static bool add_file(struct sources *s, const char *path, struct diagnose *d)
{
	struct buffer b = BUFFER_INIT;
	struct place at = {.file = path};
	char *name = NULL;
	FILE *f = NULL;
	bool done = false;
	b.limit = FILE_MOST;

	errno = 0;
	f = fopen(path, "rb");
	if (!f || !read_all(f, &b)) {
		diagnose_error(d, at, "cannot be read: %s",
			       b.failed ? "too large" : strerror(errno));
		goto out;
	}
	name = strdup(path);
	if (!name || !array_reserve(&s->v, &s->size, s->n + 1, sizeof *s->v)) {
		diagnose_error(d, at, "cannot be read: out of memory");
		goto out;
	}
	size_t n = b.n;
	s->v[s->n++] = (struct rs_source){name, text_of(buffer_take(&b), n)};
	name = NULL;
	done = true;
out:
	if (f)
		fclose(f);
	free(name);
	buffer_release(&b);
	return done;
}

static int is_rive(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');
	if (!dot || entry->d_name[0] == '.')
		return 0;
	return strcmp(dot, ".rive") == 0 || strcmp(dot, ".rs") == 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static bool add_folder(struct sources *s, const char *path, struct diagnose *d)
{
	struct place at = {.file = path};
	struct dirent **entries = NULL;
	bool done = true;
	int n = scandir(path, &entries, is_rive, by_name);
	if (n < 0) {
		diagnose_error(d, at, "cannot be read: %s", strerror(errno));
		return false;
	}
	if (n == 0) {
		diagnose_error(d, at, "has no .rive files");
		done = false;
	}
	for (int i = 0; i < n; i++) {
		struct buffer file = BUFFER_INIT;
		buffer_add_format(&file, "%s/%s", path, entries[i]->d_name);
		if (file.failed) {
			diagnose_error(d, at, "cannot be read: out of memory");
			done = false;
		} else if (!add_file(s, file.p, d)) {
			done = false;
		}
		buffer_release(&file);
		free(entries[i]);
	}
	free(entries);
	return done;
}

bool sources_read(struct sources *s, const char *path, struct diagnose *d)
{
	struct stat st;
	if (stat(path, &st) != 0) {
		struct place at = {.file = path};
		diagnose_error(d, at, "cannot be read: %s", strerror(errno));
		return false;
	}
	return S_ISDIR(st.st_mode) ? add_folder(s, path, d) : add_file(s, path, d);
}
