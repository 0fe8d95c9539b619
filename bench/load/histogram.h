/* histogram.h: many durations in little memory.
 *
 * Purpose    percentiles of up to 2^63 ns within 0.8 %, in the manner of HdrHistogram: 128 linear
 *            steps for each power of two.
 * Ownership  a plain record, no memory of its own.
 * Errors     none.
 * Threads    one at a time.
 */
#ifndef LOAD_HISTOGRAM_H
#define LOAD_HISTOGRAM_H

#include <stdint.h>

enum {
	HISTOGRAM_STEP_BITS = 7,
	HISTOGRAM_STEPS = (64 - HISTOGRAM_STEP_BITS + 1) << HISTOGRAM_STEP_BITS
};

struct histogram {
	uint64_t count;
	int64_t max;
	uint32_t steps[HISTOGRAM_STEPS];
};

void histogram_init(struct histogram *h);
void histogram_add(struct histogram *h, int64_t value); /* below 0 counts as 0 */
/* The least value that `percent` of all are not above; 0 when there are none. */
int64_t histogram_at(const struct histogram *h, double percent);

#endif
