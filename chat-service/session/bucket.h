/* bucket.h: a token bucket: so many a second, and bursts of so many seconds' worth.
 *
 * Ownership  none.   Errors  none.   Threads  one at a time; pure but for the bucket.
 */
#ifndef SESSION_BUCKET_H
#define SESSION_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

struct bucket {
	int64_t at_ms;        /* when `millitokens` was true */
	int64_t millitokens;
};

enum { BUCKET_BURST_S = 5 };

/* Full. A rate of 0 is no limit. */
void bucket_init(struct bucket *bucket, int64_t rate, int64_t now_ms);
/* Takes a token: 0; or says in how many milliseconds there will be one. */
int64_t bucket_take(struct bucket *bucket, int64_t rate, int64_t now_ms);
bool bucket_is_full(const struct bucket *bucket, int64_t rate, int64_t now_ms);

#endif
