/* histogram.h: how often values of which size came.
 *
 * Purpose    counts of values below bounds that double: 1, 2, 4 ... The unit is the user's: microseconds
 *            up to half a minute fit, and so do entries of a batch.
 * Ownership  plain record; all zero is empty. Counters only rise.
 * Errors     none.
 * Threads    one at a time.
 */
#ifndef BASE_HISTOGRAM_H
#define BASE_HISTOGRAM_H

#include <stdint.h>

enum { HISTOGRAM_BOUNDS = 26 }; /* 1 to 2^25 */

struct histogram {
	uint64_t counts[HISTOGRAM_BOUNDS + 1]; /* of values in (bound before, bound]; last: above them all */
	uint64_t sum;
};

void histogram_add(struct histogram *h, uint64_t value);

/* The i-th bound, i < HISTOGRAM_BOUNDS, and how many values are not above it. */
uint64_t histogram_bound(unsigned i);
uint64_t histogram_up_to(const struct histogram *h, unsigned i);

/* How many values there are in all. */
uint64_t histogram_count(const struct histogram *h);

#endif
