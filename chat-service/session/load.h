/* load.h: how much waits in this process, and whether more may be taken.
 *
 * A send that would wait for long is refused at once, while what was taken is served in time: better than that
 * every send grows slow. How long a new one would wait is what waits, times the time that each turn took of late.
 * That is only believed when it is seen, too: the turns that are stored now have waited for long themselves. (The
 * larger a crowd, the larger the store's batches: what a few took each says little about thousands.) While nothing
 * is stored at all the store is away; then sends wait for it, and only the bounds hold.
 *
 * Purpose    counts what waits, measures, decides.
 * Ownership  plain record; all zero is idle.
 * Errors     none.
 * Threads    one at a time; pure but for the record. Times are the loop's.
 */
#ifndef SESSION_LOAD_H
#define SESSION_LOAD_H

#include <stddef.h>
#include <stdint.h>

enum {
	LOAD_BYTES_MOST = 64 * 1024 * 1024, /* of text, waiting */
	LOAD_CROWD = 500,                   /* turns: fewer the store takes at once, however slowly they came of late */
	LOAD_WINDOW_MS = 200,               /* measured at a time */
	LOAD_SILENCE_MS = 1000              /* nothing stored for so long: the store is away */
};

struct load {
	size_t turns, bytes; /* waiting */
	int64_t turn_us;     /* that each took of late; 0: not known */
	int64_t waited_ms;   /* by the turn that was stored last */
	int64_t stored_at_ms;
	int64_t window_at_ms;
	size_t window_turns;
};

struct load_limits {
	size_t turns;
	int64_t wait_ms; /* longest that a new one may have to expect */
};

/* Why a turn is not taken. */
enum shed { SHED_NOT, SHED_TURNS, SHED_BYTES, SHED_WAIT, SHED_COUNT };
extern const char *const shed_names[SHED_COUNT];

/* Whether a turn of so many bytes should be refused, and when to come again. */
enum shed load_judge(const struct load *load, const struct load_limits *limits, size_t bytes,
		     int64_t now_ms, int64_t *retry_after_ms);

void load_add(struct load *load, size_t bytes, int64_t now_ms);
/* It has its answer; before that load_stored, if that is what it was. */
void load_remove(struct load *load, size_t bytes);
void load_stored(struct load *load, int64_t waited_ms, int64_t now_ms);

#endif
