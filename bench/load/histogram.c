#include "bench/load/histogram.h"

#include <string.h>

/* Values below 2^STEP_BITS have a step each; above, the top STEP_BITS + 1 bits choose it. */
static unsigned step_of(uint64_t value)
{
	unsigned shift;

	if (value < (1u << HISTOGRAM_STEP_BITS))
		return (unsigned)value;
	shift = 63u - (unsigned)__builtin_clzll(value) - HISTOGRAM_STEP_BITS;
	return ((shift + 1) << HISTOGRAM_STEP_BITS) +
	       (unsigned)((value >> shift) - (1u << HISTOGRAM_STEP_BITS));
}

/* The largest value that falls into the step. */
static int64_t step_end(unsigned step)
{
	unsigned shift = step >> HISTOGRAM_STEP_BITS;
	uint64_t low = step & ((1u << HISTOGRAM_STEP_BITS) - 1);

	if (shift == 0)
		return (int64_t)low;
	shift--;
	low += 1u << HISTOGRAM_STEP_BITS;
	return (int64_t)(((low + 1) << shift) - 1);
}

void histogram_init(struct histogram *h)
{
	memset(h, 0, sizeof(*h));
}

void histogram_add(struct histogram *h, int64_t value)
{
	if (value < 0)
		value = 0;
	h->steps[step_of((uint64_t)value)]++;
	h->count++;
	if (value > h->max)
		h->max = value;
}

int64_t histogram_at(const struct histogram *h, double percent)
{
	uint64_t wanted = (uint64_t)((double)h->count * percent / 100.0 + 0.5);
	uint64_t seen = 0;

	if (h->count == 0)
		return 0;
	if (wanted < 1)
		wanted = 1;
	for (unsigned step = 0; step < HISTOGRAM_STEPS; step++) {
		seen += h->steps[step];
		if (seen >= wanted)
			return step_end(step) < h->max ? step_end(step) : h->max;
	}
	return h->max;
}
