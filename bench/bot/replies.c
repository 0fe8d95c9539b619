/* bot-replies BRAIN MESSAGES SECONDS: loads a brain, asks every message of a file again and again for
 * that long, and writes one line of JSON. A line of the file is the message, a tab, the expected reply;
 * lines before "---" are hits, those after it misses. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "bot/include/rivescript.h"

struct exchange {
	struct text message;
	struct text expected;
};

struct exchanges {
	struct exchange *v;
	size_t n;
};

static double now_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static long resident_bytes(void)
{
	long pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");
	if (!f || fscanf(f, "%*s %ld", &pages) != 1)
		pages = 0;
	if (f)
		fclose(f);
	return pages * sysconf(_SC_PAGESIZE);
}

static char *read_file(const char *path)
{
	struct buffer b = BUFFER_INIT;
	FILE *f = fopen(path, "rb");
	size_t n = 1;
	while (f && n > 0 && buffer_reserve(&b, 65536)) {
		n = fread(b.p + b.n, 1, 65536, f);
		b.n += n;
	}
	if (f)
		fclose(f);
	buffer_add_char(&b, '\n');
	return f ? buffer_take(&b) : NULL;
}

/* Takes the lines up to "---" or the end. */
static bool take_exchanges(char **p, struct exchanges *e)
{
	e->v = calloc(strlen(*p), sizeof *e->v);
	while (e->v && **p) {
		char *end = strchr(*p, '\n');
		struct text line = text_of(*p, (size_t)(end - *p));
		*p = end + 1;
		if (text_equal(line, TEXT("---")))
			break;
		const char *tab = line.n ? memchr(line.p, '\t', line.n) : NULL;
		if (!tab)
			continue;
		size_t n = (size_t)(tab - line.p);
		e->v[e->n++] = (struct exchange){text_of(line.p, n),
						 text_of(tab + 1, line.n - n - 1)};
	}
	return e->v != NULL;
}

static double measure(const struct rs_brain *brain, const struct exchanges *e, double seconds,
		      size_t *wrong)
{
	struct rs_state *state = rs_state_new();
	struct buffer reply = BUFFER_INIT;
	size_t done = 0;
	double start = now_s();
	double elapsed = 0;
	while (state && e->n && elapsed < seconds) {
		for (size_t i = 0; i < 64; i++, done++) {
			const struct exchange *x = &e->v[done % e->n];
			struct rs_request request = {.text = x->message, .seed = done};
			buffer_clear(&reply);
			rs_reply(brain, state, &request, NULL, &reply, NULL);
			*wrong += !text_equal(buffer_text(&reply), x->expected);
		}
		elapsed = now_s() - start;
	}
	rs_state_free(state);
	buffer_release(&reply);
	return elapsed > 0 ? (double)done / elapsed : 0;
}

int main(int argc, char **argv)
{
	struct exchanges hits = {0};
	struct exchanges misses = {0};
	size_t wrong = 0;
	char *text = argc == 4 ? read_file(argv[2]) : NULL;
	char *p = text;
	if (!text || !take_exchanges(&p, &hits) || !take_exchanges(&p, &misses)) {
		fputs("usage: bot-replies BRAIN MESSAGES SECONDS\n", stderr);
		return 2;
	}
	malloc_trim(0);
	long before = resident_bytes();
	double start = now_s();
	struct rs_brain *brain = rs_brain_load(argv[1], NULL, NULL, NULL);
	double load = now_s() - start;
	if (!brain)
		return 1;
	long after_load = resident_bytes() - before;
	double seconds = strtod(argv[3], NULL);
	double hit_rate = measure(brain, &hits, seconds, &wrong);
	double miss_rate = measure(brain, &misses, seconds, &wrong);
	printf("{\"load_s\": %.4f, \"bytes\": %ld, \"triggers\": %zu, \"hits_per_s\": %.1f, "
	       "\"misses_per_s\": %.1f, \"wrong\": %zu}\n",
	       load, after_load, rs_brain_triggers(brain), hit_rate, miss_rate, wrong);
	rs_brain_free(brain);
	free(hits.v);
	free(misses.v);
	free(text);
	return 0;
}
